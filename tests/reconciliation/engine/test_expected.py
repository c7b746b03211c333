"""What may be seen in the bank for a document: less tax, in parts, and never what no line has."""

import polars as pl

from reconciliation.engine.expected import expected_amounts, undeclared_installments
from reconciliation.engine.reading import open_books
from tests.data.engine_tables import DAY, lines, payables


def amounts(payable: dict[str, object], *seen: int) -> dict[int, str]:
    books = open_books(payables(payable), lines(*({"amount": cents} for cents in seen)))
    found = expected_amounts(books.items, books.lines)
    return dict(found.select("paid", "relation").rows())


def test_a_service_may_arrive_less_tax() -> None:
    seen = (100_000, 93_850, 98_500, 95_000, 94_999)

    assert amounts({"kind": "nfse"}, *seen) == {
        100_000: "exact",
        93_850: "withheld",  # 4.65 % and 1.5 %
        98_500: "withheld",
        95_000: "withheld",  # ISS of 5 %
    }


def test_goods_are_never_expected_less_tax() -> None:
    assert amounts({"kind": "nfe"}, 95_000) == {}


def test_declared_tax_is_expected_and_the_gross_amount_as_well() -> None:
    told = {"kind": "nfse", "net": 93_850}

    assert amounts(told, 93_850, 100_000, 95_000) == {93_850: "exact", 100_000: "gross"}


def test_a_note_that_tells_nothing_may_have_been_split_by_months() -> None:
    note = {"declared": False, "issued": DAY, "due": DAY, "amount": 100_000}
    books = open_books(payables(note), lines({"amount": 33_334}, {"amount": 33_333}))

    found = undeclared_installments(books.items, books.lines)

    rows = found.select("parts", "installment", "amount", pl.col("due") - DAY).rows()
    assert rows == [(3, 1, 33_334, 29), (3, 2, 33_333, 59), (3, 3, 33_333, 89)]


def test_what_is_declared_or_small_is_not_split() -> None:
    line = lines({"amount": 10_000})
    small = {"declared": False, "amount": 20_000}

    for note in ({"amount": 20_000}, small):
        books = open_books(payables(note), line)
        assert undeclared_installments(books.items, books.lines).is_empty()
