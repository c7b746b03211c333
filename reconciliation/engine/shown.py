"""Which links of a line that was not booked are worth a person's look."""

from collections.abc import Iterator
from itertools import islice
from math import ceil

import numpy as np

from reconciliation.engine.columns import Flags, Floats, Ints
from reconciliation.engine.matching import Found
from reconciliation.engine.model import Options
from reconciliation.engine.paying import Payments
from reconciliation.engine.points import hundredths_of
from reconciliation.engine.uses import Uses

CROWD = 0.3  # probability that some candidate is right, however small each one's
ROUNDED = 1e-4  # probabilities nearer than this may be told as the same points


def shown_links(
    found: Found,
    uses: Uses,
    payments: Payments,
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
    wanted = np.flatnonzero(is_open & is_waiting[links.row] & (is_seen | crowded[links.row]))
    ordered = wanted[np.lexsort((-belief[wanted], links.row[wanted]))]
    is_first = np.full(len(ordered), most > 0)
    among = np.bincount(links.row[ordered], minlength=lines)[links.row[ordered]] > 1
    is_first[among] = list(_first(found, uses, payments, ordered[among], most))
    first: Ints = ordered[is_first]
    return first


def _is_seen(belief: Floats, options: Options) -> Flags:
    """Whether a link's score, as it is told, reaches what is shown."""
    near = np.flatnonzero(belief >= float(options.show_at) / 100 - ROUNDED)
    is_seen = np.zeros(len(belief), bool)
    is_seen[near] = hundredths_of(belief[near]) >= ceil(options.show_at * 100)
    return is_seen


def _first(found: Found, uses: Uses, payments: Payments, links: Ints, most: int) -> Iterator[bool]:
    """Whether each link is among its line's first that pay something else than those before."""
    numbers, counts = uses.members(links)
    flat = payments.parts(numbers)
    last, seen = -1, set[tuple[tuple[int, str], ...]]()
    for row, count in zip(found.links.row[links].tolist(), counts.tolist(), strict=True):
        if row != last:
            last, seen = row, set()
        paid = tuple(islice(flat, count))
        is_first = len(seen) < most and paid not in seen
        if is_first:
            seen.add(paid)
        yield is_first
