"""Statuses of documents and bank lines, which follow from the sums of what links them.

Sums are read whole and compared here: a subquery for each row takes hours on a table whose
statistics are older than the run that filled it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from ingestion.models import Document, MatchStatus, Transaction
from reconciliation.balances import ZERO, settled_by_document, used_by_line, weigh
from reconciliation.models import Reconciliation, ReconciliationQuerySet, ReconciliationStatus

CHUNK = 5000
SAID = ("transaction_id", "document_id", "status", "amount", "difference", "difference_kind")
LINE, NOTE = ("pk", "amount", "status"), ("pk", "total_amount", "status")
Key = TypeVar("Key")


def settle_transactions(lines: QuerySet[Transaction], rows: ReconciliationQuerySet) -> None:
    """Reconciled when used up, unmatched when nothing was found for the rest, else pending.

    Args:
        rows: at least all that is linked to these lines.
    """
    nothing = rows.filter(status=ReconciliationStatus.UNMATCHED).order_by()
    hopeless = set(nothing.values_list("transaction_id", flat=True))
    write_lines(lines.values_list(*LINE).iterator(CHUNK), used_by_line(rows), hopeless)


def write_lines(
    lines: Iterable[tuple[UUID, Decimal, str]],
    used: Mapping[UUID, Decimal],
    hopeless: Collection[UUID | None],
) -> None:
    changes: defaultdict[MatchStatus, list[UUID]] = defaultdict(list)
    for pk, amount, status in lines:
        wanted = MatchStatus.UNMATCHED if pk in hopeless else MatchStatus.PENDING
        if pk in used and used[pk] >= abs(amount):
            wanted = MatchStatus.RECONCILED
        if status != wanted:
            changes[wanted].append(pk)
    for wanted, pks in changes.items():
        for chunk in chunks(pks):
            Transaction.objects.filter(pk__in=chunk).update(status=wanted)


def settle_documents(documents: QuerySet[Document], rows: ReconciliationQuerySet) -> None:
    """Reconciled when what is settled reaches the total; open again when it does not.

    Args:
        rows: at least all that is linked to these documents.
    """
    told = set(rows.order_by().values_list("document_id", flat=True))
    settled = settled_by_document(rows)
    write_documents(documents.values_list(*NOTE).iterator(CHUNK), settled, told)


def write_documents(
    documents: Iterable[tuple[UUID, Decimal, str]],
    settled: Mapping[UUID, Decimal],
    told: Collection[UUID | None],
) -> None:
    changes: defaultdict[MatchStatus, list[UUID]] = defaultdict(list)
    for pk, total, status in documents:
        is_paid = settled.get(pk, ZERO) >= max(total, Decimal("0.01"))
        wanted = MatchStatus.RECONCILED if is_paid else MatchStatus.PENDING
        is_known = is_paid or pk in told or status == MatchStatus.RECONCILED
        if is_known and status != wanted:
            changes[wanted].append(pk)
    for wanted, pks in changes.items():
        for chunk in chunks(pks):
            Document.objects.filter(pk__in=chunk).update(status=wanted)


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
    """Bring rows up to date after a person's act, in as few questions as can be."""
    lines = [pk for pk in transaction_ids if pk]
    notes = [pk for pk in document_ids if pk]
    rows = Reconciliation.objects.filter(Q(transaction__in=lines) | Q(document__in=notes))
    used: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    settled: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    hopeless, told = set(), set()
    for line, note, status, *said in rows.order_by().values_list(*SAID):
        told.add(note)
        if status == ReconciliationStatus.UNMATCHED:
            hopeless.add(line)
        elif status == ReconciliationStatus.MATCHED:
            side = weigh(*said)
            used[line] += side.used
            settled[note] += side.settled
    write_lines(Transaction.objects.filter(pk__in=lines).values_list(*LINE), used, hopeless)
    write_documents(Document.objects.filter(pk__in=notes).values_list(*NOTE), settled, told)


def chunks(pks: Iterable[Key]) -> Iterator[list[Key]]:
    ids = iter(pks)
    while chunk := list(islice(ids, CHUNK)):
        yield chunk
