"""A link's probability as points that add up to it, one number for each thing observed.

What speaks for a link shares what it reaches without the rest, in proportion to the logarithm of
its likelihood ratio; what speaks against it, rivals among it, shares what is lost.
"""

from decimal import Decimal
from functools import lru_cache

import numpy as np

from reconciliation.engine.columns import Floats, Ints

FACTORS = ("rival", "limit", "amount", "date", "party", "number", "kind", "charge", "split")
BY_NAME = sorted(range(len(FACTORS)), key=FACTORS.__getitem__, reverse=True)
MOST_ODDS = 60.0  # beyond, nothing is left to reach
NEAR = 1e-6
SPECK = 5  # hundredths of a point; less is shown as 0,0


def score_of(belief: float) -> Decimal:
    """0.00 to 100.00."""
    return Decimal(f"{100 * belief:.2f}")


def hundredths_of(belief: Floats) -> Ints:
    """`score_of` of each, in hundredths of a point."""
    points = 100 * belief
    found = np.rint(100 * points).astype(np.int64)
    # Near the middle between two of them only the decimals of the number itself decide.
    near = np.abs(np.abs(100 * points - found) - 0.5) < NEAR
    found[near] = [int(score_of(value).scaleb(2)) for value in belief[near].tolist()]
    return found


def spell(points: Decimal) -> str:
    """99,5: as a person reads it."""
    return f"{points:f}".replace(".", ",")


@lru_cache(maxsize=65_536)
def in_points(hundredths: int) -> Decimal:
    """Two decimals, always."""
    return Decimal(hundredths).scaleb(-2)


def points_of(terms: Floats, whole: Ints) -> Ints:
    """Points of each factor of many links, in hundredths; they add up to the score exactly.

    Args:
        terms: a row for each link, a column for each of `FACTORS`: natural logarithms of
            likelihood ratios; positive speaks for the link.
        whole: hundredths of `score_of` the links' probability once rivals are counted.
    """
    gain, loss = np.maximum(terms, 0), np.minimum(terms, 0)
    good, bad = _summed(gain), _summed(loss)
    reached = np.where(bad < 0, np.maximum(_reach(good), whole), whole)
    lost = whole - reached
    points = reached[:, None] * _shares(gain, good) + lost[:, None] * _shares(loss, bad)
    rounded = np.rint(points).astype(np.int64)
    largest = np.array(BY_NAME)[np.abs(rounded[:, BY_NAME]).argmax(1)]
    rounded[np.arange(len(whole)), largest] += whole - rounded.sum(1)
    return rounded


def without_specks(points: Ints) -> Ints:
    """The same sums without points that would be shown as nothing."""
    rows, largest = np.arange(len(points)), np.abs(points).argmax(1)
    is_kept = np.abs(points) >= SPECK
    is_kept[rows, largest] = True
    kept = np.where(is_kept, points, 0)
    kept[rows, largest] += np.where(is_kept, 0, points).sum(1)
    return kept


def _summed(terms: Floats) -> Floats:
    """Sums of rows, from the first column to the last, so that they are always the same."""
    whole = np.zeros(len(terms))
    for column in terms.T:
        whole = whole + column
    return whole


def _shares(terms: Floats, whole: Floats) -> Floats:
    """What part of the whole each term is; none where there is nothing to share."""
    return np.divide(terms, whole[:, None], out=np.zeros_like(terms), where=whole[:, None] != 0)


def _reach(odds: Floats) -> Ints:
    """What these odds alone would score, in hundredths of a point."""
    return np.rint(10_000 / (1 + np.exp(-np.minimum(odds, MOST_ODDS)))).astype(np.int64)
