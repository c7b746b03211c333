"""Rows become movements with their sign, balances become the statement, the rest is told."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ingestion.parsers import parse
from ingestion.parsers.columns import decide_decimal, decide_order
from ingestion.parsers.model import Options, Parsed
from tests.data.tables import Rows, as_csv, as_xlsx

TODAY = date(2026, 11, 21)
HEADER = ("Data", "Histórico", "Valor")
LEDGER: Rows = (
    ("RAZÃO", "", "", "", "", "", ""),
    ("Conta: 5 - 1.1.1.02 BANCO DO BAIRRO C/C", "", "", "", "", "", ""),
    ("Data", "Histórico", "Cta.C.Part.", "Débito", "Crédito", "Saldo", "D/C"),
    ("", "SALDO ANTERIOR", "", "", "", "100,00", "D"),
    ("02/09/2026", "PAGTO", "210", "", "150,00", "50,00", "C"),
    ("03/09/2026", "RECEBTO", "120", "70,00", "", "20,00", "D"),
    ("", "Total da conta:", "", "70,00", "150,00", "", ""),
    ("Conta: 6 - 1.1.2.01 CLIENTES", "", "", "", "", "", ""),
    ("Data", "Histórico", "Cta.C.Part.", "Débito", "Crédito", "Saldo", "D/C"),
    ("04/09/2026", "VENDA", "310", "30,00", "", "30,00", "D"),
)


def read(*rows: tuple[Any, ...], header: tuple[str, ...] = HEADER) -> Parsed:
    return parse(as_csv((header, *rows)), "a.csv", options=Options(TODAY))


def amounts(parsed: Parsed) -> list[str]:
    return [str(row.amount) for row in parsed.transactions]


def codes(parsed: Parsed) -> list[tuple[str, str]]:
    return [(problem.code, problem.place) for problem in parsed.problems]


def test_another_row_proves_that_a_point_divides_thousands() -> None:
    row = ("01/09/2026", "A", "1.234")

    assert amounts(read(row, ("02/09/2026", "B", "2.500,00"))) == ["1234.00", "2500.00"]
    assert codes(read(row, ("02/09/2026", "B", "2,50"))) == [("value_amount", "linha 2 · Valor")]


@pytest.mark.parametrize(
    ("days", "order"),
    [
        (["08/31/2026", "09/01/2026", "09/30/2026"], "mdy"),
        (["12/15/2018"], "mdy"),
        (["04/05/2026", "05/13/2026", "06/05/2026"], "dmy"),
        (["31/08/2026", "05/13/2026", "05/14/2026"], "dmy"),
        (["04/05/2026"], ""),
        (["2026-05-13", ""], ""),
    ],
)
def test_a_column_decides_the_order_of_its_days(days: list[str], order: str) -> None:
    assert decide_order(days) == order


def test_two_marks_for_thousands_prove_nothing() -> None:
    assert decide_decimal(["1.000,00", "2,000.00"]) == ""
    assert decide_decimal(["1.000,00", "2,00", 3.5]) == ","


def test_only_an_english_table_leaves_the_order_in_doubt() -> None:
    row = ("04/05/2026", "A", "1.00")

    assert read(row).problems == ()
    assert codes(read(row, header=("Date", "Label", "Amount"))) == [
        ("table_date_order", "linha 1 · Date")
    ]


@pytest.mark.parametrize(
    ("debit", "credit", "amount"),
    [("10,00", "", "-10.00"), ("", "10,00", "10.00"), ("0,00", "0,00", "0.00")],
)
def test_debits_leave_and_credits_arrive(debit: str, credit: str, amount: str) -> None:
    parsed = read(("01/09/2026", debit, credit), header=("Data", "Débito", "Crédito"))

    assert amounts(parsed) == [amount]


def test_debits_with_signs_of_their_own_keep_them() -> None:
    rows = [("01/09/2026", "-50,00", ""), ("02/09/2026", "", "70,00")]

    assert amounts(read(*rows, header=("Data", "Saídas", "Entradas"))) == ["-50.00", "70.00"]


def test_a_reversal_among_debits_does_not_turn_the_others() -> None:
    rows = [("01/09/2026", debit, "") for debit in ("50,00", "30,00", "-30,00")]

    header = ("Data", "Débito", "Crédito")
    assert amounts(read(*rows, header=header)) == ["-50.00", "-30.00", "30.00"]


def test_a_row_with_debit_and_credit_is_refused() -> None:
    parsed = read(("01/09/2026", "5,00", "7,00"), header=("Data", "Débito", "Crédito"))

    assert (parsed.rejected, codes(parsed)) == (1, [("value_amount", "linha 2 · Débito")])


def test_a_mark_beside_the_amount_tells_its_sign() -> None:
    rows = [("01/09/2026", "5,00", "D"), ("01/09/2026", "-6,00", "D"), ("01/09/2026", "7,00", "C")]
    parsed = read(*rows, header=("Data", "Valor", "Tipo"))

    assert amounts(parsed) == ["-5.00", "-6.00", "7.00"]
    assert [row.kind for row in parsed.transactions] == ["D", "D", "C"]


def test_a_text_below_the_movements_does_not_take_the_meaning_from_the_marks() -> None:
    rows = [("01/09/2026", "5,00", "D"), ("02/09/2026", "7,00", "C"), ("", "", "Fim do extrato")]

    assert amounts(read(*rows, header=("Data", "Valor", "D/C"))) == ["-5.00", "7.00"]


def test_a_column_of_other_words_tells_the_kind_and_no_sign() -> None:
    parsed = read(("01/09/2026", "5,00", "PIX"), header=("Data", "Valor", "Tipo"))

    assert (amounts(parsed), parsed.transactions[0].kind) == (["5.00"], "PIX")


def test_balances_become_the_statement_and_totals_nothing() -> None:
    parsed = read(
        ("01/09/2026", "SALDO ANTERIOR", "1.000,00"),
        ("02/09/2026", "TOTAL COMBUSTÍVEIS", "-100,00"),
        ("", "", ""),
        ("", "Total", "-100,00"),
        ("30/09/2026", "S A L D O", "900,00"),
    )
    (said,) = parsed.statements

    assert (amounts(parsed), parsed.informative, parsed.read) == (["-100.00"], 4, 5)
    assert (said.opening, said.balance) == (Decimal(1000), Decimal(900))


@pytest.mark.parametrize("day", ["2026-09-02", "02/09/2026", "'02/09/2026", "2026-09-02 10:00:00"])
def test_a_row_with_a_day_is_no_total_whatever_its_text_begins_with(day: str) -> None:
    assert amounts(read((day, "TOTAL EXPRESS FRETES", "-100,00"))) == ["-100.00"]


def test_the_last_balance_of_each_day_counts_also_when_the_newest_row_comes_first() -> None:
    header = ("Data", "Valor", "Saldo")
    days = (date(2026, 9, 1), date(2026, 9, 2))
    rows = [
        ("01/09/2026", "1,00", "1,00"),
        ("02/09/2026", "1,00", "2,00"),
        ("02/09/2026", "1,00", "3,00"),
    ]
    balances = tuple(zip(days, (Decimal(1), Decimal(3)), strict=True))

    for ordered in (rows, rows[::-1]):
        (said,) = read(*ordered, header=header).statements
        assert (said.balances, said.balance) == (balances, Decimal(3))


def test_a_ledger_has_an_account_in_a_row_of_its_own_and_debits_above_zero() -> None:
    parsed = parse(as_csv(LEDGER), "razao.csv", options=Options(TODAY))
    found = [(row.account, str(row.amount), row.source) for row in parsed.transactions]

    assert found == [
        ("1.1.1.02", "-150.00", "ledger"),
        ("1.1.1.02", "70.00", "ledger"),
        ("1.1.2.01", "30.00", "ledger"),
    ]
    assert parsed.transactions[0].extra["counter_account"] == "210"
    assert parsed.transactions[0].extra["account_name"] == "BANCO DO BAIRRO C/C"
    assert (parsed.informative, parsed.rejected) == (4, 0)


def test_a_ledger_tells_opening_and_balances_with_their_sign() -> None:
    first, second = parse(as_csv(LEDGER), "razao.csv", options=Options(TODAY)).statements

    assert (first.account, first.opening, first.balance) == ("1.1.1.02", Decimal(100), Decimal(20))
    assert first.balances[0] == (date(2026, 9, 2), Decimal(-50))
    assert (second.account, second.opening, second.balance) == ("1.1.2.01", None, Decimal(30))


def test_marks_of_a_ledger_make_debits_positive_and_credits_negative() -> None:
    header = ("Data", "Histórico", "Contrapartida", "Valor", "D/C")
    rows = [
        ("01/09/2026", "VENDA", "310", "30,00", "D"),
        ("02/09/2026", "PAGTO", "5", "10,00", "C"),
    ]

    assert amounts(read(*rows, header=header)) == ["30.00", "-10.00"]


def test_marks_behind_the_numbers_of_a_ledger_are_those_of_the_account() -> None:
    header = ("Data", "Histórico", "Contrapartida", "Valor", "Saldo")
    rows = [
        ("", "SALDO ANTERIOR", "", "", "100,00D"),
        ("01/09/2026", "PAGTO", "5", "130,00 C", "30,00C"),
    ]
    parsed = read(*rows, header=header)
    (said,) = parsed.statements

    assert amounts(parsed) == ["-130.00"]
    assert (said.opening, said.balance) == (Decimal(100), Decimal(-30))


def test_equal_rows_of_two_sheets_are_two_movements() -> None:
    rows = [HEADER, ("01/09/2026", "TARIFA", "-5,00")]
    parsed = parse(as_xlsx(rows, more={"Outra": rows}), "a.xlsx", options=Options(TODAY))

    assert [row.ordinal for row in parsed.transactions] == [1, 2]


def test_equal_rows_are_counted_and_keep_their_lines() -> None:
    row = ("01/09/2026", "TARIFA", "-1,00")
    found = [(one.ordinal, one.record, one.extra["line"]) for one in read(row, row).transactions]

    assert found == [(1, 1, 2), (2, 2, 3)]


def test_a_movement_of_the_future_waits() -> None:
    parsed = read(("22/11/2026", "AGENDADO", "-1,00"))

    assert (parsed.transactions, parsed.informative) == ((), 1)
    assert codes(parsed) == [("table_future", "linha 2")]


def test_identifiers_and_other_columns_are_kept() -> None:
    end_to_end = "E0000000020261001120012345678901"
    header = ("Data", "Histórico", "Valor", "CNPJ", "Chave", "Agência")
    row = (date(2026, 9, 1), f"PIX {end_to_end}", 10.1, 191, float("3" * 44), "0001")
    parsed = parse(as_xlsx([header, row]), "a.xlsx", options=Options(TODAY))
    (found,) = parsed.transactions

    assert found.extra["identifiers"] == {"tax_id": "00000000000191", "e2e": end_to_end}
    assert found.extra["columns"] == {"Agência": "0001"}
    assert codes(parsed) == [("value_key", "linha 2 · Chave")]


def test_identifiers_of_a_pix_are_read_out_of_the_text() -> None:
    end_to_end, txid = "E00000000202609011200abcdefghijk", "COB" + "7" * 26
    (row,) = read(("01/09/2026", f"PIX {end_to_end} TXID {txid}", "5,00")).transactions

    assert row.extra["identifiers"] == {"e2e": end_to_end, "txid": txid}


def test_units_below_merged_titles_are_no_record() -> None:
    rows = [
        ("EXTRATO", "", ""),
        ("Data", "Entradas", "Saídas"),
        ("", "R$", "R$"),
        ("01/09/2026", "", "5,00"),
    ]
    parsed = parse(as_xlsx(rows), "a.xlsx", options=Options(TODAY))

    assert (amounts(parsed), parsed.read) == (["-5.00"], 1)


def test_a_formula_without_result_keeps_its_row_out() -> None:
    rows = [(date(2026, 9, 1), "A", "=1+1"), (date(2026, 9, 1), "A", 1)]
    parsed = parse(as_xlsx([HEADER, *rows]), "a.xlsx", options=Options(TODAY))

    assert (amounts(parsed), parsed.rejected) == (["1.00"], 1)
    assert codes(parsed) == [("xlsx_formula_empty", "linha 2 · Valor")]
