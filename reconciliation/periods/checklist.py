"""What a month still waits for before it is closed."""

from dataclasses import dataclass
from datetime import date

from conciliacontag.organizations.models import Organization
from conciliacontag.scope import previous_month, spell_month
from ingestion.models import FileStatus, Reprocessing, Rereading, SourceFile, Transaction
from reconciliation.desk.queue import HELD, SUGGESTED, Queue, tally
from reconciliation.models import Run
from reconciliation.periods.models import Closing
from reconciliation.watch.lists import watch_month


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist; nothing is open when its count is zero."""

    code: str
    title: str
    count: int
    severity: str  # blocking: no closing meanwhile; open: a person answers for it; info: only told

    @property
    def is_blocking(self) -> bool:
        return self.severity == "blocking" and self.count > 0

    @property
    def is_open(self) -> bool:
        return self.severity == "open" and self.count > 0


def checklist(organization: Organization, month: date) -> list[Item]:
    """Everything to look at, what blocks first.

    Args:
        month: its first day.
    """
    files = SourceFile.objects.filter(organization=organization)
    rereading = Rereading.objects.filter(
        reprocessing__in=Reprocessing.objects.active().filter(dry_run=False),
        reprocessing__organization=organization,
        finished_at=None,
    )
    running = Run.objects.active().filter(organization=organization).count()
    left = tally(Queue(organization, month))
    refused = files.uploads().filter(status=FileStatus.FAILED)
    return [
        Item("files_waiting", "Arquivos em leitura", files.waiting().count(), "blocking"),
        Item("files_reread", "Arquivos sendo lidos de novo", rereading.count(), "blocking"),
        Item("run_active", "Conciliação em andamento", running, "blocking"),
        Item("files_failed", "Arquivos recusados", refused.count(), "open"),
        Item("proposals", "Lançamentos com sugestão a decidir", left[SUGGESTED]["count"], "open"),
        Item("held", "Lançamentos a verificar", left[HELD]["count"], "open"),
        *watched(organization, month),
        *earlier(organization, month),
    ]


def watched(organization: Organization, month: date) -> list[Item]:
    """One line for each list of the month's watch."""
    return [
        Item(one.code, one.title, one.count, "open" if one.is_to_do else "info")
        for one in watch_month(organization, month)
    ]


def earlier(organization: Organization, month: date) -> list[Item]:
    """The month before, when it has lines and is not closed."""
    before = previous_month(month)
    lines = Transaction.objects.money().filter(
        organization=organization, date__gte=before, date__lt=month
    )
    if Closing.objects.of(organization, before).in_force().exists() or not lines.exists():
        return []
    title = f"{spell_month(before).capitalize()} ainda está aberto"
    return [Item("earlier_month", title, 1, "info")]
