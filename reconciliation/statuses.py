"""Statuses of documents and bank lines, which follow from what links them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from ingestion.models import Document, MatchStatus, Transaction
from reconciliation.models import Reconciliation, ReconciliationStatus

CHUNK = 5000


def settle_transactions(lines: QuerySet[Transaction]) -> None:
    """Reconciled when booked, unmatched when nothing was found, pending otherwise."""
    rows = Reconciliation.objects.filter(transaction=OuterRef("pk"))
    booked = Exists(rows.matched())
    hopeless = Exists(rows.filter(status=ReconciliationStatus.UNMATCHED))
    change(lines.filter(booked), MatchStatus.RECONCILED)
    change(lines.filter(~booked, hopeless), MatchStatus.UNMATCHED)
    change(lines.filter(~booked, ~hopeless), MatchStatus.PENDING)


def settle_documents(documents: QuerySet[Document]) -> None:
    """Reconciled when the booked amounts reach the total; open again when they do not."""
    rows = Reconciliation.objects.filter(document=OuterRef("pk"))
    paid = Q(booked__gte=F("total_amount"), booked__gt=0)
    counted = documents.annotate(booked=booked_amount())
    change(counted.filter(paid), MatchStatus.RECONCILED)
    change(counted.filter(~paid, status=MatchStatus.RECONCILED), MatchStatus.PENDING)
    change(counted.filter(~paid & Q(Exists(rows))), MatchStatus.PENDING)


def booked_amount() -> Coalesce:
    """The sum booked to a document, for `annotate`."""
    rows = Reconciliation.objects.matched().filter(document=OuterRef("pk"))
    sums = rows.order_by().values("document").annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(sums), Value(Decimal(0)))


def mark_unmatched(document_ids: Iterable[str | UUID]) -> None:
    """Documents that a run compared with everything and found nothing for."""
    ids = iter(document_ids)
    while chunk := list(islice(ids, CHUNK)):
        pending = Document.objects.filter(pk__in=chunk, status=MatchStatus.PENDING)
        pending.update(status=MatchStatus.UNMATCHED)


def settle(transaction_ids: Sequence[UUID], document_ids: Iterable[UUID | None]) -> None:
    """Bring a few rows up to date after a person's act."""
    settle_transactions(Transaction.objects.filter(pk__in=transaction_ids))
    settle_documents(Document.objects.filter(pk__in=[pk for pk in document_ids if pk]))


def change(rows: "QuerySet[Transaction] | QuerySet[Document]", status: MatchStatus) -> None:
    rows.exclude(status=status).update(status=status)
