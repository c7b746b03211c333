"""What is left of a part payment: a second line that makes up the amount to the cent.

A line that names its document and pays a part of it leaves a rest. Another line of that very amount
may pay it, whether it names anybody or not: both parts stand or fall together, in one belief.
"""

import numpy as np
import polars as pl

from reconciliation.engine.amounts import PARTIAL
from reconciliation.engine.columns import Books, Flags, Floats, ints
from reconciliation.engine.habits import PAID_SHARE, Habits
from reconciliation.engine.links import Parts
from reconciliation.engine.nearest import Calendar
from reconciliation.engine.weights import MOST, Weights, delays, weigh

RESTS = 0.7  # part payments whose rest is paid in a second part
WITHIN = 60  # days between the two
OPEN_BELOW = 0.9  # lines and items that nothing explains whole
LIKELY = 0.01  # below it, a part has a hundred rivals and more
MOST_RESTS = 20  # lines of the missing amount that are looked at


def rests(
    pairs: pl.DataFrame, likely: Flags, books: Books, paying: Floats, paid: Floats
) -> pl.DataFrame:
    """Lines of the amount that a part payment leaves open: row, other, item.

    Args:
        likely: pairs whose line names the party or the number, and may well pay a part.
        paying, paid: of each line and item, the probability that a whole payment explains it.
    """
    open_ = (paying[ints(pairs, "row")] < OPEN_BELOW) & (paid[ints(pairs, "item")] < OPEN_BELOW)
    parts = pairs.filter(pl.Series(likely & open_), relation=PARTIAL, parts=1)
    asked = parts.select(
        "row", "item", "organization", "day", amount=pl.col("net") - pl.col("paid")
    ).with_columns(receivable=books.lines["receivable"].gather(parts["row"]))
    lines = books.lines.filter(pl.Series(paying < OPEN_BELOW)).rename({"day": "due"})
    waiting = Calendar(lines, ["organization", "receivable", "amount"])
    part, line = waiting.near(asked, -WITHIN, WITHIN, most=MOST_RESTS)
    found = asked[part].select("row", "item").hstack(lines[line].select(other="row"))
    return found.filter(pl.col("row") != pl.col("other"))


def part_links(pairs: pl.DataFrame, weights: Weights, found: pl.DataFrame, habits: Habits) -> Parts:
    """Two parts of one item as links that stand together; the earlier line is the first part."""
    places = pairs.select("row", "item", "day", place=pl.int_range(pl.len(), dtype=pl.Int64))
    places = places.filter(pairs["relation"] == PARTIAL)
    ends = found.join(places, on=["row", "item"]).join(
        places, left_on=["other", "item"], right_on=["row", "item"], suffix="_other"
    )
    day, other_day = pl.col("day"), pl.col("day_other")
    later = (day > other_day) | ((day == other_day) & (pl.col("row") > pl.col("other")))
    one, two = pl.col("place"), pl.col("place_other")
    both = ends.select(
        first=pl.when(later).then(two).otherwise(one),
        second=pl.when(later).then(one).otherwise(two),
    )
    both = both.unique().sort("first", "second")
    first, second = ints(both, "first"), ints(both, "second")
    weight = weights.weight[first] * _rest(pairs[second], habits)
    return Parts(first, second, np.minimum(weight, MOST))


def _rest(pairs: pl.DataFrame, habits: Habits) -> Floats:
    """How much likelier a line is if it pays the rest than if it pays nothing known."""
    exact = weigh(pairs.with_columns(fit=pl.lit(1.0)), habits).weight
    return exact / delays(pairs, habits) * (1 - PAID_SHARE) / PAID_SHARE * RESTS / WITHIN
