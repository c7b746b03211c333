"""PURE  The shape of every list of the watch."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is missing, twice, late or different."""

    party: str  # the other side, or the account
    told: str  # Portuguese: what it is
    day: date | None = None
    amount: Decimal | None = None
    note: str = ""
    group: str = ""  # the code of the sum it is part of
    document_id: UUID | None = None
    transaction_id: UUID | None = None
    is_asked: bool = True  # whether the client can help


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a list that is summed by itself."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class WatchList:
    """A list of the month. `is_to_do`: whoever closes the month answers for what stands in it."""

    code: str
    title: str
    meaning: str  # Portuguese: what the list holds and what to do
    rows: tuple[Row, ...]
    is_to_do: bool = True
    groups: tuple[Group, ...] = field(default=())

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def amount(self) -> Decimal:
        return total(self.rows)

    def sums(self) -> list[tuple[Group, int, Decimal]]:
        """Each part with how many rows it has and what they add up to; empty parts are left out."""
        parts = ((group, self.part(group.code)) for group in self.groups)
        return [(group, len(rows), total(rows)) for group, rows in parts if rows]

    def part(self, code: str) -> tuple[Row, ...]:
        """The rows of one part; all of them for an empty code."""
        return tuple(row for row in self.rows if not code or row.group == code)


def total(rows: Iterable[Row]) -> Decimal:
    return sum((row.amount for row in rows if row.amount is not None), Decimal(0))
