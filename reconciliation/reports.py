"""Counters of a period: how many lines and documents are settled, and for how much."""

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Abs

from conciliacontag.organizations.models import Organization
from ingestion.models import Document, MatchStatus, Transaction
from ingestion.models.documents import PAYABLE
from reconciliation.models import Reconciliation, ReconciliationStatus

ZERO = "0.00"


def reconciliation_report(
    organization: Organization, *, first: date | None = None, last: date | None = None
) -> dict[str, Any]:
    """Count by status what is dated `first` to `last`, both included.

    Lines that moved money count by their day, documents by their issue, reconciliations by their
    bank line. Entries of the ledger move none. Amounts are decimal strings in reais, without sign.
    """
    money = Transaction.objects.money().filter(organization=organization)
    lines = within(money, "date", first, last)
    documents = Document.objects.filter(PAYABLE, organization=organization)
    links = Reconciliation.objects.filter(organization=organization)
    return {
        "organization_id": str(organization.pk),
        "from": first and first.isoformat(),
        "to": last and last.isoformat(),
        "transactions": counted(lines, Abs("amount"), MatchStatus.values),
        "documents": counted(
            within(documents, "issue_date", first, last), "total_amount", MatchStatus.values
        ),
        "reconciliations": counted(
            within(links, "transaction__date", first, last), "amount", ReconciliationStatus.values
        ),
    }


def within(rows: "QuerySet[Any]", day: str, first: date | None, last: date | None) -> Any:
    if first:
        rows = rows.filter(**{f"{day}__gte": first})
    return rows.filter(**{f"{day}__lte": last}) if last else rows


def counted(rows: "QuerySet[Any]", amount: Any, statuses: list[str]) -> dict[str, Any]:
    """Count and amount for each status, those without rows included."""
    groups = rows.order_by().values("status").annotate(count=Count("pk"), sum=Sum(amount))
    found = {group["status"]: group for group in groups}
    report: dict[str, Any] = {"total": sum(group["count"] for group in found.values())}
    for status in statuses:
        group = found.get(status, {"count": 0, "sum": ZERO})
        report[status] = {"count": group["count"], "amount": str(group["sum"])}
    return report
