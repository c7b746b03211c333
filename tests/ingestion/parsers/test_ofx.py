"""OFX statements as Brazilian banks write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.parsers.model import Parsed, ParseError, Transaction
from ingestion.parsers.ofx import parse_ofx
from ingestion.parsers.ofx_rows import parse_amount
from tests.data.ofx import HEADER, account, move, statement

TODAY = date(2026, 11, 21)


def read(content: bytes) -> Parsed:
    return parse_ofx(content, today=TODAY)


def only(row: str) -> Transaction:
    (transaction,) = read(statement([row])).transactions
    return transaction


def problems(content: bytes) -> list[tuple[str, str]]:
    return [(problem.code, problem.place) for problem in read(content).problems]


def refusal(content: bytes) -> str:
    with pytest.raises(ParseError) as refused:
        read(content)
    return refused.value.code


def test_a_statement_is_read_whole() -> None:
    parsed = read(statement([move(), move("20261006", "1234.56", "F2", "PIX RECEBIDO")]))
    first, second = parsed.transactions

    assert (first.posted_on, first.amount) == (date(2026, 10, 5), Decimal("-3.35"))
    assert (first.external_id, first.memo, first.kind) == ("F1", "TARIFA COBRANCA", "OTHER")
    assert (second.record, second.ordinal) == (2, 1)
    assert first.account == "001/12345-6"
    (account_statement,) = parsed.statements
    assert account_statement.balance == Decimal("1141.31")
    assert account_statement.ends_on == date(2026, 10, 31)
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1234,56", "1234.56"),
        ("+1234.56", "1234.56"),
        ("1234", "1234.00"),
        ("1.234,56", "1234.56"),
        ("1,234,567.89", "1234567.89"),
        ("-0.5", "-0.50"),
        ("10.0000", "10.00"),
    ],
)
def test_amounts_are_understood_without_guessing(written: str, amount: str) -> None:
    assert parse_amount(written) == Decimal(amount)
    assert only(move(amount=f"     {written}")).amount == Decimal(amount)


@pytest.mark.parametrize(
    "written", ["NaN", "R$ 10,00", "1E3", "", "1_0.00", "1.234", "1.234,567.89", "0.005"]
)
def test_an_amount_that_needs_a_guess_stays_out_with_its_number(written: str) -> None:
    content = statement([move(), move(amount=written, identity="F2"), move(identity="F3")])

    assert problems(content) == [("value_amount", "registro 2")]
    assert (len(read(content).transactions), read(content).rejected) == (2, 1)


@pytest.mark.parametrize("written", ["20260230", "00000000", "202605", "05/05/2026"])
def test_a_day_that_does_not_exist_stays_out(written: str) -> None:
    assert problems(statement([move(written)])) == [("value_date", "registro 1")]


@pytest.mark.parametrize("time", ["", "235959", "235959.000[-3:BRT]", "120000[-03:EST]", "2359"])
def test_time_and_zone_do_not_move_the_day(time: str) -> None:
    assert only(move("20261005" + time)).posted_on == date(2026, 10, 5)


def test_equal_movements_are_all_kept_and_counted() -> None:
    rows = read(statement([move(), move(), move()])).transactions

    assert [row.ordinal for row in rows] == [1, 2, 3]
    assert problems(statement([move(), move()])) == [("ofx_fitid_repeated", "registro 2")]


def test_a_movement_without_identity_is_kept() -> None:
    content = statement([move(identity=""), move().replace("<FITID>F1\r\n", "")])

    assert problems(content) == [
        ("ofx_fitid_missing", "registro 1"),
        ("ofx_fitid_missing", "registro 2"),
    ]
    assert len(read(content).transactions) == 2


def test_two_accounts_may_use_the_same_identities() -> None:
    parsed = read(statement(accounts=[account([move()]), account([move()], number="9")]))

    assert [row.account for row in parsed.transactions] == ["001/12345-6", "001/9"]
    assert parsed.problems == ()


@pytest.mark.parametrize("memo", ["SALDO DIA", "Saldo Anterior", "S A L D O", "Saldo do dia 05/10"])
def test_balance_rows_are_informative(memo: str) -> None:
    parsed = read(statement([move(identity="", memo=memo), move()]))

    assert (parsed.informative, len(parsed.transactions), parsed.read) == (1, 1, 2)


def test_a_movement_that_mentions_a_balance_is_a_movement() -> None:
    assert only(move(memo="SALDO DIA")).amount == Decimal("-3.35")
    assert only(move(identity="", memo="PAGTO SALDO DEVEDOR CONTRATO 12")).external_id == ""


def test_future_rows_are_informative() -> None:
    parsed = read(statement([move("20261201")]))

    assert (parsed.informative, parsed.problems[0].code) == (1, "ofx_future")


@pytest.mark.parametrize(
    ("memo", "text"),
    [
        ("TOK & STOK <LOJA>", "TOK & STOK <LOJA>"),
        ("A &amp; B &lt;C&gt;", "A & B <C>"),
        ("PRAZO < 30 DIAS", "PRAZO < 30 DIAS"),
        ("", ""),
    ],
)
def test_texts_keep_their_odd_characters(memo: str, text: str) -> None:
    assert only(move(memo=memo)).memo == text


def test_a_pix_keeps_its_end_to_end_id() -> None:
    identity = "E00000000202610051200abcdefghijk"

    assert only(move(memo=f"PIX {identity}")).extra == {"identifiers": {"e2e": identity}}


@pytest.mark.parametrize("old", ["\r\n", "\n", "\r", ""])
def test_line_ends_do_not_matter(old: str) -> None:
    head, _, body = statement([move()]).partition(b"<OFX>")
    content = head + b"<OFX>" + body.replace(b"\r\n", old.encode())

    assert read(content).transactions == read(statement([move()])).transactions


@pytest.mark.parametrize(
    ("header", "encoding", "found"),
    [
        (HEADER, "cp1252", []),
        (HEADER, "utf-8", ["ofx_header"]),
        ("\ufeff" + HEADER, "utf-8", ["ofx_header"]),
        (HEADER.replace("USASCII", "UTF-8"), "utf-8", []),
        (HEADER.replace("USASCII", "ISO-8859-1"), "cp1252", ["ofx_header"]),
        ("", "cp1252", ["ofx_header"]),
        (HEADER.strip().replace("\r\n", " "), "cp1252", ["ofx_header"]),
        ('<?xml version="1.0" encoding="UTF-8"?><?OFX VERSION="211"?>', "utf-8", []),
    ],
)
def test_bytes_decide_the_encoding(header: str, encoding: str, found: list[str]) -> None:
    parsed = read(statement([move(memo="COBRANÇA")], header=header, encoding=encoding))

    assert parsed.transactions[0].memo == "COBRANÇA"
    assert [problem.code for problem in parsed.problems] == found


def test_half_a_character_written_as_an_entity_is_dropped() -> None:
    assert only(move(memo="A&#55296;&#xDFFF;B")).memo == "AB"


@pytest.mark.parametrize("tag", ["STMTTRN ", "stmttrn"])
def test_a_movement_in_another_spelling_is_not_lost(tag: str) -> None:
    odd = move(identity="F2").replace("STMTTRN", tag)
    half = move(identity="F2").replace("</STMTTRN", f"</{tag}")

    for other in (odd, half):
        parsed = read(statement([move(), other, move(identity="F3")]))
        assert [row.external_id for row in parsed.transactions] == ["F1", "F2", "F3"]


def test_a_list_that_is_never_closed_is_read() -> None:
    parsed = read(statement(accounts=[account([move()], close_list="")]))

    assert len(parsed.transactions) == 1


def test_broken_structure_is_refused() -> None:
    whole = statement([move(), move(identity="F2")])
    end = whole.index(b"</STMTTRN>") + 10

    assert (
        refusal(whole[:end]) == refusal(whole[:-9]) == refusal(HEADER.encode()) == "ofx_truncated"
    )
    assert refusal(whole.replace(b"</STMTTRN>\r\n</B", b"</B")) == "ofx_malformed"
    assert refusal(b"<OFX><SONRS></SONRS></OFX>") == "ofx_statement"
    assert refusal(whole.replace(b"TARIFA", b"TAR\x00FA")) == "text_control"
    assert refusal(b'<?xml version="1.0"?><!DOCTYPE OFX><OFX></OFX>') == "xml_dtd"


def test_an_absurd_period_is_taken_from_the_movements() -> None:
    content = statement(accounts=[account([move()], period="<DTSTART>00000000<DTEND>20261031")])

    assert problems(content) == [("ofx_period", "DTSTART")]
    assert read(content).statements[0].starts_on == date(2026, 10, 5)


def test_a_month_without_movement_and_a_doubtful_balance_are_said() -> None:
    assert problems(statement()) == [("row_none", "BANKTRANLIST")]
    doubtful = statement(accounts=[account([move()], balance="12345")])
    assert problems(doubtful) == [("ofx_balance", "LEDGERBAL/BALAMT")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.dates(date(2000, 1, 1), TODAY),
            st.decimals(-(10**9), 10**9, places=2),
            st.text("ABÇ &;.-/0123456789", max_size=40),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_was_written_is_read_again(rows: list[tuple[date, Decimal, str]]) -> None:
    moves = [
        move(f"{day:%Y%m%d}", str(amount), f"F{number}", memo)
        for number, (day, amount, memo) in enumerate(rows)
    ]
    found = read(statement(moves, encoding="utf-8")).transactions

    assert [(row.posted_on, row.amount, row.memo) for row in found] == [
        (day, amount, memo.strip(" \t")) for day, amount, memo in rows
    ]
