"""Which links of a line that was not booked are worth a person's look."""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from reconciliation.engine.columns import Flags, Floats, Ints
from reconciliation.engine.matching import Found
from reconciliation.engine.model import Options
from reconciliation.engine.points import score_of
from reconciliation.engine.tables import Tables
from reconciliation.engine.uses import Uses

CROWD = 0.3  # probability that some candidate is right, however small each one's
Part = tuple[int, str]
ROUNDED = 1e-4  # probabilities nearer than this may be told as the same points


def shown_links(
    tables: Tables,
    found: Found,
    uses: Uses,
    options: Options,
    is_waiting: Flags,
    is_taken: Flags,
) -> Ints:
    """Links of the waiting lines, line by line and likeliest first, among what is still open.

    Where none is probable and all of them together are, the first few stand for the rest.
    """
    links, belief, most = found.links, found.belief, options.most_candidates
    is_seen = _is_seen(belief, options)
    lines = len(is_waiting)
    seen = np.bincount(links.row[is_seen], minlength=lines)
    together = np.bincount(links.row, belief, minlength=lines)
    crowded = (np.bincount(links.row, minlength=lines) > most) & (seen == 0) & (together >= CROWD)
    is_open = np.ones(len(belief), bool)
    is_open[links.member_of[is_taken[links.item]]] = False
    wanted = is_open & is_waiting[links.row] & (is_seen | crowded[links.row])
    ordered = uses.by_line[wanted[uses.by_line]]
    is_first = np.fromiter(_first(tables, found, uses, ordered, most), bool, len(ordered))
    first: Ints = ordered[is_first]
    return first


def _is_seen(belief: Floats, options: Options) -> Flags:
    """Whether a link's score, as it is told, reaches what is shown."""
    near = np.flatnonzero(belief >= float(options.show_at) / 100 - ROUNDED)
    is_seen = np.zeros(len(belief), bool)
    is_seen[near] = [score_of(value) >= options.show_at for value in belief[near].tolist()]
    return is_seen


def _first(tables: Tables, found: Found, uses: Uses, links: Ints, most: int) -> Iterator[bool]:
    """Whether each link is among its line's first that pay something else than those before."""
    numbers, counts = uses.members(links)
    parts = _parts(tables, found, np.unique(numbers))
    flat = map(parts.__getitem__, numbers.tolist())
    last, seen = -1, set[tuple[Part, ...]]()
    for row, count in zip(found.links.row[links].tolist(), counts.tolist(), strict=True):
        if row != last:
            last, seen = row, set()
        paid = tuple(islice(flat, count))
        is_first = len(seen) < most and paid not in seen
        if is_first:
            seen.add(paid)
        yield is_first


def _parts(tables: Tables, found: Found, items: Ints) -> dict[int, Part]:
    """Of each item its document and the name of its instalment."""
    rows = found.books.items.select("document", "installment", "parts")[items].iter_rows()
    return {
        item: (
            document,
            f"{place}/{parts}" if parts > 1 else tables.documents.part(document, place).installment,
        )
        for item, (document, place, parts) in zip(items.tolist(), rows, strict=True)
    }
