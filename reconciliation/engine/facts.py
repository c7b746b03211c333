"""What the engine found of one link, with the texts it was found in."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from reconciliation.engine.columns import Ints
from reconciliation.engine.links import PAIR
from reconciliation.engine.matching import Found
from reconciliation.engine.model import OpenDocument, OpenTransaction, Payable
from reconciliation.engine.rows import Item, Line, read_item, read_line
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


@dataclass(frozen=True, slots=True)
class Fact:
    """One link."""

    number: int
    sort: int
    line: Line
    members: tuple[Member, ...]
    belief: float
    relation: str
    pair: dict[str, Any]  # columns of `describe` for a single item, {} otherwise
    terms: dict[str, float]  # natural logarithms; "rival": what competition costs, "limit": trust

    @property
    def transaction(self) -> OpenTransaction:
        return self.line.transaction


class Facts:
    """Looks up links by number, and the links of a line; texts are read when asked for."""

    def __init__(self, tables: Tables, found: Found) -> None:
        self._tables, self._found = tables, found
        self._belief = found.belief
        self._lines: dict[int, Line] = {}
        self._line_codes = found.books.lines["line"].to_list()
        items = found.books.items
        self._items = items.select("document", "installment", "parts", "net").rows()
        links = found.links
        order = np.argsort(links.member_of, kind="stable")
        self._members = links.item[order].tolist()
        self._starts = np.searchsorted(links.member_of[order], np.arange(len(links.row) + 1))
        self._by_line = np.lexsort((np.arange(len(links.row)), -self._belief, links.row))
        self._line_starts = np.searchsorted(
            links.row[self._by_line], np.arange(found.books.lines.height + 1)
        )

    def of(self, link: int) -> Fact:
        found = self._found
        row = int(found.links.row[link])
        sort = int(found.links.sort[link])
        pair = found.pairs.row(link, named=True) if sort == PAIR else {}
        members = self._members[self._starts[link] : self._starts[link + 1]]
        return Fact(
            number=link,
            sort=sort,
            line=self.line(row),
            members=tuple(self._member(item) for item in members),
            belief=float(self._belief[link]),
            relation=pair.get("relation", ""),
            pair=pair,
            terms=self._terms(link, sort),
        )

    def rivals(self, fact: Fact) -> Iterator[Fact]:
        """Other uses of the same line, likeliest first."""
        row = int(self._found.links.row[fact.number])
        own = {member.document.id for member in fact.members}
        for link in self.of_line(row).tolist():
            other = self.of(link)
            if {member.document.id for member in other.members} != own or (
                other.sort == fact.sort == PAIR
                and other.members[0].item.place != fact.members[0].item.place
            ):
                yield other

    def of_line(self, row: int) -> Ints:
        """Links of a line, likeliest first."""
        links: Ints = self._by_line[self._line_starts[row] : self._line_starts[row + 1]]
        return links

    def line(self, row: int) -> Line:
        code = self._line_codes[row]
        if code not in self._lines:
            self._lines[code] = read_line(code, self._tables.transactions[code])
        return self._lines[code]

    @cached_property
    def row_of(self) -> dict[int, int]:
        """The row of each line's code; lines set aside have none."""
        return {code: row for row, code in enumerate(self._line_codes)}

    def _member(self, item: int) -> Member:
        document, installment, parts, net = self._items[item]
        paper = self._tables.documents[document]
        payable = self._tables.payable(document, installment if parts == 1 else 0)
        return Member(paper, payable, read_item(item, paper, payable), parts, installment, net)

    def _terms(self, link: int, sort: int) -> dict[str, float]:
        """Terms add up to the logarithm of the odds."""
        found = self._found
        raw, believed = _log_odds(float(found.raw[link])), _log_odds(float(self._belief[link]))
        whole = float(np.log(found.links.weight[link]))
        terms = {"rival": min(raw - whole, 0.0), "limit": min(believed - raw, 0.0)}
        if sort != PAIR:
            return terms | {"amount": whole}
        weights = found.weights
        columns = (
            weights.amount, weights.delay, weights.party, weights.number, weights.kind,
            weights.charge,
        )  # fmt: skip
        single = {
            name: float(np.log(max(column[link], 1e-300)))
            for name, column in zip(TERMS, columns, strict=True)
        }
        if not found.pairs["identified"][link]:
            single["kind"] += single.pop("charge")
        single["kind"] += whole - sum(single.values())
        return terms | single


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-15), 1 - 1e-15)
    return float(np.log(bounded / (1 - bounded)))
