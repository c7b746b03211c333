"""Clean-up: files and rows leave, the trail and one closing record stay."""

from typing import Any
from uuid import UUID

from django.db.transaction import on_commit
from django.utils import timezone

from audits.exports.running import refuse_while_exporting
from audits.models import (
    Batch,
    BatchStatus,
    Card,
    ClosingRecord,
    Decision,
    Export,
    ExportStatus,
    Removal,
    Response,
)
from audits.rows import NoBatch, delete_rows, locked_batch, organization_of, promise_removal
from conciliacontag.database import EVERY, session
from conciliacontag.errors import Conflict, InvalidInput
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import remove
from reconciliation.ledger import books

MOST_AT_ONCE = 500


def cleanup_batch(batch_id: UUID, *, requested_by: User, confirm: bool) -> ClosingRecord:
    """Remove an exported batch for good; called again, answer the record of the first time.

    Raises:
        InvalidInput: `confirmation_required`; nothing was removed.
        NotFound: there is no such batch and there never was.
        NotAllowed: the role may not clean up.
        Conflict: `not_exported`.
        Busy: the batch is being exported.
    """
    with session(requested_by.roles):
        organization_id = place_of(batch_id)
        with books(organization_id):
            closed = ClosingRecord.objects.select_related("organization", "closed_by")
            if known := closed.filter(batch_id=batch_id).first():
                require(requested_by, known.organization, Act.CLEAN)
                return known
            batch = locked_batch(batch_id)
            require(requested_by, batch.organization, Act.CLEAN)
            refuse_unready(batch, confirm)
            return close(batch, requested_by)


def place_of(batch_id: UUID) -> UUID:
    """The organization of a batch, cleaned up or not."""
    # The record is written with the deletion: who no longer finds the batch finds the record.
    found = organization_of(batch_id)
    closed = ClosingRecord.objects.filter(batch_id=batch_id)
    place = found or closed.values_list("organization_id", flat=True).first()
    if place is None:
        raise NoBatch
    return place


def refuse_unready(batch: Batch, confirm: bool) -> None:
    if not confirm:
        raise InvalidInput(
            "A limpeza não tem volta: confirme com confirm=true. Nada foi removido.",
            code="confirmation_required",
        )
    refuse_while_exporting(batch)
    if batch.status != BatchStatus.EXPORTED:
        raise Conflict(
            f"O lote está {batch.get_status_display().lower()}; só um lote exportado pode ser "
            "limpo. Exporte-o primeiro. Nada foi removido.",
            code="not_exported",
            details={"current": batch.status, "wanted": "cleaned", "allowed": ["exported"]},
        )


def close(batch: Batch, user: User) -> ClosingRecord:
    """Write the closing record, remove the rows, promise the files' removal."""
    exports = list(Export.objects.filter(batch=batch).order_by("-revision", "-created_at"))
    last = next(export for export in exports if export.status == ExportStatus.DONE)
    keys = [batch.original_path]
    for export in exports:
        keys += [export.csv_path, export.manifest_path]
    closing = ClosingRecord.objects.create(
        organization=batch.organization,
        batch_id=batch.pk,
        name=batch.name,
        closed_by=user,
        counts=counts_of(batch, len(exports)),
        removed=keys,
        manifest=last.manifest,
        manifest_sha256=last.manifest_sha256,
    )
    for key in keys:
        promise_removal(batch.organization_id, key)
    facts = {"batch": batch.pk, "files": len(keys), "manifest_sha256": last.manifest_sha256}
    record(batch.organization, "batch.cleaned", batch, actor=user, diff=facts)
    delete_rows(batch)
    organization_id = batch.organization_id
    # Robust: a storage that is down leaves the promises to the sweep, the clean-up stands.
    on_commit(lambda: remove_promised(organization_id, keys), robust=True)
    return closing


def counts_of(batch: Batch, exports: int) -> dict[str, Any]:
    return {
        "cards": Card.objects.filter(batch=batch).count(),
        "responses": Response.objects.filter(card__batch=batch).count(),
        "decisions": Decision.objects.filter(batch_id=batch.pk).count(),
        "exports": exports,
        "revisions": batch.revision,
    }


def carry_out_removals(limit: int = MOST_AT_ONCE) -> int:
    """Remove stored objects whose time has come; cut short, the next call goes on."""
    with session(EVERY):
        due = Removal.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
        pairs = list(due.values_list("organization_id", "key")[:limit])
    for organization_id, key in pairs:
        remove_promised(organization_id, [key])
    return len(pairs)


def remove_promised(organization_id: UUID, keys: list[str]) -> None:
    """Remove objects first and their promises after: removing what is gone is no error."""
    for key in keys:
        remove(key)
        with session([organization_id]):
            Removal.objects.filter(key=key).delete()
