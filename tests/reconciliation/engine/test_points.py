"""Points of a link add up to its score, whatever was observed."""

import numpy as np
from hypothesis import given, strategies
from numpy.typing import NDArray

from reconciliation.engine.points import (
    FACTORS,
    SPECK,
    hundredths_of,
    in_points,
    points_of,
    score_of,
    without_specks,
)

Row = NDArray[np.float64]
terms = strategies.lists(
    strategies.floats(-30, 30, allow_nan=False), min_size=len(FACTORS), max_size=len(FACTORS)
)
scores = strategies.integers(0, 10_000)


@given(strategies.lists(strategies.tuples(terms, scores), min_size=1, max_size=20))
def test_points_add_up_to_the_score(links: list[tuple[list[float], int]]) -> None:
    whole = np.array([score for _, score in links])
    points = points_of(np.array([row for row, _ in links]), whole)

    assert (points.sum(1) == whole).all()
    assert (without_specks(points).sum(1) == whole).all()


@given(terms, scores)
def test_a_link_has_the_same_points_alone_and_among_others(row: list[float], score: int) -> None:
    others = np.array([row, [1.0] * len(FACTORS), row])

    alone = points_of(np.array([row]), np.array([score]))

    assert (points_of(others, np.array([score, 5_000, score]))[::2] == alone).all()


def test_no_points_are_told_that_would_be_shown_as_nothing() -> None:
    points = np.array([[0, 0, 9_000, SPECK - 1, SPECK, 0, 1 - SPECK, 0]])

    assert without_specks(points).tolist() == [[0, 0, 9_000, 0, SPECK, 0, 0, 0]]


def test_nothing_observed_gives_all_points_to_one_factor() -> None:
    assert points_of(np.zeros((1, len(FACTORS))), np.array([250])).tolist()[0].count(250) == 1


def test_a_half_of_a_hundredth_goes_to_the_even_one() -> None:
    assert [str(score_of(value)) for value in (0.02125, 0.02375, 1.0)] == ["2.12", "2.38", "100.00"]


@given(strategies.lists(strategies.floats(0, 1), min_size=1))
def test_many_scores_are_those_of_each(beliefs: list[float]) -> None:
    halves = [place / 20_000 for place in range(0, 20_001, 7)]  # between two hundredths
    every = np.array([*beliefs, *halves])

    found = [in_points(one) for one in hundredths_of(every).tolist()]

    assert found == [score_of(belief) for belief in every.tolist()]
