"""The lock of an export: one row in state running per batch, with a lease."""

from django.utils import timezone

from audits.models import Batch, Export, ExportStatus
from audits.rows import promise_removal
from conciliacontag.errors import Busy

DIED = "A exportação parou no meio e foi retomada por outra."


def refuse_while_exporting(batch: Batch) -> None:
    """Refuse an act on a batch that is being exported; an export whose worker died gives way.

    Raises:
        Busy: `export_in_progress`, with who exports and since when.
    """
    rows = Export.objects.select_for_update(of=("self",)).select_related("requested_by")
    running = rows.filter(batch=batch, status=ExportStatus.RUNNING).first()
    if running is None:
        return
    if running.locked_until and running.locked_until > timezone.now():
        seconds = int((timezone.now() - running.created_at).total_seconds())
        raise Busy(
            f"Exportação em andamento por {running.requested_by.name} há {seconds} s. "
            "Tente de novo em instantes.",
            code="export_in_progress",
            details={
                "who": running.requested_by.email,
                "since": running.created_at.isoformat(),
                "retry_after": 5,
            },
        )
    fail(running, DIED)


def fail(export: Export, error: str) -> None:
    """Close an export that came to nothing; what it may have stored is taken away."""
    held = Export.objects.filter(pk=export.pk, status=ExportStatus.RUNNING)
    now = timezone.now()
    if held.update(status=ExportStatus.FAILED, error=error, finished_at=now, locked_until=None):
        promise_removal(export.organization_id, export.csv_path)
        promise_removal(export.organization_id, export.manifest_path)
