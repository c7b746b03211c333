"""Doubts about a note are findings; only a wrong key keeps it out."""

from datetime import date

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Options, Parsed
from tests.data.nfe import access_key, authorized, invoice, item

TODAY = date(2026, 11, 21)


def read(content: bytes) -> Parsed:
    return parse(content, "nota.xml", options=Options(TODAY))


def findings(content: bytes) -> list[tuple[str, str]]:
    parsed = read(content)
    assert len(parsed.documents) == 1
    return [(problem.code, problem.place) for problem in parsed.problems]


def refusal(content: bytes) -> tuple[str, str]:
    parsed = read(content)
    assert (parsed.documents, parsed.rejected) == ((), 1)
    return parsed.problems[0].code, parsed.problems[0].severity


@pytest.mark.parametrize("key", ["0" * 44, access_key()[:43], access_key()[:43] + "X"])
def test_a_wrong_key_keeps_the_note_out(key: str) -> None:
    assert refusal(authorized(key=key)) == ("nfe_key", "error")


def test_the_id_needs_its_prefix() -> None:
    assert refusal(authorized().replace(b'Id="NFe', b'Id="'))[0] == "nfe_key"


@pytest.mark.parametrize("amount", ["-1.00", "1,00", "1E3", "NaN", "1_0.00", "１.00", "", "1.234"])
def test_an_amount_that_needs_a_guess_keeps_the_note_out(amount: str) -> None:
    content = authorized().replace(b"<vNF>100.00<", f"<vNF>{amount}<".encode())

    assert refusal(content) == ("nfe_amount", "error")


@pytest.mark.parametrize("moment", ["2026-02-30T10:00:00-03:00", "20/10/2026", "", "2026-10-20"])
def test_a_day_that_does_not_exist_keeps_the_note_out(moment: str) -> None:
    assert refusal(authorized(issued=f"<dhEmi>{moment}</dhEmi>")) == ("nfe_date", "error")


@pytest.mark.parametrize(("start", "end"), [("<ide>", "</ide>"), ("<det ", "</det>")])
def test_a_missing_group_keeps_the_note_out(start: str, end: str) -> None:
    text = authorized().decode()
    cut = text[: text.index(start)] + text[text.index(end) + len(end) :]

    assert refusal(cut.encode()) == ("nfe_missing", "error")


def test_a_key_that_tells_another_story_is_a_finding() -> None:
    content = authorized(key=access_key("11444777000161", 9))

    assert findings(content) == [("nfe_key_content", "infNFe/@Id")]


def test_the_tax_office_may_sign_for_the_issuer() -> None:
    key = access_key("11444777000161", series=890)
    content = authorized(key=key).replace(b"<serie>1<", b"<serie>890<")

    assert findings(content) == []


def test_a_farmer_issues_with_a_cpf() -> None:
    assert findings(authorized(issuer="52998224725")) == []


def test_a_note_without_protocol_is_unauthorised() -> None:
    assert findings(invoice().encode()) == [("nfe_protocol", "protNFe")]
    assert read(invoice().encode()).documents[0].fiscal_status == "unauthorized"


def test_a_protocol_of_another_note_does_not_authorise() -> None:
    other, own = access_key(number=2), access_key()
    content = authorized().replace(f"<chNFe>{own}".encode(), f"<chNFe>{other}".encode())

    assert findings(content) == [("nfe_protocol", "protNFe/infProt/chNFe")]
    assert read(content).documents[0].fiscal_status == "unauthorized"


def test_test_notes_and_future_notes_are_found() -> None:
    assert findings(authorized(environment="2")) == [("nfe_test", "ide/tpAmb")]
    future = authorized(
        key=access_key(month="2701"), issued="<dhEmi>2027-01-02T00:00:00-03:00</dhEmi>"
    )
    assert findings(future) == [("nfe_future", "ide/dhEmi")]


@pytest.mark.parametrize("tax_id", ["11444777000162", "12abc34501de35", "1444777000161"])
def test_a_wrong_cnpj_is_kept_and_found(tax_id: str) -> None:
    content = authorized(recipient=f"<dest><CNPJ>{tax_id}</CNPJ></dest>")

    assert findings(content) == [("nfe_cnpj", "dest/CNPJ")]
    assert read(content).documents[0].recipient.tax_id == tax_id


def test_a_total_that_is_not_the_sum_is_found() -> None:
    content = authorized().replace(b"<vNF>100.00<", b"<vNF>110.00<")

    assert findings(content) == [("nfe_sums", "total/ICMSTot/vNF")]
    assert "(R$ 110,00)" in read(content).problems[0].message


def test_more_withheld_than_the_total_is_found() -> None:
    more = b"</ICMSTot><retTrib><vIRRF>100.01</vIRRF></retTrib>"

    assert findings(authorized().replace(b"</ICMSTot>", more)) == [("nfe_sums", "total/retTrib")]


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        ("<vDesc>10.00</vDesc>", "90.00"),
        ("<vFrete>5.00</vFrete><vIPI>2.50</vIPI>", "107.50"),
        ("<vICMSDeson>7.00</vICMSDeson>", "93.00"),
        ("<vICMSDeson>7.00</vICMSDeson>", "100.00"),
    ],
)
def test_discounts_freight_and_taxes_belong_to_the_sum(parts: str, total: str) -> None:
    content = authorized(more_totals=parts).replace(b"<vNF>100.00<", f"<vNF>{total}<".encode())

    assert findings(content) == []


def test_an_unreadable_detail_does_not_stop_the_note() -> None:
    content = authorized(items=[item().replace("<qCom>1.0000", "<qCom>uma")])

    assert findings(content) == [("nfe_amount", "det[1]/prod/qCom")]


def test_every_problem_says_what_to_do() -> None:
    parsed = read(authorized(environment="2", status="302", key=access_key(number=5)))

    assert len(parsed.problems) == 3
    assert all(problem.message and problem.remedy for problem in parsed.problems)
