"""A link's probability as points that add up to it, one number for each thing observed.

What speaks for a link shares what it reaches without the rest, in proportion to the logarithm of
its likelihood ratio; what speaks against it, rivals among it, shares what is lost.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import exp

CENT = Decimal("0.01")
MOST_ODDS = 60.0  # beyond, nothing is left to reach


def score_of(belief: float) -> Decimal:
    """0.00 to 100.00."""
    return Decimal(100 * belief).quantize(CENT)


def spell(points: Decimal) -> str:
    """99,5: as a person reads it."""
    return f"{points:f}".replace(".", ",")


def points_of(terms: Mapping[str, float], score: Decimal) -> dict[str, Decimal]:
    """Points of each factor; they add up to the score exactly.

    Args:
        terms: natural logarithms of likelihood ratios; positive speaks for the link.
        score: `score_of` its probability once rivals are counted.
    """
    whole = int(score.scaleb(2))
    good = sum(term for term in terms.values() if term > 0)
    bad = sum(term for term in terms.values() if term < 0)
    reached = max(_reach(good), whole) if bad else whole
    lost = whole - reached
    points = {
        name: round(reached * (term / good)) if term > 0 else round(lost * (term / bad))
        if term < 0 else 0
        for name, term in terms.items()
    }  # fmt: skip
    rest = whole - sum(points.values())
    if rest and points:
        largest = max(points, key=lambda name: (abs(points[name]), name))
        points[largest] += rest
    return {name: Decimal(cents).scaleb(-2) for name, cents in points.items()}


def _reach(odds: float) -> int:
    """What these odds alone would score, in hundredths of a point."""
    return round(10_000 / (1 + exp(-min(odds, MOST_ODDS))))
