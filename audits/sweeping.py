"""Work that this app finds by looking down: finished runs, dead exports, promised removals."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from audits.exports.cleanup import carry_out_removals
from audits.exports.running import DIED, fail
from audits.models import Batch, BatchStatus, Card, ClosingRecord, Export, ExportStatus
from conciliacontag.celery import ring
from conciliacontag.database import EVERY, session
from reconciliation.models import Reconciliation, ReconciliationStatus, Run, RunStatus


def sweep_storage() -> None:
    """Everything that may have been left undone here."""
    sweep_batches()
    close_dead_exports()
    carry_out_removals()


def sweep_batches() -> int:
    """Ring for every finished run whose doubts have no batch; return how many."""
    with session(EVERY):
        missing = runs_without_batch()
    for organization_id, run_id in missing:
        ring("audits.open_batch", str(organization_id), str(run_id))
    return len(missing)


def runs_without_batch() -> list[tuple[UUID, UUID]]:
    """Finished runs with doubts that stand on no card; those of a cleaned batch are settled."""
    cards = Card.objects.filter(transaction=OuterRef("transaction")).exclude(
        batch__status=BatchStatus.PENDING
    )
    doubts = Reconciliation.objects.by_machine().filter(~Exists(cards), run=OuterRef("pk"))
    waiting = doubts.exclude(status=ReconciliationStatus.MATCHED)
    batches = Batch.objects.filter(run=OuterRef("pk"))
    closed = ClosingRecord.objects.filter(
        organization=OuterRef("organization"), closed_at__gt=OuterRef("finished_at")
    )
    runs = Run.objects.filter(
        ~Exists(batches), ~Exists(closed), Exists(waiting), status=RunStatus.DONE
    )
    return list(runs.order_by("created_at").values_list("organization_id", "pk"))


def close_dead_exports() -> int:
    """Release the lock of exports whose lease has run out; return how many."""
    dead = Q(locked_until=None) | Q(locked_until__lt=timezone.now())
    with session(EVERY):
        rows = Export.objects.filter(dead, status=ExportStatus.RUNNING)
        pairs = list(rows.values_list("organization_id", "pk"))
    for organization_id, export_id in pairs:
        with session([organization_id]):
            export = Export.objects.select_for_update().filter(dead, pk=export_id).first()
            if export is not None:
                fail(export, DIED)
    return len(pairs)
