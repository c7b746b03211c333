"""What the engine found of links, with the texts it was found in; looked up for many at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

import numpy as np

from reconciliation.engine.columns import Floats, Ints, flags, ints
from reconciliation.engine.links import PAIR
from reconciliation.engine.matching import Found
from reconciliation.engine.model import OpenTransaction
from reconciliation.engine.points import (
    FACTORS,
    hundredths_of,
    in_points,
    points_of,
    without_specks,
)
from reconciliation.engine.rows import Item, Line
from reconciliation.engine.tables import Tables
from reconciliation.engine.uses import NONE, Uses
from reconciliation.engine.weights import SPLIT_ODDS

ITEM = ("document", "installment", "parts", "amount", "net")
RIVAL = FACTORS.index("rival")
A_PART = 1 / 4  # of what a link lacks to be certain
WORTH_TELLING = -0.5  # what competition costs, as a logarithm


class Observed(NamedTuple):
    """What was compared of a line and one item: columns of `describe` and `relate`."""

    relation: str
    identified: bool
    cited: bool
    by_id: int
    by_name: int
    has_id: bool
    fits: int
    same_part: bool | None
    other_charge: bool


@dataclass(slots=True)
class Fact:
    """One link."""

    number: int
    row: int
    sort: int
    belief: float
    score: Decimal  # 0.00 to 100.00
    line: Line
    members: tuple[Item, ...]
    owed: int  # cents of all that is paid together
    observed: Observed | None  # of a single item; several together have none
    rival: tuple[Item, ...]  # what the line pays in its likeliest other use; empty: not named
    points: Sequence[int]  # hundredths, one number for each of `FACTORS`
    is_contested: bool  # another line wants the document, and that is worth telling
    is_shared: bool  # the rival takes a part worth telling

    @property
    def transaction(self) -> OpenTransaction:
        return self.line.transaction

    @property
    def relation(self) -> str:
        return self.observed.relation if self.observed else ""


class Facts:
    """Looks up links by number."""

    def __init__(self, tables: Tables, found: Found, uses: Uses) -> None:
        self._tables, self._found, self._uses = tables, found, uses
        self._belief = found.belief
        self._codes = found.books.lines["line"].to_numpy()
        self._observations = found.pairs.select(Observed._fields)
        self._cents = found.books.lines["amount"].to_numpy()

    def of(self, links: Ints) -> list[Fact]:
        """Facts of these links, in their order; those of one line should stand together."""
        rows, belief = self._found.links.row[links], self._belief[links]
        hundredths = hundredths_of(belief)
        terms = self._terms(links)
        points = without_specks(points_of(terms, hundredths))
        rivals = self._uses.rivals(links)
        is_shared = (rivals != NONE) & (self._belief[rivals] > (1 - belief) * A_PART)
        rivals = np.where(is_shared | (points[:, RIVAL] != 0), rivals, NONE)  # others are not named
        items = self._items(np.unique(np.concatenate([links, rivals[rivals != NONE]])))
        members = list(self._members(links, items))
        told = map(
            Fact,
            links.tolist(),
            rows.tolist(),
            self._found.links.sort[links].tolist(),
            belief.tolist(),
            map(in_points, hundredths.tolist()),
            self._lines(rows),
            members,
            [sum([item.owed for item in paid]) for paid in members],
            self._observed(links),
            self._rivals(rivals, items),
            points.tolist(),
            (terms[:, RIVAL] < WORTH_TELLING).tolist(),
            is_shared.tolist(),
        )
        return list(told)

    def _terms(self, links: Ints) -> Floats:
        """Natural logarithms, a column for each of `FACTORS`; they add up to those of the odds.

        "rival" is what competition costs, "limit" what trust does.
        """
        found, terms = self._found, np.zeros((len(links), len(FACTORS)))
        raw, believed = _log_odds(found.raw[links]), _log_odds(self._belief[links])
        whole = np.log(found.links.weight[links])
        terms[:, 0] = np.minimum(raw - whole, 0)
        terms[:, 1] = np.minimum(believed - raw, 0)
        terms[:, 2] = whole
        is_pair = found.links.sort[links] == PAIR
        terms[is_pair, 2:] = self._single(links[is_pair], whole[is_pair])
        return terms

    def _single(self, pairs: Ints, whole: Floats) -> Floats:
        """Terms of links that pay one item: what nothing else explains is the kind of the line.

        That the document tells of no instalments counts against one, not against the line.
        """
        weights = self._found.weights
        columns = (
            weights.amount, weights.delay, weights.party, weights.number, weights.kind,
            weights.charge,
        )  # fmt: skip
        logs = [np.log(np.maximum(column[pairs], 1e-300)) for column in columns]
        amount, delay, party, number, kind, charge = logs
        is_identified = flags(self._found.pairs, "identified")[pairs]
        is_split = ints(self._found.pairs, "parts")[pairs] > 1
        split = np.where(is_split, np.log(SPLIT_ODDS), 0)
        charge = charge - split
        kind = np.where(is_identified, kind, kind + charge)
        charge = np.where(is_identified, charge, 0)
        kind = kind + (whole - (amount + delay + party + number + kind + charge + split))
        return np.stack([amount, delay, party, number, kind, charge, split], 1)

    def _items(self, links: Ints) -> dict[int, Item]:
        """What these links pay, by number of the item."""
        wanted = np.unique(self._uses.members(links)[0])
        rows = self._found.books.items.select(*ITEM)[wanted]
        document, place, parts = (ints(rows, name) for name in ITEM[:3])
        papers = self._tables.documents
        told = map(
            Item,
            papers.rows_at(document),
            papers.parts_at(papers.places(document, np.where(parts > 1, 0, place))),
            *(rows[name].to_list() for name in ("amount", "net")),
            parts.tolist(),
            place.tolist(),
        )
        return dict(zip(wanted.tolist(), told, strict=True))

    def _members(self, links: Ints, items: dict[int, Item]) -> Iterator[tuple[Item, ...]]:
        numbers, counts = self._uses.members(links)
        flat = map(items.__getitem__, numbers.tolist())
        return (tuple(islice(flat, count)) for count in counts.tolist())

    def _rivals(self, rivals: Ints, items: dict[int, Item]) -> Iterator[tuple[Item, ...]]:
        found = self._members(rivals[rivals != NONE], items)
        return (next(found) if rival != NONE else () for rival in rivals.tolist())

    def _lines(self, rows: Ints) -> Iterator[Line]:
        """The same line for links that follow each other."""
        last, line = -1, None
        codes, cents = self._codes[rows].tolist(), self._cents[rows].tolist()
        for row, code, paid in zip(rows.tolist(), codes, cents, strict=True):
            if row != last or line is None:
                last, line = row, Line(self._tables.transactions[code], paid)
            yield line

    def _observed(self, links: Ints) -> Iterator[Observed | None]:
        is_pair = self._found.links.sort[links] == PAIR
        rows = self._observations[links[is_pair]].iter_rows()
        return (Observed(*next(rows)) if single else None for single in is_pair.tolist())


def _log_odds(probability: Floats) -> Floats:
    bounded = np.minimum(np.maximum(probability, 1e-15), 1 - 1e-15)
    odds: Floats = np.log(bounded / (1 - bounded))
    return odds
