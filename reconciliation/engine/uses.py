"""What each link pays, and what else its line could pay: for all links at once."""

from functools import cached_property

import numpy as np

from reconciliation.engine.columns import Ints, ints
from reconciliation.engine.matching import Found

NONE = -1


class Uses:
    """The items of each link, and the likeliest links of each line."""

    def __init__(self, found: Found) -> None:
        self._found, links = found, found.links
        self._row = links.row
        order = np.argsort(links.member_of, kind="stable")
        self._items = links.item[order]
        self._starts = np.searchsorted(links.member_of[order], np.arange(len(links.row) + 1))

    def members(self, links: Ints) -> tuple[Ints, Ints]:
        """Items the links pay, those of one link after those of the other, and how many of each."""
        starts, counts = self._starts[links], self._starts[links + 1] - self._starts[links]
        before = np.cumsum(counts) - counts
        places = np.repeat(starts - before, counts) + np.arange(counts.sum())
        return self._items[places], counts

    def rivals(self, links: Ints) -> Ints:
        """The likeliest other use of each link's line: another document, another part; or `NONE`.

        A second link to the same part is no rival: an instalment told and the same one supposed.
        """
        likeliest, following = self._two_uses
        best = likeliest[self._row[links]]
        is_other = self._use[best] != self._use[links]
        return np.where(is_other, best, following[self._row[links]])

    @cached_property
    def _use(self) -> Ints:
        """For each link a number that links to the same documents and parts share."""
        items = self._found.books.items
        document, part = ints(items, "document"), ints(items, "installment")
        paid = (document * (part.max(initial=0) + 1) + part)[self._items]
        counts = np.diff(self._starts)
        use: Ints = paid[self._starts[:-1]]
        several: dict[tuple[int, ...], int] = {}
        for link in np.flatnonzero(counts > 1).tolist():
            together = np.sort(paid[self._starts[link] : self._starts[link + 1]]).tolist()
            use[link] = -1 - several.setdefault(tuple(together), len(several))
        return use

    @cached_property
    def _two_uses(self) -> tuple[Ints, Ints]:
        """Of each line the likeliest link, and the likeliest one that pays something else."""
        lines = self._found.books.lines.height
        best, following = np.full(lines, NONE), np.full(lines, NONE)
        by_line = np.lexsort((-self._found.belief, self._row))
        rows, first = np.unique(self._row[by_line], return_index=True)
        best[rows] = by_line[first]
        others = by_line[self._use[by_line] != self._use[best[self._row[by_line]]]]
        rows, first = np.unique(self._row[others], return_index=True)
        following[rows] = others[first]
        return best, following
