"""Possible links, whatever they pay: one item, several of a party, or a day of card sales."""

from dataclasses import dataclass, field

import numpy as np

from reconciliation.engine.beliefs import ROUNDS, Ends, Variants, beliefs
from reconciliation.engine.columns import Flags, Floats, Ints

PAIR, GROUP, CARD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Room:
    """Who can pay, and what can be paid: once, and a note in one way."""

    lines: int
    items: int
    variants: Variants | None = None

    def notes(self) -> Ints:
        """For each item, one that stands for all items of its note."""
        alone = np.arange(self.items)
        return self.variants.notes(self.items) if self.variants else alone


@dataclass(frozen=True, slots=True)
class Parts:
    """Two pairs of one item that pay it together: the sum of their lines is its amount.

    Numbers of links: the pairs come first among them, each with its one member.
    """

    first: Ints
    second: Ints
    weight: Floats


def no_parts() -> Parts:
    return Parts(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


@dataclass(frozen=True, slots=True)
class Links:
    """Links in the order of their number; `member_of` and `item` tell what each pays."""

    room: Room
    row: Ints  # the line
    weight: Floats
    sort: Ints  # PAIR, GROUP or CARD
    member_of: Ints
    item: Ints
    confirmed: Flags  # the line cites every one of several items, and the sum is exact
    parts: Parts = field(default_factory=no_parts)

    def believe(self, rounds: int = ROUNDS) -> tuple[Floats, Floats]:
        """Probability of each link, by itself or as one of two parts, and of each two parts."""
        size, parts = len(self.row), self.parts
        both = np.arange(size, size + len(parts.first))
        weight = np.concatenate([self.weight, parts.weight])
        rows = [self.row, self.row[parts.first], self.row[parts.second]]
        lines = Ends(
            np.concatenate([np.arange(size), both, both]),
            np.concatenate(rows),
            links=len(weight),
            nodes=self.room.lines,
        )
        items = Ends(
            np.concatenate([self.member_of, both]),
            np.concatenate([self.item, self.item[parts.first]]),
            links=len(weight),
            nodes=self.room.items,
            variants=self.room.variants,
        )
        believed = beliefs(weight, lines, items, rounds)
        alone, together = believed[:size], believed[size:]
        for side in (parts.first, parts.second):
            alone = alone + np.bincount(side, together, size)
        return np.minimum(alone, 1), together


def pair_links(room: Room, row: Ints, item: Ints, weight: Floats) -> Links:
    size = len(row)
    return Links(
        room, row, weight, np.full(size, PAIR), np.arange(size), item, np.zeros(size, bool)
    )


def joined(first: Links, *others: Links) -> Links:
    """Links of several sorts as one; those of later ones are numbered on."""
    every = (first, *others)
    starts = np.cumsum([0] + [len(links.row) for links in every[:-1]])
    return Links(
        first.room,
        np.concatenate([links.row for links in every]),
        np.concatenate([links.weight for links in every]),
        np.concatenate([links.sort for links in every]),
        np.concatenate(
            [links.member_of + start for links, start in zip(every, starts, strict=True)]
        ),
        np.concatenate([links.item for links in every]),
        np.concatenate([links.confirmed for links in every]),
        first.parts,
    )


def chosen(links: Links, belief: Floats, least: float) -> Ints:
    """Links that exclude nothing likelier: best first, each line and item once, no cycles.

    Equal beliefs are taken in the order of the links, so that the choice is repeatable;
    what stands behind an equal rival keeps its low belief and is never booked for it. Two parts of
    one item may both be taken.
    """
    wanted = np.flatnonzero(belief >= least)
    place = np.flatnonzero(np.isin(links.member_of, wanted))
    contested = _contested(links, wanted, place)
    order = wanted[contested[wanted]]
    order = order[np.lexsort((order, -belief[order]))]
    taken = _Taken(links, place[contested[links.member_of[place]]])
    found = [link for link in order.tolist() if taken.take(link)]
    return np.sort(np.concatenate([wanted[~contested[wanted]], np.array(found, np.int64)]))


def _contested(links: Links, wanted: Ints, place: Ints) -> Flags:
    """Which of the links want a line or a note that another wants as well."""
    note = links.room.notes()[links.item[place]]
    rows = np.bincount(links.row[wanted], minlength=1)
    link = links.member_of[place]
    # A link of several items of one note counts as its own rival, and is compared with care.
    notes = np.bincount(note, minlength=1)
    contested = np.zeros(len(links.row), bool)
    contested[wanted] = rows[links.row[wanted]] > 1
    contested[link[notes[note] > 1]] = True
    return contested


class _Taken:
    """Lines, items and notes that a choice has used so far."""

    def __init__(self, links: Links, place: Ints) -> None:
        self._rows = links.row
        self._lines, self._items = set[int](), dict[int, int]()
        self._parts = set(zip(links.parts.first.tolist(), links.parts.second.tolist(), strict=True))
        self._ways = dict[int, int]()
        variants = links.room.variants
        self._variants = variants.by_item() if variants else {}
        self._members: dict[int, list[int]] = {}
        told = zip(links.member_of[place].tolist(), links.item[place].tolist(), strict=True)
        for link, item in told:
            self._members.setdefault(link, []).append(item)

    def take(self, link: int) -> bool:
        """Use the link's line and items, if they are free."""
        row, items = int(self._rows[link]), self._members[link]
        if row in self._lines or not all(self._is_free(link, item) for item in items):
            return False
        self._lines.add(row)
        for item in items:
            self._items[item] = -1 if item in self._items else link
            if item in self._variants:
                note, variant = self._variants[item]
                self._ways[note] = variant
        return True

    def _is_free(self, link: int, item: int) -> bool:
        other = self._items.get(item)
        if other is not None and not {(other, link), (link, other)} & self._parts:
            return False
        note, variant = self._variants.get(item, (-1, -1))
        return self._ways.get(note, variant) == variant
