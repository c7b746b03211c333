"""Statuses of documents and bank lines, which follow from the sums of what links them.

Sums are read whole and compared here: a subquery for each row takes hours on a table whose
statistics are older than the run that filled it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from ingestion.models import Document, MatchStatus, Transaction
from reconciliation.balances import ZERO, settled_by_document, used_by_line
from reconciliation.models import Reconciliation, ReconciliationQuerySet, ReconciliationStatus

CHUNK = 5000
Key = TypeVar("Key")


def settle_transactions(lines: QuerySet[Transaction], rows: ReconciliationQuerySet) -> None:
    """Reconciled when used up, unmatched when nothing was found for the rest, else pending.

    Args:
        rows: at least all that is linked to these lines.
    """
    used = used_by_line(rows)
    nothing = rows.filter(status=ReconciliationStatus.UNMATCHED).order_by()
    hopeless = set(nothing.values_list("transaction_id", flat=True))

    def wanted(pk: UUID, amount: Decimal) -> MatchStatus:
        if pk in used and used[pk] >= abs(amount):
            return MatchStatus.RECONCILED
        return MatchStatus.UNMATCHED if pk in hopeless else MatchStatus.PENDING

    changes: defaultdict[MatchStatus, list[UUID]] = defaultdict(list)
    for pk, amount, status in lines.values_list("pk", "amount", "status").iterator(CHUNK):
        if status != wanted(pk, amount):
            changes[wanted(pk, amount)].append(pk)
    for status, pks in changes.items():
        for chunk in chunks(pks):
            Transaction.objects.filter(pk__in=chunk).update(status=status)


def settle_documents(documents: QuerySet[Document], rows: ReconciliationQuerySet) -> None:
    """Reconciled when what is settled reaches the total; open again when it does not.

    Args:
        rows: at least all that is linked to these documents.
    """
    settled = settled_by_document(rows)
    told = set(rows.order_by().values_list("document_id", flat=True))

    def wanted(pk: UUID, total: Decimal, status: str) -> str:
        if settled.get(pk, ZERO) >= max(total, Decimal("0.01")):
            return str(MatchStatus.RECONCILED)
        is_known = pk in told or status == MatchStatus.RECONCILED
        return str(MatchStatus.PENDING) if is_known else status

    changes: defaultdict[str, list[UUID]] = defaultdict(list)
    for pk, total, status in documents.values_list("pk", "total_amount", "status").iterator(CHUNK):
        if status != wanted(pk, total, status):
            changes[wanted(pk, total, status)].append(pk)
    for status, pks in changes.items():
        for chunk in chunks(pks):
            Document.objects.filter(pk__in=chunk).update(status=status)


def mark_unmatched(document_ids: Iterable[str | UUID], rows: ReconciliationQuerySet) -> None:
    """Documents that a run compared with everything and found nothing for.

    One that was paid in part keeps waiting for the rest.

    Args:
        rows: at least all that is linked to these documents.
    """
    told = {str(pk) for pk in rows.order_by().values_list("document_id", flat=True)}
    for chunk in chunks(pk for pk in document_ids if str(pk) not in told):
        pending = Document.objects.filter(pk__in=chunk, status=MatchStatus.PENDING)
        pending.update(status=MatchStatus.UNMATCHED)


def settle(transaction_ids: Iterable[UUID | None], document_ids: Iterable[UUID | None]) -> None:
    """Bring a few rows up to date after a person's act."""
    lines = [pk for pk in transaction_ids if pk]
    notes = [pk for pk in document_ids if pk]
    of_lines = Reconciliation.objects.filter(transaction__in=lines)
    settle_transactions(Transaction.objects.filter(pk__in=lines), of_lines)
    of_notes = Reconciliation.objects.filter(document__in=notes)
    settle_documents(Document.objects.filter(pk__in=notes), of_notes)


def chunks(pks: Iterable[Key]) -> Iterator[list[Key]]:
    ids = iter(pks)
    while chunk := list(islice(ids, CHUNK)):
        yield chunk
