"""The report of paid boletos is known by its content; interest is a row of its own."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Options, Parsed
from tests.data.tables import FRANCESINHA_TITLES, as_csv, as_xls, as_xlsx, boleto, francesinha

OPTIONS = Options(date(2026, 11, 21))


def read(*boletos: tuple[object, ...], name: str = "francesinha_maio.xlsx") -> Parsed:
    return parse(as_xlsx(francesinha(boletos)), name, options=OPTIONS)


def test_interest_becomes_a_row_of_its_own_and_the_boleto_keeps_its_value() -> None:
    paid, interest = read(boleto(value=100.0, interest=10.5)).transactions

    assert (paid.amount, paid.extra["Vlr_Mora"], paid.extra["Vlr_Cobrado"]) == (
        Decimal("100.00"),
        "10.50",
        "110.50",
    )
    assert (interest.amount, interest.extra["Vlr_Mora"]) == (Decimal("10.50"), "0.00")
    assert interest.extra["Valor_RS"] == interest.extra["Vlr_Cobrado"] == "10.50"
    assert interest.extra["Arquivo_Origem"] == "Juros de Mora"


def test_interest_below_zero_is_no_interest() -> None:
    (row,) = read(boleto(interest=-1.5)).transactions

    assert (row.amount, row.extra["Vlr_Mora"]) == (Decimal("100.00"), "-1.50")


def test_other_sheets_beside_the_report_are_told() -> None:
    more, hidden = {"Junho": francesinha([boleto()])}, {"Velha": francesinha([boleto()])}
    book = as_xlsx(francesinha([boleto()]), more=more, hidden=hidden)
    parsed = parse(book, "a.xlsx", options=OPTIONS)

    assert len(parsed.transactions) == 1
    said = [problem.message for problem in parsed.problems if problem.code == "table_sheet"]
    assert ["Junho" in said[0], "Velha" in said[1]] == [True, True]


def test_a_boleto_without_day_of_credit_is_counted_and_stays_out() -> None:
    parsed = read(boleto(), boleto("Mercado Sol Ltda", credited=""))

    assert [row.payee for row in parsed.transactions] == ["Padaria Aurora Ltda"]
    assert parsed.problems[0].code == "boleto_uncredited"
    assert parsed.problems[0].message.startswith("1 boletos")
    assert (parsed.informative, parsed.rejected, parsed.read) == (3, 0, 4)


def test_a_boleto_keeps_its_days_its_numbers_and_where_it_stood() -> None:
    (row,) = read(boleto()).transactions

    assert (row.source, row.posted_on, row.external_id) == (
        "boleto",
        date(2025, 5, 6),
        "14000000123",
    )
    assert row.extra["Dt_Liquid"] == "05/05/2025"
    assert row.extra["liquidated_on"] == "2025-05-05"
    assert row.extra["identifiers"] == {"our_number": "14000000123"}
    assert (row.check_number, row.extra["line"]) == ("NF 10", 5)


@pytest.mark.parametrize("name", ["x.xlsx", "maio.novo.xlsx", "relatorio.XLSX"])
def test_the_name_of_the_file_neither_decides_nor_loses_its_letters(name: str) -> None:
    (row,) = read(boleto(), name=name).transactions

    assert row.extra["Arquivo_Origem"] == name[: name.rindex(".")]


@pytest.mark.parametrize(
    "payer",
    ["1-SIMPLES", "Sacado", "abc", "TOTAL GERAL", "Relatório de títulos", "CONTA CORRENTE 1", ""],
)
def test_titles_codes_and_totals_are_no_boletos(payer: str) -> None:
    assert read(boleto(payer), boleto()).read == 4
    assert len(read(boleto(payer), boleto()).transactions) == 1


def test_the_header_of_another_page_is_no_boleto() -> None:
    fields = ("Pagador", "Nosso Número", "Dt. Previsão Crédito", "Valor R$")
    rows = [fields, ("Padaria Aurora Ltda", "14000000123", "06/05/2025", "100,00"), fields]
    parsed = parse(as_csv(rows), "a.csv", options=OPTIONS)

    assert (len(parsed.transactions), parsed.informative, parsed.rejected) == (1, 1, 0)


def test_a_compact_report_is_read_by_the_names_of_its_columns() -> None:
    fields = (
        "Mercado Sol Ltda",
        "77",
        "NF 1",
        "06/05/2025",
        "",
        "",
        "1.234,56",
        "10,50",
        "",
        "",
        "",
        "1.245,06",
    )
    rows = (FRANCESINHA_TITLES, fields, ("Total de títulos", "1", *[""] * 10))
    paid, interest = parse(as_csv(rows), "a.csv", options=OPTIONS).transactions

    assert (paid.amount, interest.amount) == (Decimal("1234.56"), Decimal("10.50"))
    assert paid.extra["Vlr_Desc"] == ""


@pytest.mark.parametrize("write", [as_xlsx, as_xls])
def test_days_and_numbers_of_a_workbook_are_read_from_both_formats(
    write: Callable[..., bytes],
) -> None:
    rows = francesinha([boleto(credited=date(2025, 5, 6), value=0.1 + 0.2)])
    name = "a.xlsx" if write is as_xlsx else "a.xls"
    (row,) = parse(write(rows), name, options=OPTIONS).transactions

    assert (row.posted_on, row.amount) == (date(2025, 5, 6), Decimal("0.30"))
    assert row.extra["Dt_Previsao_Credito"] == "06/05/2025"


@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        (boleto(credited="em breve"), "value_date", "Dt_Previsao_Credito"),
        (boleto(value="dez", charged="dez"), "value_amount", "Valor_RS"),
        (boleto(value="", charged=""), "value_missing", "Valor_RS"),
    ],
)
def test_a_bad_boleto_is_refused_with_its_line_and_column(
    bad: tuple[object, ...], code: str, field: str
) -> None:
    parsed = read(bad, boleto())

    assert (len(parsed.transactions), parsed.rejected) == (1, 1)
    assert (parsed.problems[0].code, parsed.problems[0].place) == (code, f"linha 5 · {field}")


def test_equal_boletos_are_told_apart_by_their_count() -> None:
    assert [row.ordinal for row in read(boleto(), boleto()).transactions] == [1, 2]
