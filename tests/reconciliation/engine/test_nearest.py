"""Joins by a key and the nearest days: complete where few are alike, bounded where many are."""

import numpy as np
import polars as pl

from reconciliation.engine.nearest import LATEST, Calendar, between


def rows(*told: tuple[str, int]) -> pl.DataFrame:
    return pl.DataFrame(told, schema=["key", "due"], orient="row")


def beside(known: pl.DataFrame, asked: list[tuple[str, int]], most: int = 9) -> list[list[int]]:
    """For each row asked for, the days that were found within ten days of it."""
    questions = rows(*asked).rename({"due": "day"})
    row, found = Calendar(known, ["key"]).near(questions, -10, 10, most=most)
    days = known["due"].to_numpy()[found]
    return [sorted(days[row == place].tolist()) for place in range(len(asked))]


def test_the_same_key_within_the_days_both_ends_included() -> None:
    known = rows(("a", 100), ("a", 110), ("a", 111), ("b", 105), ("a", 90), ("a", 89))

    assert beside(known, [("a", 100), ("b", 94), ("c", 100)]) == [[90, 100, 110], [], []]


def test_of_a_crowd_the_nearest_before_and_after_are_kept() -> None:
    known = rows(*(("a", day) for day in range(90, 111)))

    assert beside(known, [("a", 100), ("a", 82)], most=4) == [[98, 99, 100, 101], [90, 91, 92]]


def test_the_end_of_a_crowd_gives_as_many_as_its_middle() -> None:
    known = rows(*(("a", day) for day in range(90, 101)))

    assert beside(known, [("a", 102)], most=3) == [[98, 99, 100]]


def test_any_near_tells_who_has_somebody() -> None:
    known = Calendar(rows(("a", 100), ("b", 1)), ["key"])
    asked = pl.DataFrame({"key": ["a", "b", "c"], "day": [60, 60, 60]})

    assert known.any_near(asked, 0, 40).tolist() == [True, False, False]


def test_days_centuries_off_meet_nobody_of_another_key() -> None:
    known = rows(("a", 1), ("b", 3_652_059))
    asked = pl.DataFrame({"key": ["a", "b"], "day": [3_652_059, 1]})

    row, found = Calendar(known, ["key"]).near(asked, -LATEST, LATEST, most=5)

    assert (row.tolist(), found.tolist()) == ([0, 1], [0, 1])


def test_ranges_without_anything_are_empty() -> None:
    places = np.array([5, 6, 9])

    row, found = between(places, np.array([1, 7]), np.array([4, 8]), np.array([2, 7]), most=3)

    assert len(row) == len(found) == 0
