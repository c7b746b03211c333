"""Card sales: an acquirer pays a day's sales in one line, less its rate.

The rate is read from the lines: what many of an acquirer's lines are of a single sale due that day.
"""

import numpy as np
import polars as pl

from reconciliation.engine.amounts import chance
from reconciliation.engine.columns import Books, Floats, floats, ints, summed
from reconciliation.engine.habits import Habits
from reconciliation.engine.links import CARD, Links, Room
from reconciliation.engine.reading import Reading
from reconciliation.engine.subsets import sums_of

PROMISES_LITTLE = 0.10  # kinds of lines that seldom equal a document
OPEN_BELOW = 0.6
LEAST_RATIO, MOST_RATIO = 0.90, 0.9995  # what is left of a sale
BIN = 5_000  # ratios are counted in steps of 0.02 %
LEAST_VOTES, LEAST_SHARE, OVER_CHANCE = 4, 0.15, 6.0
SOLD_BY_CARD, SILENT = 0.95, 0.06  # a note that says card, one that says nothing
# Days from the sale to the money where no due date is told: debit the next day, credit in a month.
SETTLES_AFTER = ((1, 0.30), (2, 0.03), (28, 0.05), (29, 0.05), (30, 0.50), (31, 0.07))
MOST_SALES, MOST_A_DAY = 6, 10
ON_TIME, ONE_MORE, UNEXPLAINED = 0.3, 4.0, 0.2
MOST_WEIGHT = 1e9


def card_links(
    books: Books, reading: Reading, habits: Habits, room: Room, paying: Floats, paid: Floats
) -> Links:
    """Links of an acquirer's line with the sales of its day; learns rates that are not known."""
    lines = _lines(books, reading, habits, paying)
    sales = _sales(books, paid)
    if habits.rates is None:
        habits.rates = _rates(lines, sales)
    priced = lines.join(habits.rates, on=["organization", "acquirer"])
    sums, members = _sums(sales, priced)
    found = priced.join(sums, on=["organization", "day"]).filter(
        (pl.col("paid") - pl.col("sum") * pl.col("rate")).abs()
        <= 1.5 + 0.5 * pl.col("size") + 3e-5 * pl.col("paid")
    )
    found = found.sort("row", "subset").with_columns(link=pl.int_range(pl.len(), dtype=pl.Int64))
    parts = found.select("link", "subset").join(members, on="subset").sort("link", "item")
    weight = _weigh(found, parts, reading, habits)
    return Links(
        room,
        ints(found, "row"),
        weight,
        np.full(found.height, CARD),
        ints(parts, "link"),
        ints(parts, "item"),
        np.zeros(found.height, bool),
    )


def _lines(books: Books, reading: Reading, habits: Habits, paying: Floats) -> pl.DataFrame:
    """Credits of kinds that never equal a document: row, organization, acquirer, day, paid."""
    kinds = reading.kinds.select(
        "kind_row", acquirer=pl.col("kind").str.split(" ").list.first()
    ).with_columns(promise=pl.Series(habits.promise))
    lines = books.lines.select("row", "organization", "receivable", "day", paid="amount")
    lines = lines.hstack(reading.lines.select("kind_row", "has_id"))
    lines = lines.with_columns(paying=pl.Series(paying)).join(kinds, on="kind_row")
    return lines.filter(
        pl.col("receivable"),
        ~pl.col("has_id"),
        pl.col("paying") < OPEN_BELOW,
        pl.col("promise") < PROMISES_LITTLE,
        pl.col("acquirer") != "",
    )


def _sales(books: Books, paid: Floats) -> pl.DataFrame:
    """Sales that may have been by card and the day their money comes: item, day, amount, likely."""
    items = books.items.with_columns(paid=pl.Series(paid)).filter(
        pl.col("parts") == 1,
        pl.col("receivable"),
        pl.col("kind") == "nfe",
        pl.col("means").is_in(["card", ""]),
        pl.col("paid") < OPEN_BELOW,
    )
    likely = pl.when(pl.col("means") == "card").then(SOLD_BY_CARD).otherwise(SILENT)
    columns = ["item", "organization", "amount", "day", "likely"]
    items = items.with_columns(likely=likely)
    told = items.filter("declared").with_columns(day=_bank_day(pl.col("due")))
    sales = [told.select(columns)]
    silent = items.filter(~pl.col("declared"))
    for days, share in SETTLES_AFTER:
        day = _bank_day(pl.col("issued") + days)
        sales.append(silent.with_columns(day=day, likely=pl.col("likely") * share).select(columns))
    return pl.concat(sales).sort("organization", "day", "item")


