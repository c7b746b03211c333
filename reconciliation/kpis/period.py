"""PURE  Stretches of days that figures speak of."""

from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to the one before `until`."""

    first: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.first).days


def month_of(day: date) -> Period:
    """The month in which a day lies."""
    first = day.replace(day=1)
    return Period(first, (first + 31 * DAY).replace(day=1))


def work_of(month: date) -> Period:
    """The days in which a month is worked on: its own, and those of the month after it."""
    return Period(month.replace(day=1), month_of(month_of(month).until).until)


def months_until(month: date, count: int) -> list[date]:
    """The first days of so many months, the given one last."""
    found = [month.replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - DAY).replace(day=1))
    return found[::-1]


def days_until(last: date, count: int) -> Period:
    """So many days, the given one last."""
    return Period(last - (count - 1) * DAY, last + DAY)
