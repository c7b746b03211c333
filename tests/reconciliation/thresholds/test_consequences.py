"""The arithmetic of a threshold: what it accepts, what stays out, and the measured error."""

from decimal import Decimal

import pytest

from reconciliation.thresholds.consequences import (
    CLOSE,
    HELD,
    Judged,
    Offer,
    Rate,
    Sum,
    bands,
    consequence,
    ladder,
    steps,
    wilson,
)

OFFERS = [
    Offer(Decimal("99.95"), Decimal("100.00"), witnessed=True),
    Offer(Decimal("95.00"), Decimal("50.10")),
    Offer(Decimal("95.00"), Decimal("7.00"), out=CLOSE),
    Offer(Decimal("94.99"), Decimal("20.00")),
    Offer(Decimal("60.00"), Decimal("1.00"), out=HELD),
    Offer(Decimal("30.00"), Decimal("999.00")),
]
JUDGED = [
    Judged(Decimal(99), kept=True),
    Judged(Decimal(96), kept=True),
    Judged(Decimal(96), kept=False),
    Judged(Decimal(70), kept=False),
]


def test_a_threshold_accepts_what_has_that_many_points_or_more() -> None:
    found = consequence(OFFERS, JUDGED, Decimal(95))

    assert found.accepted == Sum(2, Decimal("150.10"))
    assert found.witnessed == Sum(1, Decimal("100.00"))
    assert found.left == {CLOSE: Sum(1, Decimal("7.00"))}
    assert found.rate == Rate(1, 3)


def test_the_ladder_says_at_every_place_what_one_threshold_says() -> None:
    for found in ladder(OFFERS, JUDGED):
        assert found == consequence(OFFERS, JUDGED, found.least)


def test_the_ladder_has_every_place_of_the_slider() -> None:
    assert [found.least for found in ladder([], [])] == steps()
    assert [len(steps()), *map(str, steps()[:2])] == [101, "50.0", "50.5"]
    assert str(steps()[-1]) == "100.0"


def test_a_lower_threshold_never_accepts_less() -> None:
    counts = [found.accepted.count for found in ladder(OFFERS, JUDGED)]

    assert counts == sorted(counts, reverse=True)


def test_bands_share_out_what_the_lowest_threshold_accepts() -> None:
    found = bands(OFFERS, JUDGED)

    assert [one.least for one in found] == [99, 95, 90, 80, 70, 50]
    assert sum(one.accepted.count for one in found) == 3
    assert [one.rate.total for one in found] == [1, 2, 0, 0, 1, 0]


def test_without_decisions_there_is_no_rate() -> None:
    assert (Rate().share, Rate().interval) == (None, None)


# Beside scipy.stats.binomtest(x, n).proportion_ci(method='wilson').
@pytest.mark.parametrize(
    ("wrong", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (3, 212, 0.00482, 0.04075),
        (10, 10, 0.7225, 1.0),
        (1, 2, 0.0945, 0.9055),
    ],
)
def test_the_interval_is_wilson_s(wrong: int, total: int, low: float, high: float) -> None:
    assert wilson(wrong, total) == pytest.approx((low, high), abs=5e-4)
