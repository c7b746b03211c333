"""PURE  Days of a month that no statement of an account covers."""

from collections.abc import Iterable
from datetime import date, timedelta

DAY = timedelta(days=1)


def uncovered(
    spans: Iterable[tuple[date, date]], first: date, last: date
) -> list[tuple[date, date]]:
    """The stretches from `first` to `last`, both included, that lie in none of the spans.

    Args:
        spans: first and last day of each statement, in any order; they may overlap.
    """
    found, at = [], first
    for starts, ends in sorted(spans):
        if starts > at:
            found.append((at, min(starts - DAY, last)))
        at = max(at, ends + DAY)
        if at > last:
            break
    if at <= last:
        found.append((at, last))
    return [(start, end) for start, end in found if start <= end]
