"""Sums of a few items out of many, within bounds that no input can break."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from reconciliation.engine.columns import Flags, Ints, ints
from reconciliation.engine.nearest import until_day

MOST_SUMS = 20_000  # of one owner; with more items, fewer of them are combined at once
Wanted = Callable[[Ints, Ints], Flags]
"""Owners, and a row of sums for each, to which of the sums are worth keeping."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of two or more items of an owner; what each adds up is told when somebody asks."""

    table: pl.DataFrame  # subset, owner, sum, size, first_due, last_due, rivals: sums of the owner
    items: Ints  # in the order in which they are combined
    first: Ints  # of each sum the place of its first item
    taken: Ints  # … and which of the next ones are in it, a bit for each

    def members(self, subsets: Ints) -> pl.DataFrame:
        """The items of these sums, each sum asked for once: subset, item."""
        bits = 2 * self.taken[subsets] + 1
        found = [
            (subsets[has], self.items[self.first[subsets[has]] + step])
            for step in range(int(bits.max(initial=0)).bit_length())
            if len(has := np.flatnonzero(bits >> step & 1))
        ]
        columns = np.concatenate(found, 1) if found else np.empty((2, 0), np.int64)
        return pl.DataFrame({"subset": columns[0], "item": columns[1]})


def sums_of(items: pl.DataFrame, *, most: int, span: int, wanted: Wanted | None = None) -> Sums:
    """Sums of two or more items of an owner that fall due within `span` days.

    Each sum starts at one item and takes any of the next `most - 1` in time; an owner of many items
    has shorter windows, so that it never has more than about `MOST_SUMS`.

    Args:
        items: item, owner, due, amount.
        wanted: which of them are kept; without it all.
    """
    rows = items.sort("owner", "due", "item")
    owner, due, amount = (ints(rows, name) for name in ("owner", "due", "amount"))
    ahead = np.minimum(_window(owner, most), until_day(owner, due, span))
    blocks = [
        _combine(owner, amount, np.flatnonzero(ahead == size), size, wanted)
        for size in np.unique(ahead[ahead > 0]).tolist()
    ]
    first, taken, total = np.concatenate([np.empty((3, 0), np.int64), *blocks], 1)
    last = first + np.frexp(taken)[1]  # the last one taken is the latest due
    count = np.bincount(owner, 2.0**ahead - 1).astype(np.int64)
    table = pl.DataFrame(
        {
            "subset": np.arange(len(first)),
            "owner": owner[first],
            "sum": total,
            "size": np.bitwise_count(taken).astype(np.int64) + 1,
            "first_due": due[first],
            "last_due": due[last],
            "rivals": count[owner[first]],
        }
    )
    return Sums(table, ints(rows, "item"), first, taken)


def _window(owner: Ints, most: int) -> Ints:
    """How many of the next items each item may be combined with."""
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    count = np.diff(np.r_[first, len(owner)])
    wide = np.clip(np.floor(np.log2(MOST_SUMS / count)) + 1, 2, most).astype(np.int64)
    width = np.repeat(np.where(count <= most, most, wide), count)
    left = np.repeat(first + count, count) - np.arange(len(owner))
    ahead: Ints = np.minimum(left, width) - 1
    return ahead


def _combine(owner: Ints, amount: Ints, start: Ints, ahead: int, wanted: Wanted | None) -> Ints:
    """Sums of the items at `start` with any of the `ahead` next ones: first, taken, sum."""
    total = amount[start][:, None]
    for step in range(1, ahead + 1):
        total = np.concatenate([total, total + amount[start + step][:, None]], 1)
    total = total[:, 1:]
    kept = np.ones(total.shape, bool) if wanted is None else wanted(owner[start], total)
    place, mask = np.nonzero(kept)
    return np.stack([start[place], mask + 1, total[place, mask]])
