"""Pairs without any witness but an amount explained to the cent, among what found nobody."""

import numpy as np
import polars as pl

from reconciliation.engine.amounts import MOST_CENTS
from reconciliation.engine.columns import Books, Floats, Ints, floats, ints
from reconciliation.engine.habits import LATE_TERMS, Habits

OPEN_BELOW = 0.5
MOST_OVER = 1.20
BEFORE, AFTER = -10, 50
LEAST_TERMS = 0.08  # share of late payments that must follow the terms
AT_ONCE = 4_000  # lines compared at a time: bounds memory
BIG = 10**12


def explained_pairs(books: Books, habits: Habits, paying: Floats, paid: Floats) -> pl.DataFrame:
    """Pairs row, item, identified whose difference is a few cents or interest by known terms."""
    lines = books.lines.filter(pl.Series(paying < OPEN_BELOW)).sort("row")
    known = pl.col("declared") | (pl.col("parts") > 1)
    items = books.items.filter(pl.Series(paid < OPEN_BELOW), known)
    items = items.with_columns(place=_place("net")).sort("place", "item")
    start = lines.select(_place((pl.col("amount") / MOST_OVER).cast(pl.Int64))).to_series()
    end = lines.select(_place(pl.col("amount") + MOST_CENTS)).to_series()
    first = items["place"].search_sorted(start, side="left").to_numpy().astype(np.int64)
    last = items["place"].search_sorted(end, side="right").to_numpy().astype(np.int64)
    found = [
        _compare(lines, items, habits, np.arange(at, min(at + AT_ONCE, lines.height)), first, last)
        for at in range(0, lines.height, AT_ONCE)
    ]
    row = np.concatenate([pair[0] for pair in found]) if found else np.empty(0, np.int64)
    item = np.concatenate([pair[1] for pair in found]) if found else np.empty(0, np.int64)
    return pl.DataFrame({"row": row, "item": item}).with_columns(identified=pl.lit(False))


def _place(amount: str | pl.Expr) -> pl.Expr:
    """Organization, side and amount as one number, so that a range is two searches."""
    cents = pl.col(amount) if isinstance(amount, str) else amount
    owner = pl.col("organization") * 2 + pl.col("receivable").cast(pl.Int64)
    return owner * BIG + cents.clip(0, BIG - 1)


def _compare(
    lines: pl.DataFrame,
    items: pl.DataFrame,
    habits: Habits,
    rows: Ints,
    first: Ints,
    last: Ints,
) -> tuple[Ints, Ints]:
    count = np.maximum(last[rows] - first[rows], 0)
    row = np.repeat(rows, count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    item = np.repeat(first[rows], count) + step
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
