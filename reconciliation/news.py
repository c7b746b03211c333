"""Whether there is anything a run has not looked at."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from conciliacontag.organizations.models import AuditLog
from ingestion.models import Document, MatchStatus, Transaction
from reconciliation.alerts import organizations_with_alerts
from reconciliation.models import Reconciliation, Run
from reconciliation.periods.closed import in_closed_period
from reconciliation.versions import is_same_judge, last_run


def organizations_with_news() -> set[UUID]:
    """Organizations with rows that no run has looked at, or of which a person is to be warned."""
    ids = organizations_with_alerts()
    for rows in (unseen_documents(), unseen_transactions()):
        ids.update(rows.order_by().values_list("organization_id", flat=True).distinct())
    return ids


def unseen_documents() -> QuerySet[Document]:
    rows = Reconciliation.objects.filter(document=OuterRef("pk"))
    return Document.objects.open().filter(~Exists(rows), status=MatchStatus.PENDING)


def unseen_transactions() -> QuerySet[Transaction]:
    rows = Reconciliation.objects.filter(transaction=OuterRef("pk"))
    waiting = Transaction.objects.money().filter(~Exists(rows), status=MatchStatus.PENDING)
    return waiting.exclude(in_closed_period())


def unchanged_since(run: Run) -> Run | None:
    """The last run, when nothing has happened since it began; None when there is something to do.

    Whatever people or readers do is written in the organization's trail, so a trail without an act
    says that the same rows would be compared by the same engine. What is asked for by name or with
    `force` is always done.
    """
    last = last_run(run)
    if run.force or run.only_documents or last is None or last.only_documents:
        return None
    if not is_same_judge(run) or _acts_since(last):
        return None
    own = {"organization": run.organization_id}
    unseen = unseen_documents().filter(**own), unseen_transactions().filter(**own)
    return None if any(rows.exists() for rows in unseen) else last


def _acts_since(run: Run) -> bool:
    trail = AuditLog.objects.filter(organization=run.organization_id)
    begun = trail.filter(action="run.started", entity_id=str(run.pk)).values("sequence")
    acts = trail.exclude(action__startswith="run.")
    return not begun.exists() or acts.filter(sequence__gt=begun[:1]).exists()
