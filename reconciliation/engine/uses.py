"""What each link pays, and what else its line could pay: for many links at once."""

import numpy as np

from reconciliation.engine.columns import Ints, ints
from reconciliation.engine.matching import Found

NONE = -1


class Uses:
    """The items of each link, and the likeliest links of each line."""

    def __init__(self, found: Found) -> None:
        links, self._belief = found.links, found.belief
        self._lines, self._paid = found.books.lines.height, found.books.items
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
        is_told = np.zeros(self._lines, bool)
        is_told[self._row[links]] = True
        every = np.flatnonzero(is_told[self._row])  # what the same lines could pay
        use, own = self._used(every), np.searchsorted(every, links)
        best, following = self._two_uses(every, use)
        best, following = best[self._row[links]], following[self._row[links]]
        found = np.where(use[best] != use[own], best, following)
        return np.where(found == NONE, NONE, every[found])

    def _used(self, links: Ints) -> Ints:
        """For each link a number that links to the same documents and parts share."""
        document, part = ints(self._paid, "document"), ints(self._paid, "installment")
        numbers, counts = self.members(links)
        paid = document[numbers] * (part.max(initial=0) + 1) + part[numbers]
        starts = np.cumsum(counts) - counts
        use: Ints = paid[starts]
        several: dict[tuple[int, ...], int] = {}
        for link in np.flatnonzero(counts > 1).tolist():
            together = np.sort(paid[starts[link] : starts[link] + counts[link]]).tolist()
            use[link] = -1 - several.setdefault(tuple(together), len(several))
        return use

    def _two_uses(self, links: Ints, use: Ints) -> tuple[Ints, Ints]:
        """Of each line the place of its likeliest link among these, and of the next other use."""
        lines, row = self._lines, self._row[links]
        best, following = np.full(lines, NONE), np.full(lines, NONE)
        by_line = np.lexsort((-self._belief[links], row))
        rows, first = np.unique(row[by_line], return_index=True)
        best[rows] = by_line[first]
        others = by_line[use[by_line] != use[best[row[by_line]]]]
        rows, first = np.unique(row[others], return_index=True)
        following[rows] = others[first]
        return best, following
