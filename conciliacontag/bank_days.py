"""PURE  Brazilian bank days: when money moves, and to which day a due date slides.

Resolução CMN 4.880/2020 and the yearly calendar of FEBRABAN: banks do not open on Saturdays,
Sundays, national holidays, the Monday and Tuesday of carnival, Corpus Christi, nor to the public
on the last weekday of the year. Ash Wednesday and Christmas Eve are short days, and count.
Holidays of a state or a city close agencies there, not the payment system, and do not count.
"""

from datetime import date, timedelta
from functools import cache

from holidays import OPTIONAL, PUBLIC, country_holidays

FRIDAY = 4
# Optional days of the civil calendar on which banks stay closed.
CLOSED = frozenset({"Carnaval", "Corpus Christi"})


def is_bank_day(day: date) -> bool:
    """Whether banks serve the public on this day."""
    return day.weekday() <= FRIDAY and day not in closed_days(day.year)


def next_bank_day(day: date) -> date:
    """The day itself when banks open, otherwise the first day after it on which they do.

    A bill that falls due on a closed day is paid without fine on this one (Código Civil, art. 132,
    § 1º; FEBRABAN's calendar says the same of boletos).
    """
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def bank_days_after(day: date, count: int) -> date:
    """The bank day that is `count` bank days after a day, as D+1 or D+30 of a settlement."""
    day = next_bank_day(day)
    for _ in range(count):
        day = next_bank_day(day + timedelta(days=1))
    return day


@cache
def closed_days(year: int) -> frozenset[date]:
    """The days of a year, besides weekends, on which banks are closed to the public."""
    public = country_holidays("BR", years=year, categories=PUBLIC, language="pt_BR")
    optional = country_holidays("BR", years=year, categories=OPTIONAL, language="pt_BR")
    closed = {day for day, name in optional.items() if name in CLOSED}
    return frozenset({*public, *closed, last_weekday(year)})


def last_weekday(year: int) -> date:
    """The last day from Monday to Friday of a year: banks only balance their books."""
    last = date(year, 12, 31)
    return last - timedelta(days=max(last.weekday() - FRIDAY, 0))
