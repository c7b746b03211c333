"""Clean-up: files and rows leave, the trail and one closing record stay."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.transaction import on_commit
from msgspec import to_builtins

from audits.evidence.files import files_of
from audits.exports.last_manifest import packed
from audits.exports.leaving import cleanup_preview, counts_of, last_export
from audits.exports.removals import carry_out_removals, remove_promised
from audits.exports.running import refuse_while_exporting
from audits.models import Batch, BatchStatus, ClosingRecord
from audits.rows import NoBatch, delete_rows, locked_batch, organization_of, promise_removals
from conciliacontag.database import session
from conciliacontag.errors import Conflict, InvalidInput
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from reconciliation.ledger import books

__all__ = ["Reason", "carry_out_removals", "clean_batch", "cleanup_batch", "close_batch"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Who has a batch cleaned up; `actor` is None when a period set by that person ran out."""

    closed_by: User
    actor: User | None
    action: str
    facts: dict[str, Any]


def cleanup_batch(
    batch_id: UUID, *, requested_by: User, confirm: bool, on_behalf_of: str = ""
) -> ClosingRecord:
    """Remove an exported batch for good; called again, answer the record of the first time.

    Raises:
        InvalidInput: `confirmation_required`; nothing was removed.
        NotFound: there is no such batch and there never was.
        NotAllowed: the role may not clean up.
        Conflict: `not_exported`.
        Busy: the batch is being exported.
    """
    return clean_batch(
        batch_id, requested_by=requested_by, confirm=confirm, on_behalf_of=on_behalf_of
    )[0]


def clean_batch(
    batch_id: UUID, *, requested_by: User, confirm: bool, on_behalf_of: str = ""
) -> tuple[ClosingRecord, bool]:
    """As `cleanup_batch`; the second value is False when the batch had been cleaned up before."""
    refuse_unconfirmed(confirm)
    facts = {"on_behalf_of": on_behalf_of} if on_behalf_of else {}
    reason = Reason(requested_by, requested_by, "batch.cleaned", facts)
    with session(requested_by.roles):
        organization_id = place_of(batch_id)
        with books(organization_id):
            closed = ClosingRecord.objects.select_related("organization", "closed_by")
            if known := closed.filter(batch_id=batch_id).first():
                require(requested_by, known.organization, Act.CLEAN)
                return known, False
            batch = locked_batch(batch_id)
            require(requested_by, batch.organization, Act.CLEAN)
            refuse_unready(batch)
            return close(batch, reason), True


def close_batch(
    organization_id: UUID, batch_id: UUID, reason: Reason, *, exported_before: datetime
) -> ClosingRecord | None:
    """Clean up a batch that is still exported, and was so before a moment; None when it is not.

    Raises:
        Busy: the batch is being exported.
    """
    with books(organization_id):
        waiting = Batch.objects.filter(status=BatchStatus.EXPORTED)
        if not waiting.filter(pk=batch_id, exported_at__lt=exported_before).exists():
            return None
        batch = locked_batch(batch_id)
        refuse_unready(batch)
        return close(batch, reason)


def place_of(batch_id: UUID) -> UUID:
    """The organization of a batch, cleaned up or not."""
    # The record is written with the deletion: who no longer finds the batch finds the record.
    found = organization_of(batch_id)
    closed = ClosingRecord.objects.filter(batch_id=batch_id)
    place = found or closed.values_list("organization_id", flat=True).first()
    if place is None:
        raise NoBatch
    return place


def refuse_unconfirmed(confirm: bool) -> None:
    if not confirm:
        raise InvalidInput(
            "A limpeza não tem volta: confirme com confirm=true. Nada foi removido.",
            code="confirmation_required",
        )


def refuse_unready(batch: Batch) -> None:
    refuse_while_exporting(batch)
    if batch.status != BatchStatus.EXPORTED:
        raise Conflict(
            f"O lote está {batch.get_status_display().lower()}; só um lote exportado pode ser "
            "limpo. Exporte-o primeiro. Nada foi removido.",
            code="not_exported",
            details={"current": batch.status, "wanted": "cleaned", "allowed": ["exported"]},
        )


def close(batch: Batch, reason: Reason) -> ClosingRecord:
    """Write the closing record, remove the rows, promise the files' removal."""
    leaving, last, keys = cleanup_preview(batch), last_export(batch), files_of(batch)
    closing = ClosingRecord.objects.create(
        organization=batch.organization,
        batch_id=batch.pk,
        name=batch.name,
        closed_by=reason.closed_by,
        counts=counts_of(batch, leaving),
        removed=to_builtins(leaving.files),
        manifest=last.manifest if last else {},
        packed_manifest=packed(last),
        manifest_sha256=leaving.manifest_sha256,
    )
    promise_removals(batch.organization_id, keys)
    facts = {
        "batch": batch.pk,
        "name": batch.name,
        "files": len(leaving.files),
        "bytes": leaving.size,
        "manifest_sha256": leaving.manifest_sha256,
        **reason.facts,
    }
    record(batch.organization, reason.action, batch, actor=reason.actor, diff=facts)
    delete_rows(batch)
    organization_id = batch.organization_id
    # Robust: a storage that is down leaves the promises to the sweep, the clean-up stands.
    on_commit(lambda: remove_promised(organization_id, keys), robust=True)
    return closing
