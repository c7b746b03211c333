"""CNAB 400 returns: one line a title, and every bank its own positions."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.parsers.cnab import parse_cnab
from ingestion.parsers.model import Parsed, ParseError
from ingestion.parsers.sniff import sniff
from tests.data.cnab import At, as_bytes, detail_400, header_400, return_240, return_400, title
from tests.ingestion.parsers.test_cnab240 import codes, refusal

CREDIT = {296: "061026"}


def read(*details: str, bank: str = "341", end: At | None = None) -> Parsed:
    return parse_cnab(as_bytes(return_400(details, bank=bank, end=end)))


@pytest.mark.parametrize(
    ("bank", "kind", "at", "our_number", "account"),
    [
        ("341", "1", {86: "109000114"} | CREDIT, "109000114", "341/1234/56789-0"),
        ("237", "1", {25: "012340056789P", 71: "51350000004P"} | CREDIT, "51350000004P",
         "237/1234/56789-P"),
        ("033", "1", {63: "00000019"} | CREDIT, "00000019", "033/1234"),
        ("001", "7", {64: "16224200000000003", 176: "061026" + "0000190"}, "16224200000000003",
         "001/1234/567890"),
        ("756", "1", {63: "00000000011", 176: "061026" + "0000190"}, "00000000011",
         "756/1234/567890"),
        ("104", "1", {57: "24000000011136997", 294: "061026"}, "24000000011136997",
         "104/1234/5678"),
    ],
)  # fmt: skip
def test_each_bank_is_read_where_it_writes(
    bank: str, kind: str, at: At, our_number: str, account: str
) -> None:
    movement = "21" if bank == "104" else "06"
    parsed = read(detail_400(2, at, kind=kind, movement=movement), bank=bank)
    (row,) = parsed.transactions

    assert (row.posted_on, row.amount) == (date(2026, 10, 6), Decimal("100.00"))
    assert (row.extra["identifiers"]["our_number"], row.account) == (our_number, account)
    assert row.extra["fee"] == Decimal("1.90")
    assert (row.external_id, parsed.problems) == (f"{our_number}/000002", ())


def test_brb_is_shifted_by_years_of_four_digits() -> None:
    amounts = {157: f"{26_492:013d}", 170: " " * 10, 180: f"{0:013d}", 193: "0" * 65}
    days = {111: "05102026", 149: "05102026", 300: "06102026"}
    at = {21: "00000279998886   ", 71: "107851907015"} | days | amounts | {258: f"{26_492:013d}"}
    (row,) = read(detail_400(2, at | {271: "0" * 26}), bank="070").transactions

    assert (row.amount, row.posted_on) == (Decimal("264.92"), date(2026, 10, 6))
    assert (row.account, row.extra["title_value"]) == ("070/279998886", Decimal("264.92"))


def test_unicred_is_known_under_its_correspondents_number() -> None:
    account = {18: "1234", 22: "3", 23: "00000371", 31: "9"}
    at = account | {46: "00000000000000030", 176: "061026" + "0000180", 280: "000000005/01 "}
    (row,) = read(detail_400(2, at), bank="001").transactions

    assert (row.account, row.check_number) == ("136/1234-3/371-9", "000000005/01")


def test_a_pix_id_behind_a_title_belongs_to_it() -> None:
    txid = "abcdefghij0123456789abcdef12345"
    pix = f"2{'5':<78}{txid:<35}".ljust(394) + "000003"
    parsed = read(detail_400(2, {63: "00000019"} | CREDIT), pix, bank="033")

    assert parsed.transactions[0].extra["identifiers"]["txid"] == txid
    assert (parsed.informative, parsed.read) == (1, 2)


def test_totals_of_itau_and_bradesco_are_compared() -> None:
    right, wrong = {213: "00000001", 221: f"{10_000:014d}"}, {213: "00000001", 221: f"{9:014d}"}
    detail = detail_400(2, {86: "109000114"} | CREDIT)

    assert codes(read(detail, end=right)) == []
    assert codes(read(detail, end=wrong)) == [("cnab_total", "linha 3")]
    bradesco = read(detail, bank="237", end={87: "00002", 92: f"{20_000:012d}"})
    assert codes(bradesco) == [("cnab_total", "linha 3")]
    assert codes(read(detail, end={395: "000009"})) == [("cnab_total", "linha 3")]


def test_a_bank_without_a_layout_is_read_with_a_doubt() -> None:
    parsed = read(detail_400(2, {63: "00000019"} | CREDIT), bank="999")

    assert codes(parsed) == [("cnab_layout", "linha 1")]
    assert len(parsed.transactions) == 1


def test_damage_is_told_by_line() -> None:
    good, lost = detail_400(2, CREDIT), detail_400(3, CREDIT)
    parsed = read(good, lost[:50] + lost[51:], "?" * 400)

    assert codes(parsed)[:2] == [("cnab_line", "linha 3"), ("cnab_line", "linha 4")]
    assert ("cnab_total", "arquivo") in codes(parsed)
    assert (len(parsed.transactions), parsed.rejected) == (1, 2)
    cut = as_bytes([header_400(), good])
    assert codes(parse_cnab(cut)) == [("cnab_total", "fim do arquivo")]


def test_what_is_no_return_is_refused() -> None:
    sent = return_400([detail_400(2, CREDIT)])
    other = ["012345678" + sent[0][9:], *sent[1:]]

    assert refusal(["01REMESSA" + sent[0][9:], *sent[1:]]) == "cnab_remittance"
    assert refusal(other) == "cnab_header"
    assert sniff(as_bytes(sent)) == sniff(as_bytes(other)) == "cnab"


@pytest.mark.parametrize(
    "content",
    [b"02 de outubro: RETORNO", b"00100000", b"12345 " * 60, b"00100000;" * 40, b"0" * 240],
)
def test_other_texts_are_not_taken_for_cnab(content: bytes) -> None:
    assert sniff(content) != "cnab"


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([as_bytes(return_240([title(1), title(3)])),
                     as_bytes(return_400([detail_400(2, CREDIT), detail_400(3, CREDIT)]))]),
    st.lists(st.tuples(st.integers(0, 1600), st.integers(0, 3), st.binary(max_size=3)), max_size=6),
)  # fmt: skip
def test_damaged_files_are_refused_or_add_up(
    content: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    for at, gone, new in changes:
        content = content[:at] + new + content[at + gone :]
    try:
        parsed = parse_cnab(content)
    except ParseError as error:
        assert error.code in ("cnab_header", "cnab_remittance")
    else:
        assert parsed.rejected <= len([one for one in parsed.problems if one.severity == "error"])
        assert parsed.read == len(parsed.transactions) + parsed.informative + parsed.rejected
