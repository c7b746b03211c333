"""Booking allocations on a person's word: what gives way, what stands, and how much fits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from conciliacontag.brazil import format_brl
from conciliacontag.errors import Conflict
from conciliacontag.organizations.models import User
from ingestion.models import Document, Transaction
from reconciliation.balances import (
    ZERO,
    linked,
    settled_by_part,
    used_by_line,
    weigh,
)
from reconciliation.displacing import set_aside
from reconciliation.installments import declared_installments
from reconciliation.models import (
    DifferenceKind,
    Reconciliation,
    ReconciliationQuerySet,
    ReconciliationStatus,
)

WRITTEN = (
    "amount", "difference", "difference_kind", "status", "performed_by", "decided_at",
    "content_hash", "alert", "reason",
)  # fmt: skip


@dataclass(slots=True)
class Touched:
    """Rows whose status may have changed."""

    lines: set[UUID | None] = field(default_factory=set)
    documents: set[UUID | None] = field(default_factory=set)

    def add(self, rows: Iterable[Reconciliation]) -> None:
        for row in rows:
            self.lines.add(row.transaction_id)
            self.documents.add(row.document_id)


def make_room(rows: Sequence[Reconciliation]) -> Touched:
    """Take away what gives way to these rows; the caller holds the books.

    Proposals for their lines are set aside, and a machine's bookings where they need the room or
    say the same pair. What people booked stands.

    Raises:
        Conflict: a person's booking already uses up a line.
    """
    touched = Touched()
    touched.add(rows)
    others = Reconciliation.objects.filter(transaction__in=touched.lines.copy())
    others = others.exclude(pk__in=[row.pk for row in rows])
    found = list(others)
    gone = [row for row in found if row.is_open]
    if len(gone) < len(found):
        gone += linked(giving_way(rows, others))
    touched.add(gone)
    set_aside(gone, rows[0].link)
    return touched


def giving_way(rows: Sequence[Reconciliation], others: ReconciliationQuerySet) -> set[UUID]:
    """Links of the machine's bookings that these rows replace."""
    refuse_full_lines(rows, others.matched().by_people())
    used = used_by_line(others)
    pairs = {(row.transaction_id, row.document_id, row.installment) for row in rows}
    needed = needed_by_line(rows)
    amounts = dict(Transaction.objects.filter(pk__in=needed).values_list("pk", "amount"))
    short = {
        line
        for line, amount in needed.items()
        if used.get(line, ZERO) + amount > abs(amounts[line])
    }
    return {
        row.link
        for row in others.matched().by_machine()
        if row.transaction_id in short
        or (row.transaction_id, row.document_id, row.installment) in pairs
    }


def needed_by_line(rows: Iterable[Reconciliation]) -> dict[UUID, Decimal]:
    needed: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.transaction_id:
            needed[row.transaction_id] += side_of(row).used
    return needed


def side_of(row: Reconciliation) -> Any:
    return weigh(row.amount, row.difference, row.difference_kind)


def refuse_full_lines(rows: Iterable[Reconciliation], booked: ReconciliationQuerySet) -> None:
    """A person's earlier booking of a line stands until it is undone."""
    used = used_by_line(booked)
    pairs = {(row.transaction_id, row.document_id, row.installment) for row in rows}
    for earlier in booked.select_related("performed_by", "document", "transaction"):
        pair = (earlier.transaction_id, earlier.document_id, earlier.installment)
        line, who = earlier.transaction, earlier.performed_by
        if line and who and (used[line.pk] >= abs(line.amount) or pair in pairs):
            raise Conflict(
                f"O lançamento já foi conciliado com {earlier.document} por {who.name}. "
                "Desfaça essa conciliação antes de escolher outra nota.",
                code="transaction_already_reconciled",
                details={"reconciliation_id": str(earlier.pk)},
            )


