"""The corrected file leaves once per revision, with the manifest that proves it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from audits.corrections import CorrectionError, apply_corrections
from audits.exports.cleanup import carry_out_removals, cleanup_batch
from audits.exports.package import CORRECTED, MANIFEST, Contents, manifest_of, read_contents
from audits.exports.running import fail, refuse_while_exporting
from audits.manifest import StoredFile, dump_manifest
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
from conciliacontag.storage import arriving, chunks, keep, object_key, open_stored, sha256_of
from reconciliation.ledger import books

__all__ = ["carry_out_removals", "cleanup_batch", "export_batch"]

FORMAT = "csv"
INTERRUPTED = "A exportação foi interrompida antes do fim. Peça-a de novo."


@dataclass(frozen=True, slots=True)
class Claimed:
    """An export that is ours to carry out, and what has to be written."""

    export: Export
    contents: Contents


def export_batch(
    batch_id: UUID, *, requested_by: User, allow_pending: bool = False
) -> tuple[Export, bool]:
    """Write the batch's corrected file and manifest; asked again, answer the same artefact.

    The second value is False when this revision had left before: same bytes, author and moment.

    Raises:
        NotFound: there is no such batch.
        NotAllowed: the role may not export.
        Conflict: `cards_pending`; `original_changed` when the stored original is not what was
            read.
        Busy: `export_in_progress`, with who and since when.
    """
    claimed = claim(batch_id, requested_by, allow_pending)
    if isinstance(claimed, Export):
        return claimed, False
    started = perf_counter()
    with failing_honestly(claimed.export):
        write(claimed)
        finish(claimed.export)
    EXPORT_SECONDS.labels(format=FORMAT).observe(perf_counter() - started)
    EXPORTS.labels(format=FORMAT, status="success").inc()
    return claimed.export, True


def claim(batch_id: UUID, user: User, allow_pending: bool) -> Claimed | Export:
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
            return current.first() or begin(batch, user, allow_pending)


def begin(batch: Batch, user: User, allow_pending: bool) -> Claimed:
    refuse_while_exporting(batch)
    refuse_pending_cards(batch, allow_pending)
    export = Export.objects.create(
        organization=batch.organization,
        batch=batch,
        revision=batch.revision,
        requested_by=user,
        csv_path=object_key(batch.organization_id, CORRECTED),
        manifest_path=object_key(batch.organization_id, MANIFEST),
        locked_until=lease_end(),
    )
    return Claimed(export, read_contents(export))


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


def refuse_pending_cards(batch: Batch, allow_pending: bool) -> None:
    pending = Card.objects.open().filter(batch=batch).count()
    if pending and not allow_pending:
        raise Conflict(
            f"Há {pending} cartões sem decisão neste lote. Decida-os, ou exporte assim mesmo "
            "com allow_pending=true: eles saem como foram lidos.",
            code="cards_pending",
            details={"pending": pending},
        )


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
    export, contents = claimed.export, claimed.contents
    refuse_changed_original(export.batch)
    export.csv_sha256, export.csv_size = write_corrected(export, contents)
    renew(export)
    corrected = StoredFile(CORRECTED, export.csv_sha256, export.csv_size)
    export.manifest = manifest_of(export, contents, corrected)
    with arriving([dump_manifest(export.manifest)], most=NO_LIMIT) as manifest:
        keep(manifest.path, export.manifest_path)
        export.manifest_sha256 = manifest.sha256


def refuse_changed_original(batch: Batch) -> None:
    if sha256_of(batch.original_path) != batch.original_sha256:
        raise Conflict(
            "O arquivo de origem mudou desde a leitura; exportação recusada. "
            "Recupere o original da cópia de segurança antes de exportar.",
            code="original_changed",
            details={"batch_id": str(batch.pk), "expected_sha256": batch.original_sha256},
        )


def write_corrected(export: Export, contents: Contents) -> tuple[str, int]:
    """Stream the original through the corrections into storage; return hash and size."""
    with open_stored(export.batch.original_path) as original:
        corrected = apply_corrections(chunks(original), contents.changes)
        try:
            with arriving(corrected, most=NO_LIMIT) as file:
                keep(file.path, export.csv_path)
                return file.sha256, file.size
        except CorrectionError as refused:
            raise Conflict(refused.message, code=refused.code) from refused


def renew(export: Export) -> None:
    """Push the lease on; a lost one shows in `finish`."""
    with session([export.organization_id]):
        held = Export.objects.filter(pk=export.pk, status=ExportStatus.RUNNING)
        held.update(locked_until=lease_end())


def finish(export: Export) -> None:
    """One transaction makes the artefact, the batch's state and the trail true together."""
    with books(export.organization_id):
        batch = locked_batch(export.batch_id)
        held = Export.objects.select_for_update().filter(pk=export.pk, status=ExportStatus.RUNNING)
        if not held.exists():
            raise Conflict(
                "A exportação demorou demais e foi retomada por outra pessoa. Peça-a de novo.",
                code="export_overtaken",
            )
        export.status, export.locked_until = ExportStatus.DONE, None
        export.finished_at = export.created_at
        export.save()
        batch.status, batch.exported_at = BatchStatus.EXPORTED, export.finished_at
        batch.exported_by = export.requested_by
        batch.save()
        facts = {
            "revision": export.revision,
            "csv_sha256": export.csv_sha256,
            "manifest_sha256": export.manifest_sha256,
        }
        record(batch.organization, "batch.exported", batch, actor=export.requested_by, diff=facts)
