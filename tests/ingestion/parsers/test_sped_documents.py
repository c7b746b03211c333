"""An EFD gives the documents it lists as mentions; every other record is counted."""

from datetime import date
from decimal import Decimal

import pytest

from ingestion.parsers import parse, sped_lines
from ingestion.parsers.model import Mention, Options, Parsed, ParseError
from ingestion.parsers.sped import parse_sped
from tests.data.nfe import ISSUER, access_key
from tests.data.sped import (
    SALE_KEY,
    SIGNATURE,
    SUPPLIER,
    contributions,
    icms,
    invoice_row,
    ledger,
    sped,
)


def read(content: bytes) -> Parsed:
    return parse(content, "efd.txt", options=Options(date(2026, 11, 21)))


def only(*rows: str) -> Mention:
    (told,) = read(sped(icms(*rows))).mentions
    return told


def codes(parsed: Parsed) -> list[str]:
    return [problem.code for problem in parsed.problems]


def test_a_sale_is_told_with_all_it_says() -> None:
    assert only(invoice_row()) == Mention(
        natural_key=SALE_KEY,
        key=SALE_KEY,
        doc_type="nfe",
        series="1",
        number="123",
        issuer_tax_id=ISSUER,
        issuer_name="PADARIA EXEMPLO",
        recipient_tax_id=SUPPLIER,
        issued_on=date(2026, 8, 5),
        total=Decimal("1500.00"),
        fiscal_status="authorized",
        told_by="efd",
    )


def test_a_purchase_was_issued_by_the_participant() -> None:
    told = only(invoice_row(emitter="1", key=access_key(SUPPLIER, 123)))

    assert (told.issuer_tax_id, told.recipient_tax_id) == (SUPPLIER, ISSUER)
    assert told.issuer_name == "FORNECEDOR CAÇULA"


@pytest.mark.parametrize(
    ("situation", "status"),
    [
        ("02", "cancelled"),
        ("03", "cancelled"),
        ("04", "denied"),
        ("05", "voided"),
        ("08", "authorized"),
    ],
)
def test_the_situation_is_kept(situation: str, status: str) -> None:
    told = only(invoice_row(situation=situation, key="", more="||||"))

    assert (told.fiscal_status, told.number, told.total) == (status, "123", None)
    assert told.natural_key == f"{ISSUER}|55|1|123"


def test_a_wrong_key_is_said_and_the_number_identifies() -> None:
    parsed = read(sped(icms(invoice_row(key=SALE_KEY[:-1]))))

    assert codes(parsed) == ["sped_key"]
    assert parsed.mentions[0].natural_key == f"{ISSUER}|55|1|123"
    assert parsed.problems[0].place == "linha 3, registro C100"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("|D100|0|1|F1|57|00|2||9|{cte}|06082026|06082026|0||80,00|", ("cte", "9", "80.00")),
        ("|C500|0|1|F1|06|00|A||01|55|06082026|06082026|99,10|", ("energy", "55", "99.10")),
        ("|D500|0|1|F1|22|00|B||77|06082026|06082026|10,00|", ("telecom", "77", "10.00")),
        ("|C800|59|00|31|06082026|5,00|||{issuer}|1||", ("cfe", "31", "5.00")),
    ],
)
def test_other_registers_of_documents(row: str, expected: tuple[str, str, str]) -> None:
    told = only(row.format(cte=access_key(SUPPLIER, 9, model="57"), issuer=ISSUER))

    assert (told.doc_type, told.number, str(told.total)) == expected
    assert told.issued_on == date(2026, 8, 6)


def test_contributions_tell_services_and_energy_too() -> None:
    rows = (
        "|A010|11444777000161|",
        "|A100|0|1|F1|00|1||12|ABCD-99|07082026|07082026|300,00|0|",
        "|C500|F1|06|00|A||55|08082026|08082026|99,10|",
        invoice_row(),
    )
    service, energy, sale = read(sped(contributions(*rows))).mentions

    assert (service.doc_type, service.key, service.issuer_tax_id) == ("nfse", "ABCD-99", SUPPLIER)
    assert service.recipient_tax_id == sale.issuer_tax_id == "11444777000161"
    assert (energy.issuer_tax_id, energy.total) == (SUPPLIER, Decimal("99.10"))


def test_a_document_without_key_and_number_stays_out() -> None:
    parsed = read(sped(icms(invoice_row(number="", key=""))))

    assert (parsed.rejected, codes(parsed), parsed.read) == (1, ["sped_document"], 4)


def test_odd_days_and_amounts_are_said() -> None:
    parsed = read(sped(icms(invoice_row(more="31022026||1.500,00|"))))

    assert codes(parsed) == ["sped_date", "sped_amount"]
    assert (parsed.mentions[0].issued_on, parsed.mentions[0].total) == (None, None)


def test_the_signature_behind_the_end_is_left_alone() -> None:
    plain, signed = sped(icms(invoice_row())), sped(icms(invoice_row())) + SIGNATURE

    assert read(signed) == read(plain)
    assert (read(plain).read, read(plain).problems) == (4, ())


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-8-sig"])
def test_both_encodings_are_read(encoding: str) -> None:
    told = read(sped(icms(invoice_row(emitter="1", key="")), encoding=encoding)).mentions[0]

    assert told.issuer_name == "FORNECEDOR CAÇULA"


def test_a_record_may_run_over_many_lines() -> None:
    long = "|J800|010|NOTAS|ABC|e1xy\r\ndGVz\r\nZmlt|J800FIM|"
    parsed = read(sped(ledger(long)))

    assert (parsed.read, codes(parsed)) == (9, [])


def test_the_declared_total_and_the_end_are_checked() -> None:
    whole = sped(icms())
    wrong, cut = sped(icms(), total=9), whole[: whole.index(b"|9999|")]

    assert [codes(read(one)) for one in (whole, wrong, cut)] == [[], ["sped_total"], ["sped_total"]]


def test_a_part_and_an_ecf_are_counted_only() -> None:
    part = read(b"|K001|1|\r\n|K990|2|\r\n")
    ecf = read(sped(["|0000|LECF|0012|11222333000181|"]))

    assert (part.informative, codes(part)) == (2, ["sped_opening"])
    assert (ecf.informative, codes(ecf)) == (2, ["sped_ecf"])
    assert [problem.severity for problem in ecf.problems] == ["info"]


def test_a_text_without_any_record_is_refused() -> None:
    with pytest.raises(ParseError) as refused:
        parse_sped(b"nada")

    assert refused.value.code == "sped_opening"


def test_warnings_of_one_kind_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sped_lines, "MOST_WARNINGS", 2)
    parsed = read(sped(icms(*[invoice_row(key="1")] * 5)))

    assert codes(parsed) == ["sped_key"] * 3
    assert parsed.problems[-1].message == "Há mais 3 avisos iguais."


def test_a_declared_total_of_odd_characters_can_be_shown() -> None:
    odd = sped(icms(invoice_row()), total=7).replace(
        b"|9999|7|", b"|9999|7\x00" + b"A" * 900 + b"|"
    )
    (problem,) = read(odd).problems

    assert problem.code == "sped_total"
    assert "\x00" not in problem.message
    assert len(problem.message) < 200
