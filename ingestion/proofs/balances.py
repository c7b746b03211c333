"""A statement proves itself: a known balance plus what moved gives the next known balance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Span:
    """The days between two balances that the bank tells, both at the end of their day."""

    after: date
    until: date
    expected: Decimal  # the earlier balance plus what moved
    told: Decimal

    @property
    def difference(self) -> Decimal:
        """What the bank tells more than the movements explain."""
        return self.told - self.expected

    @property
    def is_proved(self) -> bool:
        return self.difference == 0


def prove_days(
    balances: Iterable[tuple[date, Decimal]], moved: Mapping[date, Decimal]
) -> list[Span]:
    """Check every pair of neighbouring balances of one account, in the order of the days.

    Args:
        balances: what the bank tells at the end of a day. The opening balance of a statement
            belongs to the day before its first one. Of two for the same day the last counts.
        moved: the sum of the movements of each day, in the account's currency.
    """
    known = sorted(dict(balances).items())
    days = sorted(moved)
    spans, at = [], 0
    for (after, opening), (until, told) in pairwise(known):
        total = Decimal(0)
        while at < len(days) and days[at] <= until:
            total += moved[days[at]] if days[at] > after else 0
            at += 1
        spans.append(Span(after, until, opening + total, told))
    return spans


def first_break(spans: Iterable[Span]) -> Span | None:
    """The first span that does not add up: whatever breaks later may be its echo."""
    return next((span for span in spans if not span.is_proved), None)
