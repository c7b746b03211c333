"""What the engine found of one link, with the texts it was found in; looked up when asked for."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import log
from typing import NamedTuple

import numpy as np

from reconciliation.engine.columns import Ints
from reconciliation.engine.links import PAIR
from reconciliation.engine.matching import Found
from reconciliation.engine.model import OpenDocument, Payable
from reconciliation.engine.points import score_of
from reconciliation.engine.rows import Item, Line
from reconciliation.engine.tables import Tables

TERMS = ("amount", "date", "party", "number", "kind", "charge")


@dataclass(frozen=True, slots=True)
class Member:
    """One document a link pays: what was expected, and how it was compared."""

    document: OpenDocument
    payable: Payable
    item: Item
    parts: int  # above 1: an instalment the document does not tell of
    place: int  # which of the parts
    expected: int  # cents

    @property
    def installment(self) -> str:
        """As the document names it; "2/3" where a split was only supposed."""
        return f"{self.place}/{self.parts}" if self.parts > 1 else self.payable.installment


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


class Fact:
    """One link."""

    def __init__(self, facts: "Facts", number: int) -> None:
        self._facts, self.number = facts, number
        self.row = facts.rows[number]
        self.sort = facts.sorts[number]
        self.belief = facts.beliefs[number]
        self.line = facts.line(self.row)
        self.transaction = self.line.transaction
        # Of a single item; several together have none.
        self.observed = facts.observed[number] if self.sort == PAIR else None
        self.relation = self.observed.relation if self.observed else ""

    @cached_property
    def score(self) -> Decimal:
        """0.00 to 100.00."""
        return score_of(self.belief)

    @cached_property
    def members(self) -> tuple[Member, ...]:
        return tuple(self._facts.member(item) for item in self._facts.items_of(self.number))

    @cached_property
    def terms(self) -> dict[str, float]:
        """Natural logarithms; "rival" is what competition costs, "limit" what trust does."""
        return self._facts.terms_of(self.number)


class Facts:
    """Looks up links by number, and the links of a line."""

    def __init__(self, tables: Tables, found: Found) -> None:
        self._tables, self._found = tables, found
        self._belief = found.belief
        links, pairs = found.links, found.pairs
        self.rows, self.sorts = links.row.tolist(), links.sort.tolist()
        self.beliefs = self._belief.tolist()
        self.observed = [Observed(*row) for row in pairs.select(Observed._fields).rows()]
        self._line_codes = found.books.lines["line"].to_list()
        self._lines: dict[int, Line] = {}
        self._items = found.books.items.select("document", "installment", "parts", "net").rows()
        self._cached: dict[int, Member] = {}
        order = np.argsort(links.member_of, kind="stable")
        self._members = links.item[order].tolist()
        self._starts = np.searchsorted(
            links.member_of[order], np.arange(len(links.row) + 1)
        ).tolist()
        self._by_line = np.lexsort((np.arange(len(links.row)), -self._belief, links.row))
        self._line_starts = np.searchsorted(
            links.row[self._by_line], np.arange(found.books.lines.height + 1)
        ).tolist()

    def of(self, link: int) -> Fact:
        return Fact(self, link)

    def rival(self, fact: Fact) -> Fact | None:
        """The likeliest other use of the line: another document, or another part of this one."""
        own = self._uses(fact.number)
        for link in self.of_line(fact.row).tolist():
            if self._uses(link) != own:
                return self.of(link)
        return None

    def _uses(self, link: int) -> tuple[tuple[int, int], ...]:
        return tuple(sorted(self._items[item][:2] for item in self.items_of(link)))

    def of_line(self, row: int) -> Ints:
        """Links of a line, likeliest first."""
        links: Ints = self._by_line[self._line_starts[row] : self._line_starts[row + 1]]
        return links

    def items_of(self, link: int) -> list[int]:
        members: list[int] = self._members[self._starts[link] : self._starts[link + 1]]
        return members

    def line(self, row: int) -> Line:
        code = self._line_codes[row]
        if code not in self._lines:
            self._lines[code] = Line(self._tables.transactions[code])
        return self._lines[code]

    @cached_property
    def row_of(self) -> dict[int, int]:
        """The row of each line's code; lines set aside have none."""
        return {code: row for row, code in enumerate(self._line_codes)}

    def member(self, item: int) -> Member:
        if item not in self._cached:
            document, installment, parts, net = self._items[item]
            paper = self._tables.documents[document]
            payable = self._tables.payable(document, installment if parts == 1 else 0)
            read = Item(item, paper, payable)
            self._cached[item] = Member(paper, payable, read, parts, installment, net)
        return self._cached[item]

    def terms_of(self, link: int) -> dict[str, float]:
        """Terms add up to the logarithm of the odds."""
        found = self._found
        raw, believed = _log_odds(float(found.raw[link])), _log_odds(self.beliefs[link])
        whole = log(found.links.weight[link])
        terms = {"rival": min(raw - whole, 0.0), "limit": min(believed - raw, 0.0)}
        if self.sorts[link] != PAIR:
            return terms | {"amount": whole}
        single = dict(zip(TERMS, self._logs[link].tolist(), strict=True))
        if not self.observed[link].identified:
            single["kind"] += single.pop("charge")
        single["kind"] += whole - sum(single.values())
        return terms | single

    @cached_property
    def _logs(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        weights = self._found.weights
        columns = (
            weights.amount, weights.delay, weights.party, weights.number, weights.kind,
            weights.charge,
        )  # fmt: skip
        return np.log(np.maximum(np.stack(columns, 1), 1e-300))


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-15), 1 - 1e-15)
    return log(bounded / (1 - bounded))
