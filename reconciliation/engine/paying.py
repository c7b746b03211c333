"""What links pay, in numbers alone: documents, instalments and cents of many links at once."""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from reconciliation.engine.columns import Ints, ints
from reconciliation.engine.differences import Owed, allocations
from reconciliation.engine.links import PAIR
from reconciliation.engine.matching import Found
from reconciliation.engine.model import Difference
from reconciliation.engine.tables import Tables
from reconciliation.engine.uses import Uses

Share = tuple[tuple[int, str], tuple[int, Difference | None]]
"""A document by its place and the name of an instalment; cents of the line, and what explains it.

Plain values: objects that nobody keeps would take half the time.
"""


class Payments:
    """Looks up what links pay."""

    def __init__(self, tables: Tables, found: Found, uses: Uses) -> None:
        self._papers, self._found, self._uses = tables.documents, found, uses
        self._cents = ints(found.books.lines, "amount")
        self._columns = {
            name: ints(found.books.items, name)
            for name in ("document", "installment", "parts", "amount", "net")
        }

    def of(self, links: Ints) -> Iterator[list[Share]]:
        """What each link pays, in the order of its members."""
        numbers, counts = self._uses.members(links)
        parts, owed = self.parts(numbers), self._owed(numbers)
        rows, sorts = self._found.links.row[links], self._found.links.sort[links]
        told = zip(
            counts.tolist(),
            self._cents[rows].tolist(),
            sorts.tolist(),
            self._relations(links[sorts == PAIR], sorts),
            strict=True,
        )
        for count, cents, sort, relation in told:
            given = allocations(list(islice(owed, count)), cents, sort, relation)
            yield list(zip(islice(parts, count), given, strict=True))

    def parts(self, items: Ints) -> Iterator[tuple[int, str]]:
        """Of each item the place of its document, and its instalment as the document names it.

        Where a split was only supposed, that is "2/3".
        """
        document, installment, parts = (
            self._columns[name][items] for name in ("document", "installment", "parts")
        )
        names = self._papers.parts["installment"][self._places(items)].to_list()
        for place in np.flatnonzero(parts > 1).tolist():
            names[place] = f"{installment[place]}/{parts[place]}"
        return zip(document.tolist(), names, strict=True)

    def _places(self, items: Ints) -> Ints:
        """Of each item its row among the parts; where a split is supposed, that of the whole."""
        document, installment, parts = (
            self._columns[name][items] for name in ("document", "installment", "parts")
        )
        return self._papers.places(document, np.where(parts > 1, 0, installment))

    def _owed(self, items: Ints) -> Iterator[Owed]:
        owed, expected = self._columns["amount"][items], self._columns["net"][items]
        cents = ints(self._papers.parts, "amount")[self._places(items)]
        return zip(owed.tolist(), expected.tolist(), cents.tolist(), strict=True)

    def _relations(self, pairs: Ints, sorts: Ints) -> Iterator[str]:
        """How the amounts of a line and of a single item are related; "" for several."""
        told = iter(self._found.pairs["relation"][pairs].to_list())
        return (next(told) if sort == PAIR else "" for sort in sorts.tolist())
