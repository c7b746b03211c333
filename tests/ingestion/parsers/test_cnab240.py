"""CNAB 240 returns: titles in two lines, statement rows, totals, damage."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ingestion.parsers.cnab import parse_cnab
from ingestion.parsers.model import Parsed, ParseError
from tests.data.cnab import as_bytes, header_240, line, lot_240, return_240, statement_240, title
from tests.data.identity import cnpj, cpf


def read(*titles: list[str], **options: Any) -> Parsed:
    return parse_cnab(as_bytes(return_240(titles, **options)))


def codes(parsed: Parsed) -> list[tuple[str, str]]:
    return [(problem.code, problem.place) for problem in parsed.problems]


def refusal(lines: list[str]) -> str:
    with pytest.raises(ParseError) as refused:
        parse_cnab(as_bytes(lines))
    return refused.value.code


def test_a_paid_title_becomes_a_transaction_on_the_day_of_its_credit() -> None:
    parsed = read(title(1, paid=11_000, title_value=10_000, number="14499570000020673"))
    (row,) = parsed.transactions

    assert (row.amount, row.posted_on, row.source) == (
        Decimal("110.00"),
        date(2026, 10, 6),
        "boleto",
    )
    assert row.account == "001/1234-5/987654-3"
    assert row.external_id == "14499570000020673/000100001"
    assert row.memo == "Liquidação · nosso número 14499570000020673 · doc. NF1"
    assert (row.payee, row.kind, row.record) == ("COMERCIO DE ERVAS ALFA LTDA", "06", 3)
    assert (parsed.problems, parsed.read) == ((), 1)


def test_everything_else_a_title_tells_is_kept() -> None:
    charges = {18: f"{150:015d}", 33: f"{20:015d}", 48: f"{30:015d}", 93: f"{9_810:015d}"}
    (row,) = read(title(1, payer_id=cnpj(7), more=charges)).transactions

    assert row.extra["identifiers"] == {
        "our_number": f"{1:017d}",
        "document": "NF1",
        "tax_id": cnpj(7),
    }
    amounts = {name: str(row.extra[name]) for name in ("interest", "discount", "rebate", "net")}
    assert amounts == {"interest": "1.50", "discount": "0.20", "rebate": "0.30", "net": "98.10"}
    assert (row.extra["fee"], row.extra["title_value"]) == (Decimal("1.90"), Decimal("100.00"))
    assert (row.extra["due_on"], row.extra["occurred_on"]) == (date(2026, 10, 5),) * 2


def test_without_a_credit_day_the_occurrence_counts() -> None:
    (row,) = read(title(1, credited="00000000")).transactions

    assert row.posted_on == date(2026, 10, 5)
    nothing = read(title(1, credited=" " * 8, occurred="0" * 8))
    assert codes(nothing) == [("cnab_date", "linha 4")]


@pytest.mark.parametrize(("written", "tax_id"), [("0" * 15, ""), (cpf(3), cpf(3)), ("9" * 14, "")])
def test_a_payer_is_identified_only_by_right_check_digits(written: str, tax_id: str) -> None:
    (row,) = read(title(1, payer_id=written)).transactions

    assert row.extra["identifiers"].get("tax_id", "") == tax_id


def test_movements_without_payment_are_counted_and_named() -> None:
    parsed = read(title(1, movement="02", paid=0), title(3, movement="02", paid=0), title(5))

    assert (len(parsed.transactions), parsed.informative, parsed.read) == (1, 2, 3)
    (said,) = parsed.problems
    assert (said.code, said.severity) == ("cnab_confirmed", "info")
    assert "2 × 02 Entrada confirmada" in said.message


def test_unknown_movements_reversals_and_odd_payments_are_warnings() -> None:
    titles = [title(1, movement="99", paid=0), title(3, movement="44", paid=0)]
    parsed = read(*titles, title(5, movement="09"), title(7, paid=0))

    warned = {problem.code for problem in parsed.problems if problem.severity == "warning"}
    assert warned == {"cnab_movement", "cnab_reversal", "cnab_paid"}
    assert (parsed.transactions, parsed.informative) == ((), 4)


def test_banks_have_movements_of_their_own() -> None:
    online = read(title(1, bank="104", movement="46"), bank="104")

    assert online.transactions[0].extra["movement_name"] == "Liquidação on-line"
    assert read(title(1, movement="46", paid=0)).transactions == ()


def test_santander_tells_its_titles_four_positions_earlier() -> None:
    first, second = title(1, bank="033")
    at = {38: " " * 20, 41: "0000000001406", 54: "2", 55: "NF1".ljust(15), 70: "05102026"}
    value = {78: f"{12_345:015d}".ljust(51), 129: cnpj(7).rjust(15, "0"), 144: "ALFA".ljust(40)}
    santander = line(240, {1: first, **at, **value, 194: f"{190:015d}".ljust(47)})
    (row,) = parse_cnab(as_bytes(return_240([[santander, second]], bank="033"))).transactions

    assert (row.extra["title_value"], row.payee) == (Decimal("123.45"), "ALFA")
    assert row.extra["identifiers"]["our_number"] == "0000000001406"
    assert row.extra["fee"] == Decimal("1.90")


def test_a_title_without_its_second_line_stays_out() -> None:
    lone_first, lone_second = title(1)[:1], title(3)[1:]
    mixed = [title(5)[0], title(7, movement="02")[1]]
    parsed = read(lone_first, lone_second, mixed, title(9))

    assert codes(parsed)[:4] == [("cnab_pair", f"linha {at}") for at in (3, 4, 5, 6)]
    assert (parsed.rejected, len(parsed.transactions)) == (4, 1)


def test_equal_titles_are_all_kept() -> None:
    first, second = read(title(1), title(1)).transactions

    assert (first.external_id, first.ordinal) == (second.external_id, 1)
    assert second.ordinal == 2


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_trimmed_lines_and_marks_do_not_matter(end: str) -> None:
    lines = return_240([title(1), title(3)])
    trimmed = as_bytes([one.rstrip() for one in lines], end=end, encoding="utf-8-sig") + b"\x1a"

    assert parse_cnab(trimmed) == parse_cnab(as_bytes(lines))


def test_blank_lines_part_no_title() -> None:
    lines = [text for pair in zip(return_240([title(1)]), [""] * 9, strict=False) for text in pair]
    parsed = parse_cnab(as_bytes(lines))

    assert (len(parsed.transactions), parsed.problems) == (1, ())


def test_positions_are_counted_in_characters() -> None:
    lines = return_240([title(1, payer="AÇÚCAR É PÃO LTDA")])

    assert parse_cnab(as_bytes(lines, encoding="utf-8")) == parse_cnab(as_bytes(lines))
    assert parse_cnab(as_bytes(lines)).transactions[0].payee == "AÇÚCAR É PÃO LTDA"


def test_a_line_that_lost_a_character_stays_out_and_the_total_is_doubted() -> None:
    first, second = title(1)
    parsed = read([first, second[:60] + second[61:]], title(3))

    assert codes(parsed) == [("cnab_line", "linha 4"), ("cnab_total", "arquivo")]
    assert (parsed.rejected, len(parsed.transactions)) == (1, 1)


def test_a_line_of_another_length_whose_fields_fit_is_only_said() -> None:
    first, second = title(1)
    parsed = read([first[:-6], second])

    assert codes(parsed) == [("cnab_length", "linha 3")]
    assert len(parsed.transactions) == 1


@pytest.mark.parametrize("paid", ["R$ 100,00", "1E5", "٣"])
def test_an_amount_that_is_no_number_stays_out(paid: str) -> None:
    parsed = parse_cnab(as_bytes(return_240([title(1, more={78: paid})]), encoding="utf-8"))

    assert codes(parsed) == [("cnab_value", "linha 4")]


def test_totals_are_compared() -> None:
    lines = return_240([title(1)], records=9)

    assert codes(parse_cnab(as_bytes(lines))) == [("cnab_total", "linha 5")]
    assert codes(parse_cnab(as_bytes(lines[:-2]))) == [("cnab_total", "fim do arquivo")]
    assert codes(read(title(1), records=2)) == []


def test_other_segments_are_informative_and_payments_are_said() -> None:
    complement, payment = line(240, {8: "3", 14: "Y"}), line(240, {8: "3", 14: "A"})
    parsed = read([*title(1), complement, payment])

    assert (parsed.informative, codes(parsed)) == (2, [("cnab_payments", "arquivo")])


def test_a_remittance_is_refused() -> None:
    sent = line(240, {1: "0010001300001P", 16: "01"})

    assert refusal([header_240(direction="1"), lot_240(operation="R"), sent]) == "cnab_remittance"
    assert refusal([header_240(direction="1"), lot_240(operation="C")]) == "cnab_remittance"
    assert refusal(["nada"]) == refusal([""]) == "cnab_header"
    returned = [header_240(direction="1"), *return_240([title(1)])[1:]]
    assert len(parse_cnab(as_bytes(returned)).transactions) == 1


def test_a_statement_tells_its_movements_and_balances() -> None:
    rows = [("05102026", 15_000, "PIX RECEBIDO"), ("06102026", -335, "TARIFA")]
    lines = statement_240(rows, opening=10_000, closing=24_665)
    parsed = parse_cnab(as_bytes(lines))
    (statement,) = parsed.statements

    assert [(str(row.amount), row.memo, row.source) for row in parsed.transactions] == [
        ("150.00", "PIX RECEBIDO", "bank"),
        ("-3.35", "TARIFA", "bank"),
    ]
    assert (statement.account, statement.currency) == ("001/1234-5/987654-3", "BRL")
    assert (statement.opening, statement.balance) == (Decimal("100.00"), Decimal("246.65"))
    assert statement.balances == ((date(2026, 10, 31), Decimal("246.65")),)
    assert parsed.problems == ()


def test_a_statement_whose_sums_differ_is_doubted() -> None:
    rows = [("05102026", 15_000, "A"), ("06102026", -335, "B"), ("32102026", 1, "C")]
    lines = statement_240(rows, opening=0, closing=14_665)
    found = codes(parse_cnab(as_bytes(lines)))

    assert found == [("cnab_date", "linha 5"), ("cnab_total", "linha 6")]


def test_rows_of_a_statement_are_counted_apart_by_all_that_they_say() -> None:
    rows = [
        ("05102026", -335, "TARIFA"),
        ("06102026", -335, "TARIFA"),
        ("06102026", -335, "TARIFA"),
    ]
    parsed = parse_cnab(as_bytes(statement_240(rows, opening=0, closing=0)))

    assert [(one.posted_on.day, one.ordinal) for one in parsed.transactions] == [
        (5, 1),
        (6, 1),
        (6, 2),
    ]


def test_a_sum_that_is_no_number_says_nothing() -> None:
    lines = statement_240([("05102026", -335, "TARIFA")], opening=0, closing=0)
    place = next(n for n, text in enumerate(lines) if text[7] == "5")
    lines[place] = lines[place][:193] + "\u00b2" + lines[place][194:]

    assert len(parse_cnab(as_bytes(lines)).transactions) == 1
