"""The lock of an export: one row in state running per batch, with a lease."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from django.conf import settings
from django.db.transaction import on_commit
from django.utils import timezone

from audits.models import Batch, Export, ExportStatus
from audits.rows import promise_removal
from conciliacontag.database import session
from conciliacontag.errors import Busy, Conflict
from conciliacontag.storage import drop_arrivals

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
    """Close an export that came to nothing; what it may have stored is taken away.

    Also what it stored after somebody else had closed it, or had cleaned the batch up.
    """
    rows = Export.objects.filter(pk=export.pk)
    if rows.filter(status=ExportStatus.DONE).exists():
        return
    failed = {"status": ExportStatus.FAILED, "error": error, "finished_at": timezone.now()}
    rows.filter(status=ExportStatus.RUNNING).update(**failed, locked_until=None)
    promise_removal(export.organization_id, export.csv_path)
    promise_removal(export.organization_id, export.manifest_path)
    on_commit(partial(drop_arrivals, draft_prefix(export)), robust=True)


def draft_prefix(export: Export) -> str:
    """How the temporary files of an export are called while they are written."""
    return f"export-{export.pk}-"


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


class Overtaken(Conflict):
    """The lease ran out, and somebody else took the export over."""

    code = "export_overtaken"
    message = "A exportação demorou demais e foi retomada por outra pessoa. Peça-a de novo."


class Lease:
    """Our hold on a running export, pushed on while the work advances."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.renewed = monotonic()

    def during(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass blocks on for as long as it takes to write them."""
        for block in blocks:
            if monotonic() - self.renewed > settings.LEASE_SECONDS / 3:
                self.renew()
            yield block

    def renew(self) -> None:
        """Hold the export for another term.

        Raises:
            Overtaken: it is no longer ours.
        """
        with session([self.export.organization_id]):
            held = Export.objects.filter(pk=self.export.pk, status=ExportStatus.RUNNING)
            if not held.update(locked_until=lease_end()):
                raise Overtaken
        self.renewed = monotonic()
