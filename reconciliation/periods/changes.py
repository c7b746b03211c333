"""What changed in a month after it was closed: what came late, what lost its validity, and what
people decided once it was open again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from conciliacontag.brazil import format_brl, format_date
from conciliacontag.organizations.models import AuditLog
from conciliacontag.organizations.sentences import tell
from ingestion.models import Document, DocumentEvent, Transaction
from reconciliation.models import Reconciliation
from reconciliation.periods.models import Closing

MOST = 200
LOOKED_AT = 5000  # acts since the closing
LATE = "Chegou depois do fechamento"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was when the month was closed."""

    code: str  # late_document, late_transaction, document_event, match
    at: datetime
    message: str
    document_id: UUID | None = None
    transaction_id: UUID | None = None


def changes_after(closing: Closing) -> list[Change]:
    """At most 200 of each kind, newest first."""
    found = [
        *late_documents(closing),
        *late_transactions(closing),
        *later_events(closing),
        *later_decisions(closing),
    ]
    return sorted(found, key=lambda change: change.at, reverse=True)


def count_late(closing: Closing) -> int:
    """Documents and bank lines of the month that came after it was closed."""
    return documents_of(closing).filter(came_after(closing)).count() + (
        lines_of(closing).filter(came_after(closing)).count()
    )


def came_after(closing: Closing) -> Q:
    return Q(created_at__gt=closing.closed_at)


def documents_of(closing: Closing) -> QuerySet[Document]:
    rows = Document.objects.filter(
        organization=closing.organization_id,
        issue_date__gte=closing.starts_on,
        issue_date__lt=closing.ends_before,
    )
    return rows.defer("normalized")


def lines_of(closing: Closing) -> QuerySet[Transaction]:
    return Transaction.objects.filter(
        organization=closing.organization_id,
        date__gte=closing.starts_on,
        date__lt=closing.ends_before,
    )


def late_documents(closing: Closing) -> Iterator[Change]:
    for row in documents_of(closing).filter(came_after(closing)).order_by("-created_at")[:MOST]:
        yield Change(
            "late_document",
            row.created_at,
            f"{LATE}: {row}, de {format_date(row.issue_date)}, {format_brl(row.total_amount)},"
            f" {row.party_name or 'sem nome'}.",
            document_id=row.pk,
        )


def late_transactions(closing: Closing) -> Iterator[Change]:
    for row in lines_of(closing).filter(came_after(closing)).order_by("-created_at")[:MOST]:
        told = row.memo or row.payee or "sem histórico"
        yield Change(
            "late_transaction",
            row.created_at,
            f"{LATE}: lançamento de {format_date(row.date)}, {format_brl(row.amount)}, {told}.",
            transaction_id=row.pk,
        )


def later_events(closing: Closing) -> Iterator[Change]:
    """Events of the month's documents: a cancellation may take a note out of a closed month."""
    events = DocumentEvent.objects.filter(
        came_after(closing),
        organization=closing.organization_id,
        accepted=True,
        document_key__in=documents_of(closing).values("key"),
    ).order_by("-created_at")[:MOST]
    rows = documents_of(closing).filter(key__in=[event.document_key for event in events])
    known = {row.key: row for row in rows}
    for event in events:
        row = known[event.document_key]
        status = row.get_fiscal_status_display().lower()
        named = event.description or f"evento {event.event_type}"
        yield Change(
            "document_event",
            event.created_at,
            f"{row}, de {format_brl(row.total_amount)}, recebeu “{named}” e está {status}.",
            document_id=row.pk,
        )


def later_decisions(closing: Closing) -> Iterator[Change]:
    """What people did to the month's bank lines once it was open again."""
    if closing.is_in_force:
        return
    acts = AuditLog.objects.filter(
        organization=closing.organization_id,
        action__startswith="match.",
        at__gt=closing.closed_at,
    ).select_related("actor")
    newest = list(acts.order_by("-at")[:LOOKED_AT])
    line_of = lines_named(closing, [act.entity_id for act in newest])
    told = [act for act in newest if act.entity_id in line_of]
    for act in told[:MOST]:
        yield Change("match", act.at, tell(act), transaction_id=line_of[act.entity_id])


def lines_named(closing: Closing, ids: list[str]) -> dict[str, UUID]:
    """The month's bank lines behind identifiers of lines or of reconciliations."""
    lines = lines_of(closing).filter(pk__in=ids).values_list("pk", flat=True)
    links = Reconciliation.objects.filter(pk__in=ids, transaction__in=lines_of(closing))
    named = {str(pk): pk for pk in lines}
    return named | {str(pk): line for pk, line in links.values_list("pk", "transaction") if line}
