"""The corrected file leaves once per revision, with the manifest that proves it."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from time import perf_counter
from typing import Any
from uuid import UUID

from audits.corrections import CorrectionError, Dialect, rewrite, survey
from audits.exports.cleanup import carry_out_removals, cleanup_batch
from audits.exports.package import (
    CORRECTED,
    MANIFEST,
    MOST_IN_ROW,
    Contents,
    Facts,
    contents_of,
    head_of,
    manifest_blocks,
    read_facts,
)
from audits.exports.preview import number
from audits.exports.running import (
    Lease,
    Overtaken,
    draft_prefix,
    fail,
    lease_end,
    refuse_while_exporting,
)
from audits.manifest import StoredFile
from audits.models import Batch, BatchStatus, Card, Export, ExportStatus
from audits.opening import NO_LIMIT
from audits.rows import NoBatch, locked_batch, organization_of
from conciliacontag.database import session
from conciliacontag.errors import Conflict
from conciliacontag.metrics import EXPORT_SECONDS, EXPORTS
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import arriving, chunks, keep, object_key, open_stored
from reconciliation.ledger import books

__all__ = ["carry_out_removals", "cleanup_batch", "export_batch"]

FORMAT = "csv"
INTERRUPTED = "A exportação foi interrompida antes do fim. Peça-a de novo."


@dataclass(frozen=True, slots=True)
class Claimed:
    """An export that is ours to carry out, and what was true when it began."""

    export: Export
    facts: Facts


def export_batch(
    batch_id: UUID, *, requested_by: User, allow_pending: bool = False, on_behalf_of: str = ""
) -> tuple[Export, bool]:
    """Write the batch's corrected file and manifest; asked again, answer the same artefact.

    The second value is False when this revision had left before: same bytes, author and moment.

    Args:
        allow_pending: cards without a decision leave as they were read; manifest and log say so.
        on_behalf_of: whom a client's program names as the person at its screen.

    Raises:
        NotFound: there is no such batch.
        NotAllowed: the role may not export.
        Conflict: `cards_pending`; `original_changed` when the stored original is not what was
            read, `original_missing` when it is gone.
        Busy: `export_in_progress`, with who and since when.
    """
    claimed = claim(batch_id, requested_by, allow_pending, on_behalf_of)
    if isinstance(claimed, Export):
        return claimed, False
    started = perf_counter()
    with failing_honestly(claimed.export):
        write(claimed)
        finish(claimed)
    EXPORT_SECONDS.labels(format=FORMAT).observe(perf_counter() - started)
    EXPORTS.labels(format=FORMAT, status="success").inc()
    return claimed.export, True


def claim(batch_id: UUID, user: User, allow_pending: bool, behalf: str) -> Claimed | Export:
    """Find the finished export of this revision, or take the lock and read what to write."""
    with session(user.roles):
        place = organization_of(batch_id)
        if place is None:
            raise NoBatch
        with books(place):
            batch = locked_batch(batch_id)
            require(user, batch.organization, Act.EXPORT)
            done = Export.objects.select_related("requested_by", "batch")
            current = done.filter(batch=batch, revision=batch.revision, status=ExportStatus.DONE)
            return current.first() or begin(batch, user, allow_pending, behalf)


def begin(batch: Batch, user: User, allow_pending: bool, behalf: str) -> Claimed:
    refuse_while_exporting(batch)
    pending = refuse_pending_cards(batch, allow_pending)
    export = Export.objects.create(
        organization=batch.organization,
        batch=batch,
        revision=batch.revision,
        requested_by=user,
        csv_path=object_key(batch.organization_id, CORRECTED),
        manifest_path=object_key(batch.organization_id, MANIFEST),
        locked_until=lease_end(),
    )
    return Claimed(export, read_facts(export, pending, behalf))


def refuse_pending_cards(batch: Batch, allow_pending: bool) -> int:
    """How many cards leave without a decision, because who exports said so."""
    pending = Card.objects.open().filter(batch=batch).count()
    if pending and not allow_pending:
        raise Conflict(
            f"Neste lote, {number(pending, 'cartão')} sem decisão. Decida o que falta, ou exporte "
            "assim mesmo, com allow_pending=true: o que não foi decidido sai como foi lido.",
            code="cards_pending",
            details={"pending": pending},
        )
    return pending


@contextmanager
def failing_honestly(export: Export) -> Iterator[None]:
    """Whatever ends the work before its time leaves a failed row, not a held lock."""
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            EXPORTS.labels(format=FORMAT, status="failed").inc()
            with session([export.organization_id]):
                fail(export, INTERRUPTED)


def write(claimed: Claimed) -> None:
    """Store both files; nothing of this is visible until `finish` commits."""
    export, lease = claimed.export, Lease(claimed.export)
    dialect = survey_original(export.batch)
    with contents_of(export) as contents:
        write_corrected(export, contents, dialect, lease)
        corrected = StoredFile(CORRECTED, export.csv_sha256, export.csv_size or 0)
        head = head_of(export, claimed.facts, contents.tally, dialect, corrected)
        blocks = lease.during(manifest_blocks(head, contents))
        with drafted(export, blocks) as manifest:
            lease.renew()
            keep(manifest.path, export.manifest_path)
            export.manifest_sha256 = manifest.sha256
            is_small = contents.tally.cards + contents.tally.corrected_cells <= MOST_IN_ROW
            export.manifest = json.loads(manifest.path.read_bytes()) if is_small else head


def survey_original(batch: Batch) -> Dialect:
    """Read the original once: is it what was read, and how does it write its cells?"""
    digest = sha256()

    def hashed(blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            digest.update(block)
            yield block

    dialect = None
    try:
        with open_stored(batch.original_path) as stored:
            passing = hashed(chunks(stored))
            with suppress(CorrectionError):
                dialect = survey(passing)
            for _ in passing:
                pass
    except FileNotFoundError as fault:
        raise original_refused(batch, "original_missing", "não está mais guardado") from fault
    if digest.hexdigest() != batch.original_sha256 or dialect is None:
        raise original_refused(batch, "original_changed", "mudou desde a leitura")
    return dialect


def original_refused(batch: Batch, code: str, what: str) -> Conflict:
    return Conflict(
        f"O arquivo de origem {what}; exportação recusada. "
        "Recupere o original da cópia de segurança antes de exportar.",
        code=code,
        details={"batch_id": str(batch.pk), "expected_sha256": batch.original_sha256},
    )


def write_corrected(export: Export, contents: Contents, dialect: Dialect, lease: Lease) -> None:
    """Stream the original through the corrections into storage."""
    with open_stored(export.batch.original_path) as original:
        corrected = rewrite(chunks(original), contents.changes(), dialect=dialect)
        try:
            with drafted(export, lease.during(corrected)) as file:
                lease.renew()
                keep(file.path, export.csv_path)
                export.csv_sha256, export.csv_size = file.sha256, file.size
        except CorrectionError as refused:
            raise Conflict(refused.message, code=refused.code) from refused


def drafted(export: Export, blocks: Iterable[bytes]) -> Any:
    """Write a file of this export where whoever takes it over finds and removes it."""
    return arriving(blocks, most=NO_LIMIT, prefix=draft_prefix(export))


def finish(claimed: Claimed) -> None:
    """One transaction makes the artefact, the batch's state and the trail true together."""
    export = claimed.export
    with books(export.organization_id):
        batch = locked_batch(export.batch_id)
        held = Export.objects.select_for_update().filter(pk=export.pk, status=ExportStatus.RUNNING)
        if not held.exists():
            raise Overtaken
        export.status, export.locked_until = ExportStatus.DONE, None
        export.finished_at = export.created_at
        export.save()
        batch.status, batch.exported_at = BatchStatus.EXPORTED, export.finished_at
        batch.exported_by = export.requested_by
        batch.save()
        facts: dict[str, Any] = {
            "revision": export.revision,
            "csv_sha256": export.csv_sha256,
            "manifest_sha256": export.manifest_sha256,
        }
        if claimed.facts.pending:
            facts |= {"allow_pending": True, "pending": claimed.facts.pending}
        if claimed.facts.on_behalf_of:
            facts["on_behalf_of"] = claimed.facts.on_behalf_of
        record(batch.organization, "batch.exported", batch, actor=export.requested_by, diff=facts)