def _bank_day(day: pl.Expr) -> pl.Expr:
    """Saturday and Sunday are paid on Monday."""
    weekday = (day + 6) % 7
    return day + pl.when(weekday == 5).then(2).when(weekday == 6).then(1).otherwise(0)


def _rates(lines: pl.DataFrame, sales: pl.DataFrame) -> pl.DataFrame:
    """What an acquirer leaves of a sale: organization, acquirer, rate (0.90 to 1).

    The ratio most pairs agree on, when it stands far above what chance would give it.
    """
    pairs = lines.join(sales.filter(pl.col("likely") > 0.2), on=["organization", "day"])
    pairs = pairs.with_columns(ratio=pl.col("paid") / pl.col("amount")).filter(
        pl.col("ratio").is_between(LEAST_RATIO, MOST_RATIO)
    )
    by = ["organization", "acquirer"]
    votes = pairs.with_columns(step=(pl.col("ratio") * BIN).floor().cast(pl.Int64))
    counted = votes.group_by(*by, "step").agg(votes=pl.len().cast(pl.Int64))
    beside = pl.concat([counted, counted.with_columns(step=pl.col("step") - 1)])
    wide = beside.group_by(*by, "step").agg(pl.col("votes").sum())
    best = wide.sort(*by, "votes", "step", descending=[False, False, True, False])
    best = best.unique(by, keep="first", maintain_order=True)
    whole = lines.group_by(by).agg(lines=pl.len())
    tries = votes.group_by(by).agg(tries=pl.len())
    best = (
        best.join(whole, on=by)
        .join(tries, on=by)
        .filter(
            pl.col("votes") >= LEAST_VOTES,
            pl.col("votes") >= LEAST_SHARE * pl.col("lines"),
            pl.col("votes") > OVER_CHANCE * pl.col("tries") * 2 / (BIN * (1 - LEAST_RATIO)),
        )
    )
    agreed = votes.join(best.select(*by, best="step"), on=by).filter(
        pl.col("step").is_between(pl.col("best"), pl.col("best") + 1)
    )
    return agreed.group_by(by).agg(rate=pl.col("ratio").median())


def _sums(sales: pl.DataFrame, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Single sales and sums of a day's, and their members: subset, item, likely."""
    by = ["organization", "day"]
    days = (
        lines.select(by)
        .unique()
        .sort(by)
        .with_columns(owner=pl.int_range(pl.len(), dtype=pl.Int64))
    )
    sold = sales.join(days, on=by).sort("owner", "likely", "item", descending=[False, True, False])
    sold = sold.with_columns(place=pl.int_range(pl.len()).over("owner"))
    sold = sold.filter(pl.col("place") < MOST_A_DAY).with_columns(
        sale=pl.int_range(pl.len(), dtype=pl.Int64), due=pl.lit(0, pl.Int64)
    )
    several = sums_of(sold.select("owner", "due", "amount", item="sale"), most=MOST_SALES, span=0)
    single = sold.select(
        "owner", sum="amount", size=pl.lit(1, pl.Int64), subset=-1 - pl.col("sale")
    )
    own = sold.select(subset=-1 - pl.col("sale"), sale="sale")
    table = several.table
    sums = pl.concat([single, table.select("owner", "sum", "size", "subset")]).join(
        days, on="owner"
    )
    members = several.members(ints(table, "subset"))
    who = pl.concat([own, members.select("subset", sale="item")])
    return sums, who.join(sold.select("sale", "item", "likely"), on="sale").drop("sale")


def _weigh(found: pl.DataFrame, parts: pl.DataFrame, reading: Reading, habits: Habits) -> Floats:
    organization, paid, size = (
        ints(found, "organization"),
        floats(found, "paid"),
        floats(found, "size"),
    )
    likely = summed(ints(parts, "link"), np.log(floats(parts, "likely")), found.height)
    spread = chance(organization, paid, habits) * (3 + size + 6e-5 * paid)
    lines = np.bincount(ints(reading.lines, "kind_row"), minlength=reading.kinds.height)
    others = UNEXPLAINED * lines[ints(found, "kind_row")] + 1
    days = habits.days[organization] / 400
    weight = np.exp(likely) * ONE_MORE**size * ON_TIME / np.maximum(others * spread, 1e-300) * days
    return np.minimum(weight, MOST_WEIGHT)
