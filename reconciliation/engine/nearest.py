"""Joins by a key and the nearest days, or amounts, with so many rows a line at most.

A plain join of a thousand equal prices with a thousand equal notes gives a million pairs that say
nothing. Here each line is given only the rows nearest to it: pairs grow with the lines alone.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from reconciliation.engine.columns import Flags, Ints, ints

DAY_BITS = 22  # ordinals of days up to the year 9999 are below 2 ** 22
LATEST = 2**DAY_BITS - 1
MOST_CENTS = 10**12  # amounts above ten thousand million reais are found as if they were that


class Calendar:
    """Rows with a key and the day (`due`) they are looked for by, in order of both."""

    def __init__(self, rows: pl.DataFrame, on: Sequence[str]) -> None:
        self._on = list(on)
        codes = rows.select(on).unique(maintain_order=True)
        self._codes = codes.with_columns(code=pl.int_range(pl.len(), dtype=pl.Int64))
        coded = rows.select(*on, "due").join(
            self._codes, on=self._on, how="left", maintain_order="left"
        )
        places = _of_day(ints(coded, "code"), ints(coded, "due"))
        self._order = np.argsort(places, kind="stable")
        self._places = places[self._order]

    def near(
        self, asked: pl.DataFrame, earliest: int, latest: int, *, most: int
    ) -> tuple[Ints, Ints]:
        """Rows asked for beside the rows of their key, from the earliest to the latest day.

        Args:
            asked: the key, and `day`, from which the days are counted.
            most: rows beside each one asked for: of more, those nearest before and after its day.

        Returns:
            Positions in `asked`, ascending, and in the rows of the calendar.
        """
        row, code, day = self._coded(asked)
        low, high = _of_day(code, day + earliest), _of_day(code, day + latest)
        place, found = between(self._places, low, high, _of_day(code, day), most=most)
        return row[place], self._order[found]

    def any_near(self, asked: pl.DataFrame, earliest: int, latest: int) -> Flags:
        """Whether there is any."""
        found = np.zeros(asked.height, bool)
        found[self.near(asked, earliest, latest, most=1)[0]] = True
        return found

    def _coded(self, asked: pl.DataFrame) -> tuple[Ints, Ints, Ints]:
        """Rows whose key is known at all: position, code, day."""
        wanted = asked.select(*self._on, "day").join(
            self._codes, on=self._on, how="left", maintain_order="left"
        )
        known = wanted["code"].is_not_null().to_numpy()
        code = wanted["code"].fill_null(0).to_numpy()
        return np.flatnonzero(known), code[known], ints(wanted, "day")[known]


def between(places: Ints, low: Ints, high: Ints, middle: Ints, *, most: int) -> tuple[Ints, Ints]:
    """Each range beside the positions of the ascending places in it, both ends included.

    Of more than `most`, half below and half above the middle.
    """
    first = np.searchsorted(places, low, side="left")
    count = np.maximum(np.searchsorted(places, high, side="right") - first, 0)
    crowded = np.flatnonzero(count > most)
    if len(crowded):
        at = np.searchsorted(places, middle[crowded]) - most // 2
        first[crowded] = np.clip(at, first[crowded], first[crowded] + count[crowded] - most)
        count[crowded] = most
    row = np.repeat(np.arange(len(first)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, first[row] + step


def until_day(owner: Ints, due: Ints, days: int) -> Ints:
    """How many of the next rows of each one's owner are due within so many days after it.

    Args:
        owner, due: in the order of both.
    """
    places = _of_day(owner, due)
    last = np.searchsorted(places, _of_day(owner, due + days), side="right")
    ahead: Ints = last - np.arange(len(places)) - 1
    return ahead


def of_amount(owner: Ints, cents: Ints) -> Ints:
    """Owner and amount as one number, so that a range of amounts is a range of numbers."""
    return owner * MOST_CENTS + np.clip(cents, 0, MOST_CENTS - 1)


def _of_day(code: Ints, day: Ints) -> Ints:
    return (code << DAY_BITS) + np.clip(day, 0, LATEST)
