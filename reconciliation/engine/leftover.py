"""Pairs without any witness but an amount explained to the cent, among what found nobody."""

import numpy as np
import polars as pl

from reconciliation.engine.amounts import MOST_CENTS
from reconciliation.engine.columns import Books, Floats, Ints, floats, ints
from reconciliation.engine.habits import LATE_TERMS, Habits
from reconciliation.engine.nearest import between, of_amount

OPEN_BELOW = 0.5
MOST_OVER = 1.20
BEFORE, AFTER = -10, 50
LEAST_TERMS = 0.08  # share of late payments that must follow the terms
AT_ONCE = 1_000  # lines compared at a time: bounds memory
MOST_BELOW = 1_000  # items a line is compared with, those nearest below its amount


def explained_pairs(books: Books, habits: Habits, paying: Floats, paid: Floats) -> pl.DataFrame:
    """Pairs row, item, identified whose difference is a few cents or interest by known terms."""
    lines = books.lines.filter(pl.Series(paying < OPEN_BELOW)).sort("row")
    known = pl.col("declared") | (pl.col("parts") > 1)
    items = books.items.filter(pl.Series(paid < OPEN_BELOW), known)
    places = of_amount(_owner(items), ints(items, "net"))
    order = np.argsort(places, kind="stable")
    items, places = items[order], places[order]
    owner, cents = _owner(lines), ints(lines, "amount")
    low = of_amount(owner, (cents / MOST_OVER).astype(np.int64))
    high = of_amount(owner, cents + MOST_CENTS)
    found = [
        _compare(lines, items, habits, *_beside(places, low, high, at))
        for at in range(0, lines.height, AT_ONCE)
    ]
    row = np.concatenate([pair[0] for pair in found]) if found else np.empty(0, np.int64)
    item = np.concatenate([pair[1] for pair in found]) if found else np.empty(0, np.int64)
    return pl.DataFrame({"row": row, "item": item}).with_columns(identified=pl.lit(False))


def _owner(rows: pl.DataFrame) -> Ints:
    """Organization and side as one number."""
    return ints(rows, "organization") * 2 + ints(rows, "receivable")


def _beside(places: Ints, low: Ints, high: Ints, at: int) -> tuple[Ints, Ints]:
    some = slice(at, at + AT_ONCE)
    row, item = between(places, low[some], high[some], high[some], most=MOST_BELOW)
    return row + at, item


def _compare(
    lines: pl.DataFrame, items: pl.DataFrame, habits: Habits, row: Ints, item: Ints
) -> tuple[Ints, Ints]:
    """Of lines beside items, those whose difference is explained to the cent."""
    late = ints(lines, "day")[row] - ints(items, "due")[item]
    near = (late >= BEFORE) & (late <= AFTER)
    row, item, late = row[near], item[near], late[near]
    net = floats(items, "net")[item]
    extra = floats(lines, "amount")[row] - net
    fits = (np.abs(extra) <= MOST_CENTS) & (extra != 0)
    terms = habits.terms[ints(items, "organization")[item]] > LEAST_TERMS
    for place, (fine, rate) in enumerate(LATE_TERMS):
        if terms[:, place].any():
            cents = np.rint(net * (fine + rate / 30 * late))
            fits |= terms[:, place] & (late > 0) & (np.abs(extra - cents) <= 1)
    return ints(lines, "row")[row[fits]], ints(items, "item")[item[fits]]
