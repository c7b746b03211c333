"""Documents as columns are the documents they were made of."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from reconciliation.engine import OpenDocument, Payable
from reconciliation.engine.papers import Papers
from reconciliation.engine.tables import as_tables

DAY = date(2026, 10, 5)


def paper(pk: str, *amounts: str, **named: object) -> OpenDocument:
    parts = tuple(
        Payable(f"{place:03}", DAY + timedelta(30 * place), Decimal(amount), our_number=f"{place}")
        for place, amount in enumerate(amounts, 1)
    )
    whole = sum((part.amount for part in parts), Decimal(0))
    one = OpenDocument(
        pk, f"key {pk}", "NF-0012/3", DAY, whole, True, "11.222.333/0001-81", "Açaí  Ltda", parts
    )
    return replace(one, **named)  # type: ignore[arg-type]


TWO, ONE, NONE = (
    paper("a", "10.00", "20.50"),
    paper("b", "7.00", withheld=Decimal("1.05")),
    paper("c"),
)


def test_each_is_put_together_as_it_was_whatever_the_order() -> None:
    papers = Papers.of([NONE, TWO, ONE])

    assert list(papers) == [TWO, ONE, NONE]
    assert papers[-1] == NONE and papers[:2] == [TWO, ONE]
    assert papers[0] is papers[0]


def test_they_are_found_and_narrowed_by_identifier() -> None:
    papers = Papers.of([TWO, ONE, NONE])

    assert (papers.place_of("b"), papers.place_of("x")) == (1, None)
    assert list(papers.only(["c", "b", "x"])) == [ONE, NONE]
    assert not list(papers.only([]))


def test_parts_stand_in_the_order_of_their_days() -> None:
    mixed = replace(TWO, payables=TWO.payables[::-1])

    assert Papers.of([mixed])[0] == TWO


def test_an_instalment_is_found_by_its_place_and_the_whole_by_none() -> None:
    papers = Papers.of([TWO, ONE])

    assert [papers.part(0, place).installment for place in (1, 2)] == ["001", "002"]
    assert papers.part(1, 0) == papers.part(1, 1)
    assert papers.rows[1].id == "b"


def test_some_are_looked_up_as_all_are() -> None:
    papers = Papers.of([TWO, ONE, NONE])
    places = papers.places(np.array([1, 0, 0]), np.array([0, 2, 0]))

    assert papers.rows_at(np.array([2, 0])) == [papers.rows[2], papers.rows[0]]
    assert [papers.row(place) for place in range(3)] == papers.rows
    assert papers.parts_at(places) == [papers.part(1, 0), papers.part(0, 2), papers.part(0, 0)]
    assert papers.parts_at(np.arange(3)) == papers.part_rows


def test_a_fraction_of_a_cent_is_refused() -> None:
    with pytest.raises(ValueError, match="fraction"):
        Papers.of([paper("a", "0.005")])


def test_columns_read_texts_as_the_lines_do() -> None:
    row = as_tables([ONE], []).payables.row(0, named=True)

    assert (row["number"], row["party"]) == (123, "11222333000181")
    assert (row["party_name"], row["installment"]) == ("ACAI LTDA", 1)
    assert (row["amount"], row["net"], row["due"]) == (700, 595, (DAY + timedelta(30)).toordinal())


@pytest.mark.parametrize(
    ("withheld", "amounts", "nets"),
    [
        ("0.01", ["1.00", "1.00"], [100, 100]),  # half a cent each: to the even one
        ("0.03", ["1.00", "1.00"], [98, 98]),
        ("10.00", ["100.00", "200.00"], [9667, 19333]),
    ],
)
def test_parts_share_the_tax_that_is_withheld(
    withheld: str, amounts: list[str], nets: list[int]
) -> None:
    tables = as_tables([paper("a", *amounts, withheld=Decimal(withheld))], [])

    assert tables.payables["net"].to_list() == nets
