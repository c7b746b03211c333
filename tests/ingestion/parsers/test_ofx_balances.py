"""What an OFX file tells beside its movements: balances, papers; and rows of any shape."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.parsers.model import Parsed, ParseError
from ingestion.parsers.ofx import parse_ofx
from ingestion.parsers.ofx_rows import RowReader
from ingestion.parsers.ofx_versions import as_ofx_1
from tests.data.ofx import account, investments, move, statement

TODAY = date(2026, 11, 21)
END_TO_END = "E00000000202610051200abcdefghijk"


def read(content: bytes) -> Parsed:
    return parse_ofx(content, today=TODAY)


def balance_row(day: str, amount: str, memo: str) -> str:
    return move(day, amount, "", memo)


def test_balance_rows_tell_the_opening_and_the_days() -> None:
    rows = [
        balance_row("20261001", "1000,00", "SALDO ANTERIOR"),
        move("20261005", "141.31"),
        balance_row("20261005", "1.141,31", "SALDO DIA"),
        balance_row("20261006", "5.00", "SALDO BLOQUEADO"),
        balance_row("20261007", "", "SALDO DIA"),
    ]
    (one,) = read(statement(rows)).statements

    assert one.opening == Decimal("1000.00")
    assert one.balances == (
        (date(2026, 10, 5), Decimal("1141.31")),
        (date(2026, 10, 31), Decimal("1141.31")),
    )


def test_a_doubtful_final_balance_proves_nothing() -> None:
    (one,) = read(statement(accounts=[account([move()], balance="12345")])).statements

    assert (one.opening, one.balances, one.balance) == (None, (), Decimal("12345.00"))


def test_papers_are_informative_and_cash_is_a_movement() -> None:
    inside = investments(["BUYSTOCK", "INCOME"], moves=[move()])
    parsed = read(statement(accounts=[inside]))
    (row,) = parsed.transactions

    assert (row.account, row.amount) == ("corretora.example/77", Decimal("-3.35"))
    assert (parsed.informative, parsed.read) == (2, 3)
    assert parsed.statements[0].currency == "BRL"
    assert read(statement(accounts=[investments(["SELLMF"])])).problems == ()


def test_rows_that_differ_only_in_type_or_cheque_are_counted_apart() -> None:
    rows = [move(more=f"<CHECKNUM>{number}\r\n") for number in (1, 2, 1)]

    assert [row.ordinal for row in read(statement(rows)).transactions] == [1, 2, 3]


def test_only_whole_repetitions_are_counted() -> None:
    rows = [move(), move(amount="-9.99"), move(), move(identity="F2")]

    assert [row.ordinal for row in read(statement(rows)).transactions] == [1, 1, 2, 1]


@pytest.mark.parametrize(
    "row",
    [
        move(),
        move(more="<CHECKNUM>12\r\n<NAME>ALFA\r\n"),
        move().replace("\r\n", "").replace("<MEMO>", "</FITID><MEMO>"),
        move(memo="A < B"),
        move(memo="  com espaços  "),
        move(memo="primeira\r\nsegunda"),
        move().replace("<MEMO>", "<memo>"),
        move().replace("<FITID>F1", "<FITID/>"),
        move(more="<MEMO>outra vez\r\n"),
    ],
)
def test_a_row_reads_alike_first_and_after_its_order_was_learnt(row: str) -> None:
    inside = row.removeprefix("<STMTTRN>").partition("</STMTTRN>")[0]
    reader = RowReader()
    for known in (move(), move(more="<CHECKNUM>1\r\n<NAME>BETA\r\n"), move()):
        reader.read(known.removeprefix("<STMTTRN>").partition("</STMTTRN>")[0])

    assert reader.read(inside) == reader.read(inside) == RowReader().read(inside)


def test_version_1_is_a_projection_of_the_newest() -> None:
    rows = [balance_row("20261001", "1000,00", "SALDO ANTERIOR"), move(memo=f"PIX {END_TO_END}")]
    parsed = as_ofx_1(read(statement(rows)))

    assert parsed.transactions[0].extra == {"pix_end_to_end": END_TO_END}
    assert (parsed.statements[0].opening, parsed.statements[0].balances) == (None, ())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 4), st.binary(max_size=4)), max_size=6)
)
def test_damaged_statements_are_refused_or_add_up(changes: list[tuple[int, int, bytes]]) -> None:
    content = statement([move(), move(identity="F2"), balance_row("20261005", "1", "SALDO DIA")])
    for at, gone, new in changes:
        content = content[:at] + new + content[at + gone :]
    try:
        parsed = read(content)
    except ParseError as error:
        assert error.code and error.message
    else:
        assert parsed.rejected == len([one for one in parsed.problems if one.severity == "error"])
        assert parsed.read == len(parsed.transactions) + parsed.informative + parsed.rejected
