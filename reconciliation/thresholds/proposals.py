"""The likeliest link of every line that waits, and whether it may be accepted with others."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import BooleanField, Func, Q, QuerySet

from conciliacontag.organizations.models import Organization
from conciliacontag.scope import next_month
from ingestion.models import MatchStatus
from ingestion.models.documents import PAYABLE, Document
from reconciliation.balances import ZERO
from reconciliation.booking import Room, room_for, side_of
from reconciliation.desk.alike import CLOSE as NEAR
from reconciliation.desk.models import Hold
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.periods.closed import in_closed_period
from reconciliation.thresholds.consequences import (
    CLOSE,
    CLOSED,
    FLOOR,
    HELD,
    REOPENED,
    TAKEN,
    WARNED,
    Offer,
)

WITNESSES = ("key", "our_number", "txid", "number", "tax_id", "name")
SPEAKS = " || ".join(f'@.factor == "{factor}"' for factor in WITNESSES)
# Factors whose points speak for the link: the amount is one witness, this is the other.
PATH = f"$[*] ? (({SPEAKS}) && @.points.double() > 0)"
COLUMNS = (
    "transaction", "document", "installment", "link", "status", "amount", "difference",
    "difference_kind", "score", "alert", "performed_by", "created_at", "transaction__date",
    "transaction__amount",
)  # fmt: skip

Rows = list[Reconciliation]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line's likeliest link, as the last run or a person left it."""

    line: UUID
    day: date
    rows: Sequence[Reconciliation]  # of the link, each with its line's date and amount
    offer: Offer

    @property
    def link(self) -> UUID:
        return self.rows[0].link

    @property
    def mark(self) -> str:
        """Changes with what would be booked for the line, and with its points."""
        return f"{self.link} {self.offer.score}"

    @property
    def is_part(self) -> bool:
        """Whether it leaves some of the line itself open."""
        line = self.rows[0].transaction
        return line is not None and self.offer.amount < abs(line.amount)


def proposals(organization: Organization, month: date | None = None) -> list[Proposal]:
    """Lines that wait with a link of at least even odds, the surest first.

    Args:
        month: its first day; without it, lines of all time.
    """
    refused = refused_lines(organization)
    by_line = links_by_line(organization, month)
    best = {
        line: links[0]
        for line, links in by_line.items()
        if links[0][0].score >= FLOOR and line not in refused
    }
    order = sorted(best, key=lambda line: (-best[line][0].score, day_of(best[line]), str(line)))
    room = room_for([row for line in order for row in best[line]])
    said = Said(organization, best)
    return [
        as_proposal(line, by_line[line], said.why_not(line, by_line[line]), room) for line in order
    ]


def links_by_line(organization: Organization, month: date | None) -> dict[UUID, list[Rows]]:
    """What is proposed for each line, link by link, the likeliest first."""
    found: defaultdict[UUID, defaultdict[UUID, Rows]] = defaultdict(lambda: defaultdict(list))
    for row in proposed(organization, month):
        if row.transaction_id:
            found[row.transaction_id][row.link].append(row)
    return {
        line: sorted(links.values(), key=lambda rows: (-rows[0].score, str(rows[0].link)))
        for line, links in found.items()
    }


def proposed(organization: Organization, month: date | None) -> "QuerySet[Reconciliation]":
    """Proposals that could be a line's first or a near second."""
    rows = Reconciliation.objects.filter(
        Q(score__gte=FLOOR - NEAR) | Q(performed_by__isnull=False) | ~Q(alert=""),
        organization=organization,
        status=ReconciliationStatus.PARTIAL,
    ).exclude(transaction__status=MatchStatus.RECONCILED)
    if month:
        rows = rows.filter(transaction__date__gte=month, transaction__date__lt=next_month(month))
    speaks = Func("evidence", template=f"jsonb_path_exists(%(expressions)s, '{PATH}')",
                  output_field=BooleanField())  # fmt: skip
    rows = rows.annotate(is_witnessed=speaks, is_closed=in_closed_period("transaction__"))
    return rows.select_related("transaction").only(*COLUMNS).order_by("pk")


def refused_lines(organization: Organization) -> set[UUID | None]:
    """Lines of which, or of whose rest, a person said that there is no document."""
    said = Reconciliation.objects.by_people().filter(organization=organization)
    nothing = said.filter(status=ReconciliationStatus.UNMATCHED)
    return set(nothing.values_list("transaction", flat=True))


def day_of(rows: Rows) -> date:
    line = rows[0].transaction
    return line.date if line else date.min


class Said:
    """What is known of lines and documents beside the proposals themselves."""

    def __init__(self, organization: Organization, best: dict[UUID, Rows]) -> None:
        notes = {row.document_id for rows in best.values() for row in rows if row.document_id}
        valid = Document.objects.filter(PAYABLE, pk__in=notes)
        self.valid = set(valid.values_list("pk", flat=True))
        # A line of which a part is booked: the same pair cannot be booked a second time.
        booked = Reconciliation.objects.matched().filter(transaction__in=best)
        self.booked = set(booked.values_list("transaction", "document", "installment"))
        held = Hold.objects.filter(organization=organization)
        self.held = set(held.values_list("transaction", flat=True))

    def why_not(self, line: UUID, links: Sequence[Rows]) -> str:
        """Why a person has to look at this line itself; "" when nothing is known against it."""
        best = links[0]
        if any(getattr(row, "is_closed", False) for row in best):
            return CLOSED
        if line in self.held:
            return HELD
        if any(row.alert for rows in links for row in rows):
            return WARNED
        if any(row.performed_by_id for rows in links for row in rows):
            return REOPENED
        if any(row.document_id not in self.valid or pair_of(row) in self.booked for row in best):
            return TAKEN
        near = len(links) > 1 and best[0].score - links[1][0].score < NEAR
        return CLOSE if near else ""


def pair_of(row: Reconciliation) -> tuple[UUID | None, UUID | None, str]:
    return row.transaction_id, row.document_id, row.installment


def as_proposal(line: UUID, links: Sequence[Rows], why_not: str, room: Room) -> Proposal:
    """The line's proposal; one that may be accepted takes its room from those that follow."""
    rows = links[0]
    if not why_not and not fits(rows, room):
        why_not = TAKEN
    if not why_not:
        for row in rows:
            room.take(row)
    offer = Offer(
        score=rows[0].score,
        amount=sum((side_of(row).used for row in rows), ZERO),
        out=why_not,
        witnessed=any(getattr(row, "is_witnessed", False) for row in rows),
    )
    return Proposal(line, day_of(rows), rows, offer)


def fits(rows: Iterable[Reconciliation], room: Room) -> bool:
    """Whether the amounts as they are proposed fit what both sides still have."""
    lines, notes = defaultdict[UUID, Decimal](Decimal), defaultdict[UUID, Decimal](Decimal)
    for row in rows:
        side = side_of(row)
        if row.transaction_id and row.document_id:
            lines[row.transaction_id] += side.used
            notes[row.document_id] += side.settled
        if side.settled > room.of_document(row):
            return False
    return all(amount <= room.lines.get(pk, ZERO) for pk, amount in lines.items()) and all(
        amount <= room.documents.get(pk, ZERO) for pk, amount in notes.items()
    )
