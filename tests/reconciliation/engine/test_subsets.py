"""Sums of a party's items: every one within the window, and never too many."""

from itertools import combinations

import polars as pl

from reconciliation.engine.subsets import MOST_SUMS, sums_of


def items(*rows: tuple[int, int, int]) -> pl.DataFrame:
    """Items as (owner, due, amount)."""
    table = pl.DataFrame(rows, schema=["owner", "due", "amount"], orient="row")
    return table.with_columns(item=pl.int_range(pl.len(), dtype=pl.Int64))


def test_every_sum_of_two_or_more_is_there_once() -> None:
    amounts = [100, 250, 70, 33]
    sums, members = sums_of(
        items(*((7, day, cents) for day, cents in enumerate(amounts))), most=10, span=80
    )

    wanted = [sum(some) for size in (2, 3, 4) for some in combinations(amounts, size)]
    assert sorted(sums["sum"].to_list()) == sorted(wanted)
    again = members.join(items(*((7, 0, cents) for cents in amounts)), on="item")
    totals = again.group_by("subset").agg(pl.col("amount").sum()).sort("subset")["amount"]
    assert totals.to_list() == sums.sort("subset")["sum"].to_list()


def test_owners_are_not_mixed_and_far_due_dates_neither() -> None:
    sums, _ = sums_of(items((1, 0, 10), (2, 0, 20), (2, 200, 30)), most=10, span=80)

    assert sums.is_empty()


def test_first_and_last_due_date_are_those_of_the_members() -> None:
    sums, _ = sums_of(items((1, 3, 10), (1, 9, 20), (1, 5, 30)), most=10, span=80)

    assert (sums["first_due"].min(), sums["last_due"].max()) == (3, 9)
    assert sums.filter(pl.col("sum") == 40).select("first_due", "last_due").rows() == [(3, 5)]


def test_a_thousand_items_of_one_owner_stay_bounded() -> None:
    sums, _ = sums_of(items(*((1, day // 20, 1000 + day) for day in range(1000))), most=10, span=80)

    assert 0 < sums.height <= 2 * MOST_SUMS


def test_nothing_gives_nothing() -> None:
    sums, members = sums_of(items((1, 0, 5)), most=10, span=80)

    assert sums.is_empty()
    assert members.is_empty()
