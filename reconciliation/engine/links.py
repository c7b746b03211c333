"""Possible links, whatever they pay: one item, several of a party, or a day of card sales."""

from dataclasses import dataclass

import numpy as np

from reconciliation.engine.beliefs import beliefs
from reconciliation.engine.columns import Flags, Floats, Ints

PAIR, GROUP, CARD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Links:
    """Links in the order of their number; `member_of` and `item` tell what each pays."""

    row: Ints  # the line
    weight: Floats
    sort: Ints  # PAIR, GROUP or CARD
    member_of: Ints
    item: Ints
    confirmed: Flags  # the line cites every one of several items, and the sum is exact

    def believe(self, lines: int, items: int) -> Floats:
        return beliefs(self.row, self.weight, self.member_of, self.item, lines=lines, items=items)


def pair_links(row: Ints, item: Ints, weight: Floats) -> Links:
    size = len(row)
    return Links(row, weight, np.full(size, PAIR), np.arange(size), item, np.zeros(size, bool))


def joined(*parts: Links) -> Links:
    """Links of several sorts as one; those of later parts are numbered on."""
    starts = np.cumsum([0] + [len(part.row) for part in parts[:-1]])
    return Links(
        np.concatenate([part.row for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.sort for part in parts]),
        np.concatenate([part.member_of + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.item for part in parts]),
        np.concatenate([part.confirmed for part in parts]),
    )


def chosen(links: Links, belief: Floats, least: float) -> Ints:
    """Links that exclude nothing likelier: best first, each line and item once, no cycles.

    Equal beliefs are taken in the order of the lines and items, so that the choice is repeatable;
    what stands behind an equal rival keeps its low belief and is never booked for it.
    """
    wanted = np.flatnonzero(belief >= least)
    order = wanted[np.lexsort((wanted, -belief[wanted]))]
    members = np.argsort(links.member_of, kind="stable")
    start = np.searchsorted(links.member_of[members], np.arange(len(links.row) + 1))
    taken_rows, taken_items = set[int](), set[int]()
    found = []
    rows, item = links.row.tolist(), links.item[members].tolist()
    for link in order.tolist():
        paid = item[start[link] : start[link + 1]]
        if rows[link] in taken_rows or not taken_items.isdisjoint(paid):
            continue
        taken_rows.add(rows[link])
        taken_items.update(paid)
        found.append(link)
    return np.array(sorted(found), dtype=np.int64)
