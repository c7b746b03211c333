"""Gaps in the numbers of an issuer's notes, and what explains them.

Notes of one issuer, model and series are numbered without jumps; a number that was not used has to
be voided (Ajuste SINIEF 7/2005, clause 14). Whoever closes a month asks where the others are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

Series = tuple[str, str, str]  # issuer's CNPJ or CPF, model, series


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers from `first` to `last` of one series, both included."""

    issuer: str
    model: str
    series: str
    first: int
    last: int

    @property
    def place(self) -> Series:
        return self.issuer, self.model, self.series.lstrip("0") or "0"

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers that lie between two notes that arrived. `reason` is what became of them."""

    numbers: Numbers
    reason: (
        str  # missing, voided, or told: known from an event or another file, its XML is not here
    )


def find_gaps(
    arrived: Iterable[Numbers], voided: Iterable[Numbers], told: Iterable[Numbers]
) -> list[Gap]:
    """The gaps of every series, in the order of their numbers.

    Args:
        arrived: the notes that are here, cancelled ones included.
        voided: ranges that the tax authority registered as given up.
        told: numbers of notes that an event, a summary or a SPED file names.
    """
    here, given_up, named = _by_series(arrived), _by_series(voided), _by_series(told)
    return [
        gap
        for place, ranges in sorted(here.items())
        for hole in _holes(ranges)
        for gap in _explained(hole, given_up[place], named[place])
    ]


def _by_series(ranges: Iterable[Numbers]) -> defaultdict[Series, list[Numbers]]:
    found: defaultdict[Series, list[Numbers]] = defaultdict(list)
    for one in ranges:
        found[one.place].append(one)
    for listed in found.values():
        listed.sort(key=lambda one: (one.first, one.last))
    return found


def _holes(ranges: list[Numbers]) -> Iterator[Numbers]:
    highest = ranges[0].last
    for before, after in pairwise(ranges):
        highest = max(highest, before.last)
        if after.first > highest + 1:
            yield _part(after, highest + 1, after.first - 1)


def _explained(hole: Numbers, voided: list[Numbers], told: list[Numbers]) -> Iterator[Gap]:
    """Cut a hole into parts by what explains them; a voiding is the stronger reason."""
    at = hole.first
    reasons = [(one, "voided") for one in voided] + [(one, "told") for one in told]
    for one, reason in sorted(reasons, key=lambda pair: (pair[0].first, pair[1] != "voided")):
        first, last = max(one.first, at), min(one.last, hole.last)
        if first > last:
            continue
        if first > at:
            yield Gap(_part(hole, at, first - 1), "missing")
        yield Gap(_part(hole, first, last), reason)
        at = last + 1
    if at <= hole.last:
        yield Gap(_part(hole, at, hole.last), "missing")


def _part(of: Numbers, first: int, last: int) -> Numbers:
    return Numbers(of.issuer, of.model, of.series, first, last)
