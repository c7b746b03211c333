"""Sums of a few items out of many, within bounds that no input can break."""

import numpy as np
import polars as pl

from reconciliation.engine.columns import Ints, ints

MOST_SUMS = 20_000  # of one owner; with more items, fewer of them are combined at once


def sums_of(items: pl.DataFrame, *, most: int, span: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sums of two or more items of an owner that fall due within `span` days.

    Each sum starts at one item and takes any of the next `most - 1` in time; an owner of many items
    has shorter windows, so that it never has more than about `MOST_SUMS`.

    Args:
        items: item, owner, due, amount.

    Returns:
        sums (subset, owner, sum, size, first_due, last_due) and members (subset, item).
    """
    rows = items.sort("owner", "due", "item")
    owner = ints(rows, "owner")
    sums: list[Ints] = []
    members: list[Ints] = []
    if len(owner):
        ahead = _window(owner, most)
        for size in range(1, most):
            start = np.flatnonzero(ahead == size)
            if len(start):
                _combine(rows, start, size, span, sums, members)
    names = ("subset", "owner", "sum", "size", "first_due", "last_due")
    whole = np.concatenate(sums, 1) if sums else np.empty((6, 0), np.int64)
    who = np.concatenate(members, 1) if members else np.empty((2, 0), np.int64)
    table = pl.DataFrame(dict(zip(names, whole, strict=True)))
    return table, pl.DataFrame({"subset": who[0], "item": who[1]})


def _window(owner: Ints, most: int) -> Ints:
    """How many of the next items each item may be combined with."""
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    count = np.diff(np.r_[first, len(owner)])
    wide = np.clip(np.floor(np.log2(MOST_SUMS / count)) + 1, 2, most).astype(np.int64)
    width = np.repeat(np.where(count <= most, most, wide), count)
    left = np.repeat(first + count, count) - np.arange(len(owner))
    ahead: Ints = np.minimum(left, width) - 1
    return ahead


def _combine(
    rows: pl.DataFrame,
    start: Ints,
    ahead: int,
    span: int,
    sums: list[Ints],
    members: list[Ints],
) -> None:
    """All sums of the items at `start` with any of the `ahead` items after each."""
    owner, due, amount, item = (ints(rows, name) for name in ("owner", "due", "amount", "item"))
    bits = (np.arange(1, 2**ahead)[:, None] >> np.arange(ahead)) & 1
    following = start[:, None] + 1 + np.arange(ahead)
    total = amount[start][:, None] + amount[following] @ bits.T
    highest = ahead - 1 - np.argmax(bits[:, ::-1], axis=1)  # the last one taken is the latest due
    last = due[following][:, highest]
    place, mask = np.nonzero(last - due[start][:, None] <= span)
    number = np.arange(len(place)) + sum(part.shape[1] for part in sums)
    first = start[place]
    size = bits.sum(1)[mask] + 1
    sums.append(
        np.stack([number, owner[first], total[place, mask], size, due[first], last[place, mask]])
    )
    members.append(np.stack([number, item[first]]))
    for bit in range(ahead):
        taken = np.flatnonzero(bits[mask, bit])
        members.append(np.stack([number[taken], item[following[place[taken], bit]]]))
