"""An acquirer pays a day's card sales in one line, less a rate nobody told."""

from collections.abc import Iterable
from random import Random

import polars as pl
import pytest

from reconciliation.engine import from_bytes, to_bytes
from reconciliation.engine.links import CARD
from reconciliation.engine.matching import Found, compare
from tests.data.engine_tables import DAY, lines, payables

RATE = 0.9751
DAYS = range(0, 600, 3)  # kinds of lines are judged by what is due half a year away


def due(day: int) -> int:
    """A bank day: what falls due on a weekend is paid on Monday."""
    weekday = (DAY + day - 1) % 7
    return DAY + day + {5: 2, 6: 1}.get(weekday, 0)


def sales(days: Iterable[int], each: int = 1) -> pl.DataFrame:
    chance = Random(7)
    return payables(
        *(
            {
                "document": 10 * day + place,
                "amount": 10_000 + chance.randrange(1_000_000),
                "due": due(day),
                "issued": due(day) - 30,
                "means": "card",
            }
            for day in days
            for place in range(each)
        )
    )


def deposits(sold: pl.DataFrame) -> pl.DataFrame:
    paid = sold.group_by("due").agg(pl.col("amount").sum()).sort("due")
    memo = "ADQUIRENTE AZUL CREDITO"
    rows = zip(paid["due"].to_list(), paid["amount"].to_list(), strict=True)
    return lines(*({"day": day, "amount": round(RATE * sum_), "memo": memo} for day, sum_ in rows))


def found_sales(found: Found, day: int) -> list[int]:
    """The documents that the likeliest link of the day's line pays."""
    links, row = found.links, int((found.books.lines["day"] == due(day)).arg_true()[0])
    own = [one for one in range(len(links.row)) if links.row[one] == row]
    best = max(own, key=lambda one: found.belief[one])
    assert links.sort[best] == CARD and found.belief[best] > 0.5
    items = links.item[links.member_of == best]
    return sorted(found.books.items["document"].gather(items).to_list())


def test_the_rate_is_read_from_the_lines_themselves() -> None:
    sold = sales(DAYS)

    found = compare(sold, deposits(sold))

    rates = found.known.habits.rates
    assert rates is not None and rates["rate"].to_list() == pytest.approx([RATE], abs=1e-4)
    assert found_sales(found, 30) == [300]


def test_sales_of_a_day_are_added_up() -> None:
    sold = pl.concat([sales([day for day in DAYS if day != 300]), sales([300], each=3)])

    found = compare(sold, deposits(sold))

    assert found_sales(found, 300) == [3000, 3001, 3002]


def test_one_line_alone_is_explained_by_a_rate_that_is_known() -> None:
    sold = sales(DAYS)
    known = from_bytes(to_bytes(compare(sold, deposits(sold)).known))
    today = sales([605], each=2)

    assert not (compare(today, deposits(today)).links.sort == CARD).any()
    assert found_sales(compare(today, deposits(today), known), 605) == [6050, 6051]
