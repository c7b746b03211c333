"""A link's probability as points that add up to it, one number for each thing observed.

What speaks for a link shares what it reaches without the rest, in proportion to the logarithm of
its likelihood ratio; what speaks against it, rivals among it, shares what is lost.
"""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

CENT = Decimal("0.01")


def score_of(belief: float) -> Decimal:
    """0.00 to 100.00."""
    return Decimal(100 * belief).quantize(CENT)


def points_of(terms: Mapping[str, float], belief: float) -> dict[str, Decimal]:
    """Points of each factor; they add up to `score_of(belief)` exactly.

    Args:
        terms: natural logarithms of likelihood ratios; positive speaks for the link.
        belief: its probability once rivals are counted.
    """
    score = score_of(belief)
    good = {name: term for name, term in terms.items() if term > 0}
    bad = {name: term for name, term in terms.items() if term < 0}
    reached = max(_reach(sum(good.values())), score) if bad else score
    points = _share(good, reached) | _share(bad, score - reached)
    points.update({name: Decimal("0.00") for name in terms.keys() - points.keys()})
    rest = score - sum(points.values(), Decimal(0))
    if rest and points:
        largest = max(points, key=lambda name: (abs(points[name]), name))
        points[largest] += rest
    return points


def _reach(odds: float) -> Decimal:
    return Decimal(100 / (1 + float(np.exp(-min(odds, 60.0))))).quantize(CENT)


def _share(terms: Mapping[str, float], whole: Decimal) -> dict[str, Decimal]:
    total = sum(terms.values())
    if not total:
        return {}
    return {name: (whole * Decimal(term / total)).quantize(CENT) for name, term in terms.items()}
