"""Cells become money, days and identifiers, or a refusal; nothing is guessed."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.parsers.grid import Cell
from ingestion.parsers.model import ParseError
from ingestion.parsers.table_values import (
    parse_cell_day,
    parse_key,
    parse_money,
    parse_tax_id,
    shows_decimal,
)

KEY = "35260811222333000181550010000001231000001230"


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1234.5", "1234.50"),
        ("(1.234,56)", "-1234.56"),
        ("1.000,00-", "-1000.00"),
        ("\u2212 10,00", "-10.00"),
        ("R$ -25,90", "-25.90"),
        ("-R$ 25,90", "-25.90"),
        ("'579,68 USD", "579.68"),
        ("1.234,56 D", "-1234.56"),
        ("-1,00 D", "-1.00"),
        ("7,00C", "7.00"),
        ("1\u00a0234,56", "1234.56"),
        ("10,0000", "10.00"),
        ("1.234.567", "1234567.00"),
        ("-0,00", "0.00"),
        (0.1 + 0.2, "0.30"),
        (1234.56, "1234.56"),
        (-0.0, "0.00"),
        (7, "7.00"),
    ],
)
def test_amounts_are_read_as_people_write_them(cell: Cell, amount: str) -> None:
    assert str(parse_money(cell, "")) == amount


@pytest.mark.parametrize(
    "cell",
    [
        *("1.234", "1,234", "0,005", "--5,00", "-(5,00)", "-5,00 C", "(5,00", "12,34,56", "1E3"),
        *("dez", "10%", "NaN", "１２,00", "1_000,00", "9" * 40, "05/05/2026", "#REF!"),
        *(float("nan"), float("inf"), 1e300, 0.005, True, date(2026, 1, 1)),
    ],
)
def test_what_would_need_a_guess_is_no_amount(cell: Cell) -> None:
    with pytest.raises(ParseError) as refused:
        parse_money(cell, "")

    assert refused.value.code == "value_amount"


@pytest.mark.parametrize(
    ("cell", "decimal", "amount"),
    [("1.234", ",", "1234.00"), ("1,234", ".", "1234.00"), ("1,230", ",", "1.23")],
)
def test_a_proven_mark_decides_what_is_ambiguous(cell: str, decimal: str, amount: str) -> None:
    assert str(parse_money(cell, decimal)) == amount


def test_three_decimals_that_count_stay_refused_whatever_the_mark() -> None:
    for cell, decimal in (("1,234", ","), ("0.005", ","), ("0,005", ".")):
        with pytest.raises(ParseError):
            parse_money(cell, decimal)


@pytest.mark.parametrize(
    ("cell", "mark"),
    [("2.500,00", ","), ("2,500.00", "."), ("1.234.567", ","), ("1.234", ""), ("12,50", "")],
)
def test_only_shown_thousands_prove_a_mark(cell: str, mark: str) -> None:
    assert shows_decimal(cell) == mark


@given(st.integers(-(10**14), 10**14))
def test_every_amount_is_read_back_from_its_brazilian_writing(cents: int) -> None:
    amount = Decimal(cents) / 100
    written = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))

    assert parse_money(written, "") == amount


@given(st.integers(-(10**11), 10**11))
def test_every_amount_of_a_workbook_is_read_back_from_its_float(cents: int) -> None:
    assert parse_money(cents / 100, "") == Decimal(cents) / 100


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("04/05/2026", "dmy", date(2026, 5, 4)),
        ("04/05/2026", "mdy", date(2026, 4, 5)),
        ("26-05-04", "ymd", date(2026, 5, 4)),
        ("4.5.26", "dmy", date(2026, 5, 4)),
        ("2026-05-04T10:11:12Z", "dmy", date(2026, 5, 4)),
        ("04/05/2026 23:59", "dmy", date(2026, 5, 4)),
        (46266.0, "dmy", date(2026, 9, 1)),
        (datetime(2026, 9, 3, 23, 59), "dmy", date(2026, 9, 3)),
    ],
)
def test_days_are_read_in_the_order_of_their_column(cell: Cell, order: str, day: date) -> None:
    assert parse_cell_day(cell, order) == day


@pytest.mark.parametrize(
    "cell", ["31/02/2026", "05/13/2026", "46147", "01/02-2026", "hoje", 12.0, 10**9, True]
)
def test_what_is_no_day_is_refused(cell: Cell) -> None:
    with pytest.raises(ParseError) as refused:
        parse_cell_day(cell, "dmy")

    assert refused.value.code == "value_date"


@pytest.mark.parametrize("cell", ["", "  "])
def test_an_empty_cell_is_missing_not_wrong(cell: str) -> None:
    for read in (parse_money, parse_cell_day):
        with pytest.raises(ParseError) as refused:
            read(cell, "")
        assert refused.value.code == "value_missing"


@pytest.mark.parametrize(
    ("cell", "title", "tax_id"),
    [
        (191.0, "CNPJ", "00000000000191"),
        (191.0, "CPF", "00000000191"),
        (191.0, "CNPJ/CPF", "191"),
        (11222333000181.0, "CNPJ/CPF", "11222333000181"),
        ("11.222.333/0001-81", "CNPJ", "11222333000181"),
        ("12ABC34501DE35", "CNPJ", "12ABC34501DE35"),
    ],
)
def test_zeros_that_a_spreadsheet_dropped_are_put_back(cell: Cell, title: str, tax_id: str) -> None:
    assert parse_tax_id(cell, title) == tax_id


def test_a_key_kept_as_a_number_is_lost() -> None:
    assert parse_key(KEY) == KEY
    assert parse_key(float(KEY)) is None
    assert parse_key("3,52608E+43") is None


@pytest.mark.parametrize(
    "text", ["1" + " " * 100_000 + "*", "(" + " " * 100_000 + "x", "1 " * 50_000]
)
def test_a_cell_of_blanks_is_no_amount_and_takes_no_time(text: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse_money(text, ",")

    assert (refused.value.code, shows_decimal(text)) == ("value_amount", "")
