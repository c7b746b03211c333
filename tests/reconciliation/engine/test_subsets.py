"""Sums of a party's items: every one within the window, and never too many."""

from itertools import combinations

import polars as pl

from reconciliation.engine.subsets import MOST_SUMS, Sums, sums_of


def items(*rows: tuple[int, int, int]) -> pl.DataFrame:
    """Items as (owner, due, amount)."""
    table = pl.DataFrame(rows, schema=["owner", "due", "amount"], orient="row")
    return table.with_columns(item=pl.int_range(pl.len(), dtype=pl.Int64))


def test_every_sum_of_two_or_more_is_there_once() -> None:
    amounts = [100, 250, 70, 33]
    rows = items(*((7, day, cents) for day, cents in enumerate(amounts)))
    sums = sums_of(rows, most=10, span=80)

    wanted = [sum(some) for size in (2, 3, 4) for some in combinations(amounts, size)]
    assert sorted(sums.table["sum"].to_list()) == sorted(wanted)
    assert totals(sums, rows).to_list() == sums.table["sum"].to_list()


def test_only_the_wanted_ones_are_kept_and_all_are_counted() -> None:
    rows = items(*((day % 2, day, 100 + day) for day in range(12)))
    every = sums_of(rows, most=10, span=80)
    odd = sums_of(rows, most=10, span=80, wanted=lambda owner, sums: sums % 2 == owner[:, None])

    told = ("owner", "sum", "size", "first_due", "last_due", "rivals")
    kept = every.table.filter(pl.col("sum") % 2 == pl.col("owner"))
    assert odd.table.select(told).rows() == kept.select(told).rows()
    assert totals(odd, rows).to_list() == odd.table["sum"].to_list()
    assert set(every.table["rivals"]) == {every.table.height // 2}


def totals(sums: Sums, rows: pl.DataFrame) -> pl.Series:
    """What the members of each sum add up to."""
    members = sums.members(sums.table["subset"].to_numpy()).join(rows, on="item")
    return members.group_by("subset").agg(pl.col("amount").sum()).sort("subset")["amount"]


def test_owners_are_not_mixed_and_far_due_dates_neither() -> None:
    sums = sums_of(items((1, 0, 10), (2, 0, 20), (2, 200, 30)), most=10, span=80)

    assert sums.table.is_empty()


def test_first_and_last_due_date_are_those_of_the_members() -> None:
    sums = sums_of(items((1, 3, 10), (1, 9, 20), (1, 5, 30)), most=10, span=80).table

    assert (sums["first_due"].min(), sums["last_due"].max()) == (3, 9)
    assert sums.filter(pl.col("sum") == 40).select("first_due", "last_due").rows() == [(3, 5)]


def test_a_thousand_items_of_one_owner_stay_bounded() -> None:
    sums = sums_of(items(*((1, day // 20, 1000 + day) for day in range(1000))), most=10, span=80)

    assert 0 < sums.table.height <= 2 * MOST_SUMS


def test_nothing_gives_nothing() -> None:
    sums = sums_of(items((1, 0, 5)), most=10, span=80)

    assert sums.table.is_empty()
    assert sums.members(sums.table["subset"].to_numpy()).is_empty()
