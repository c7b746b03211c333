"""How probable each link is when a line pays one thing and a thing is paid by one line.

Every possible link has a weight: how much likelier the line is if it pays these items than if it
pays nothing known. Beliefs are the marginals of the model in which links exclude each other
(monomer-dimer model), found by passing messages until they settle; two equal candidates share
their probability, and a line that has a better use elsewhere leaves its rivals free.

Source: Bayati, Gamarnik, Katz, Nair, Tetali, "Simple deterministic approximation algorithms for
counting matchings" (STOC 2007): the messages converge whatever the graph.
"""

import numpy as np

from reconciliation.engine.columns import Floats, Ints

ROUNDS = 24
SETTLED = 1e-3


def beliefs(
    line: Ints, weight: Floats, link: Ints, item: Ints, *, lines: int, items: int
) -> Floats:
    """Probability of each link, 0 to 1.

    Args:
        line, weight: of each link.
        link, item: pairs that tell which items a link pays; a link pays one or many.
        lines, items: how many there are.
    """
    single = len(link) == len(weight)  # every link pays one item
    from_line, from_item = np.ones(len(weight)), np.ones(len(link))
    free = np.ones(len(weight))
    for _ in range(ROUNDS):
        wanted = weight * free
        rest = np.bincount(line, wanted, lines)[line] - wanted
        updated = 1 / (1 + np.maximum(rest, 0))
        moved = np.abs(updated - from_line).max(initial=0)
        from_line = updated
        claimed = weight * from_line
        if not single:
            claimed = (claimed * free)[link] / from_item
        others = np.bincount(item, claimed, items)[item] - claimed
        from_item = 1 / (1 + np.maximum(others, 0))
        free = from_item if single else _product(from_item, link, len(weight))
        if moved < SETTLED:
            break
    odds = weight * from_line * free
    return odds / (1 + odds)


def _product(values: Floats, link: Ints, links: int) -> Floats:
    """The product of each link's values."""
    return np.exp(np.bincount(link, np.log(values), links))
