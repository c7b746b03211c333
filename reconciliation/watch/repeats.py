"""PURE  Payments that look like one payment made twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from conciliacontag.brazil import fold

NEAR = timedelta(days=5)  # a weekly bill is no repetition


@dataclass(frozen=True, slots=True)
class Paid:
    """A line that took money out. `has_document`: it is reconciled, so its note is known."""

    id: UUID
    day: date
    amount: Decimal
    party: str
    has_document: bool


def party_key(told: str) -> str:
    """Who was paid, without the numbers and dates that differ from line to line."""
    kept = "".join(char if char.isalpha() else " " for char in fold(told))
    return " ".join(kept.split())


def find_repeats(lines: Iterable[Paid]) -> list[tuple[Paid, ...]]:
    """Groups of equal amounts to one party within five days, where some line has no note.

    Two payments that each have a note of their own are two purchases.
    """
    by_amount: defaultdict[Decimal, list[Paid]] = defaultdict(list)
    for line in lines:
        by_amount[line.amount].append(line)
    alike: defaultdict[tuple[Decimal, str], list[Paid]] = defaultdict(list)
    for line in (one for listed in by_amount.values() if len(listed) > 1 for one in listed):
        if key := party_key(line.party):
            alike[line.amount, key].append(line)
    groups = (group for listed in alike.values() for group in close_together(listed))
    found = (one for one in groups if len(one) > 1 and not all(line.has_document for line in one))
    return sorted(found, key=lambda group: (group[0].day, str(group[0].id)))


def close_together(lines: list[Paid]) -> Iterator[tuple[Paid, ...]]:
    """Cut a list where more than five days lie between one line and the next."""
    group: list[Paid] = []
    for line in sorted(lines, key=lambda one: (one.day, str(one.id))):
        if group and line.day - group[-1].day > NEAR:
            yield tuple(group)
            group = []
        group.append(line)
    yield tuple(group)