@dataclass(slots=True)
class Room:
    """What is left of each line, document and instalment, as rows are booked one by one."""

    lines: dict[UUID, Decimal]
    documents: dict[UUID, Decimal]
    installments: dict[tuple[UUID, str], Decimal]

    def of_line(self, row: Reconciliation) -> Decimal:
        return self.lines[row.transaction_id] if row.transaction_id else ZERO

    def of_document(self, row: Reconciliation) -> Decimal:
        if row.document_id is None:
            return ZERO
        left = self.documents[row.document_id]
        return min(left, self.installments.get((row.document_id, row.installment), left))

    def take(self, row: Reconciliation) -> None:
        side = side_of(row)
        if row.transaction_id and row.document_id:
            self.lines[row.transaction_id] -= side.used
            self.documents[row.document_id] -= side.settled
            place = (row.document_id, row.installment)
            if place in self.installments:
                self.installments[place] -= side.settled


def room_for(rows: Sequence[Reconciliation], *, people_only: bool = False) -> Room:
    """What is left of both sides beside everything else that is booked.

    Args:
        people_only: a machine's bookings do not count on lines, for they give way.
    """
    others = Reconciliation.objects.exclude(pk__in=[row.pk for row in rows])
    lines = {row.transaction_id for row in rows if row.transaction_id}
    notes = {row.document_id for row in rows if row.document_id}
    of_lines = others.filter(transaction__in=lines)
    used = used_by_line(of_lines.by_people() if people_only else of_lines)
    paid = settled_by_part(others.filter(document__in=notes))
    amounts = Transaction.objects.filter(pk__in=lines).values_list("pk", "amount")
    documents: dict[UUID, Decimal] = {}
    parts: dict[tuple[UUID, str], Decimal] = {}
    columns = ("pk", "total_amount", "issue_date", "normalized__installments")
    for pk, total, issued_on, said in Document.objects.filter(pk__in=notes).values_list(*columns):
        booked = paid.get(pk, {})
        documents[pk] = total - sum(booked.values(), ZERO)
        for part in declared_installments(said or (), issued_on):
            parts[pk, part.installment] = part.amount - booked.get(part.installment, ZERO)
    return Room({pk: abs(amount) - used.get(pk, ZERO) for pk, amount in amounts}, documents, parts)


def book(rows: Sequence[Reconciliation], user: User, *, exact: bool = False) -> None:
    """Book rows that stand in the table, each with what both of its sides still have.

    Args:
        exact: the amounts are the person's own: they fit, or are refused.

    Raises:
        Conflict: nothing is left of a side, or less than asked for.
    """
    room = room_for(rows)
    for row in rows:
        fit(row, room, exact=exact)
        room.take(row)
        row.status, row.performed_by = ReconciliationStatus.MATCHED, user
        row.decided_at, row.content_hash = timezone.now(), ""
    if len(rows) == 1:  # the usual case, in a statement that is written three times as fast
        rows[0].save(update_fields=WRITTEN)
        return
    # In one statement: the database checks the sums after each.
    Reconciliation.objects.bulk_update(rows, WRITTEN)


def fit(row: Reconciliation, room: Room, *, exact: bool) -> None:
    line, document = room.of_line(row), room.of_document(row)
    side = side_of(row)
    if document <= 0 or (exact and side.settled > document):
        raise Conflict(
            f"{row.document} já está conciliada com outro lançamento: restam"
            f" {format_brl(max(document, ZERO))}. Desfaça aquela conciliação, dê menos a ela ou"
            " escolha outra nota.",
            code="document_already_reconciled",
            details={"document_id": str(row.document_id), "left": str(document)},
        )
    if line <= 0 or (exact and side.used > line):
        raise Conflict(
            f"Do lançamento restam {format_brl(max(line, ZERO))}: o resto já está em outra"
            " conciliação. Dê menos a esta nota ou desfaça a outra.",
            code="transaction_already_reconciled",
            details={"transaction_id": str(row.transaction_id), "left": str(line)},
        )
    row.amount = min(row.amount, line, document)
    cut_difference(row, line, document)


def cut_difference(row: Reconciliation, line: Decimal, document: Decimal) -> None:
    """A named difference explains no more than what is left beside the amount."""
    if row.difference_kind == DifferenceKind.UNEXPLAINED:
        return
    most, least = line - row.amount, row.amount - document
    row.difference = max(min(row.difference, most), least)
    if not row.difference:
        row.difference_kind = ""
