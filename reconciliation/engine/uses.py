"""What each link pays, and what else its line could pay: for all links at once."""

import numpy as np

from reconciliation.engine.columns import Ints, ints
from reconciliation.engine.matching import Found

NONE = -1


class Uses:
    """Links by line, likeliest first, and the items of each."""

    def __init__(self, found: Found) -> None:
        links, belief = found.links, found.belief
        self._row = links.row
        order = np.argsort(links.member_of, kind="stable")
        self._items = links.item[order]
        self._starts = np.searchsorted(links.member_of[order], np.arange(len(links.row) + 1))
        self.by_line: Ints = np.lexsort((np.arange(len(links.row)), -belief, links.row))
        self._use = self._used(found)
        self._best, self._next = self._two_uses(found.books.lines.height)

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
        best = self._best[self._row[links]]
        is_other = self._use[best] != self._use[links]
        return np.where(is_other, best, self._next[self._row[links]])

    def _used(self, found: Found) -> Ints:
        """For each link a number that links to the same documents and parts share."""
        document, part = ints(found.books.items, "document"), ints(found.books.items, "installment")
        paid = (document * (part.max(initial=0) + 1) + part)[self._items]
        counts = np.diff(self._starts)
        use: Ints = paid[self._starts[:-1]]
        several: dict[tuple[int, ...], int] = {}
        for link in np.flatnonzero(counts > 1).tolist():
            together = np.sort(paid[self._starts[link] : self._starts[link + 1]]).tolist()
            use[link] = -1 - several.setdefault(tuple(together), len(several))
        return use

    def _two_uses(self, lines: int) -> tuple[Ints, Ints]:
        """Of each line the likeliest link, and the likeliest one that pays something else."""
        best, following = np.full(lines, NONE), np.full(lines, NONE)
        rows, first = np.unique(self._row[self.by_line], return_index=True)
        best[rows] = self.by_line[first]
        others = self.by_line[self._use[self.by_line] != self._use[best[self._row[self.by_line]]]]
        rows, first = np.unique(self._row[others], return_index=True)
        following[rows] = others[first]
        return best, following
