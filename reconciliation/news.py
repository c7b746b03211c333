"""Whether there is anything a run has not looked at."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from conciliacontag.organizations.models import AuditLog, AuditLogQuerySet
from conciliacontag.postgres.identifiers import these
from ingestion.models import Document, MatchStatus, SourceFile, Transaction
from reconciliation.alerts import organizations_with_alerts
from reconciliation.looked_at import note, to_look_at
from reconciliation.models import Reconciliation, Run
from reconciliation.periods.closed import in_closed_period
from reconciliation.versions import is_same_judge, last_run

READ = ("file.received", "file.processed")  # acts that bring rows, and decide nothing
MOST_FILES = 100  # more are no statement
STATEMENTS = ("ofx", "cnab", "table")  # kinds of files that bring bank lines and nothing else


def organizations_with_news() -> set[UUID]:
    """Organizations with rows that no run has looked at, or of which a person is to be warned."""
    found, acts = organizations_with_alerts(), to_look_at()
    for rows in (unseen_documents(), unseen_transactions()):
        own = rows.filter(organization__in=these(acts)).order_by()
        found.update(own.values_list("organization_id", flat=True).distinct())
    note(acts, found)
    return found


def unseen_documents() -> QuerySet[Document]:
    rows = Reconciliation.objects.filter(document=OuterRef("pk"))
    return Document.objects.open().filter(~Exists(rows), status=MatchStatus.PENDING)


def unseen_transactions() -> QuerySet[Transaction]:
    rows = Reconciliation.objects.filter(transaction=OuterRef("pk"))
    waiting = Transaction.objects.money().filter(~Exists(rows), status=MatchStatus.PENDING)
    return waiting.exclude(in_closed_period())


@dataclass(frozen=True, slots=True)
class News:
    """What came since the last run began, where nothing else happened."""

    last: Run
    lines: tuple[UUID, ...]  # that no run has looked at


def news_of(run: Run) -> News | None:
    """The lines that came, if statements are all that came; None when more may have happened.

    Whatever people or readers do is written in the organization's trail, so a trail of nothing but
    statements says that all other rows would be compared by the same engine. What is asked for by
    name or with `force` is always done.
    """
    last = comparable_run(run)
    statements = None if last is None else statements_since(last)
    if last is None or statements is None:
        return None
    own = {"organization": run.organization_id}
    lines = unseen_transactions().filter(**own).order_by()
    if statements:  # what came otherwise waits for the next run
        lines = lines.filter(file__in=statements)
    news = News(last, tuple(lines.values_list("pk", flat=True)))
    return None if not news.lines and unseen_documents().filter(**own).exists() else news


def statements_since(run: Run) -> list[UUID] | None:
    """Files of bank lines that came since a run began; None when anything else happened."""
    acts = acts_since(run)
    if acts.exclude(action__in=READ).exists():
        return None
    told = acts.order_by().values_list("entity_id", flat=True).distinct()[: MOST_FILES + 1]
    files = [UUID(pk) for pk in told]
    read = SourceFile.objects.filter(pk__in=files, kind__in=STATEMENTS)
    return files if len(files) <= MOST_FILES and read.count() == len(files) else None


def comparable_run(run: Run) -> Run | None:
    """The last run, if it looked at everything by the same engine, rules and thresholds."""
    last = last_run(run)
    if run.force or run.only_documents or last is None or last.only_documents:
        return None
    return last if is_same_judge(run) else None


def acts_since(run: Run) -> AuditLogQuerySet:
    """What was done in the organization since a run began, runs apart; all if that is unknown."""
    trail = AuditLog.objects.filter(organization=run.organization_id)
    begun = trail.filter(action="run.started", entity_id=str(run.pk)).values("sequence")[:1]
    return trail.exclude(action__startswith="run.").filter(
        sequence__gt=Coalesce(Subquery(begun), Value(0))
    )
