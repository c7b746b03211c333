"""Service notes of the cities become canonical documents, whatever the city wrote around them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Document, Options, Parsed, Reference
from tests.data.abrasf import (
    CANCELLED,
    REPLACED,
    first,
    listed,
    paulistana,
    second,
    values,
)
from tests.data.nfe import ISSUER, RECIPIENT

TODAY = date(2026, 11, 21)
TAXES = (
    "<ValorPis>6.50</ValorPis><ValorCofins>30.00</ValorCofins><ValorIr>15.00</ValorIr>"
    "<ValorCsll>10.00</ValorCsll><ValorInss>0.00</ValorInss>"
)


def read(content: bytes) -> Parsed:
    return parse(content, "nfse.xml", options=Options(TODAY))


def only(content: bytes) -> Document:
    (document,) = read(content).documents
    return document


def test_a_first_version_without_namespace_is_read() -> None:
    parsed = read(first("318").encode())
    (note,) = parsed.documents

    assert (parsed.kind, parsed.parser, parsed.problems) == ("nfse", "abrasf/1", ())
    assert note.key == f"3304557|{ISSUER}|318|AB-1"
    assert (note.issuer.tax_id, note.recipient.tax_id) == (ISSUER, RECIPIENT)
    assert (note.issued_on, note.issued_at) == (date(2026, 10, 20), None)
    assert (note.total, note.layout) == (Decimal("1000.00"), "1.00")
    assert [(one.code, one.description) for one in note.items] == [("17.19", "HONORÁRIOS")]


def test_a_second_version_is_read_from_its_declaration() -> None:
    note = only(listed(second(amounts=values(more=TAXES))))

    assert note.key == f"3550308|{ISSUER}|1|AB-1"
    assert note.issued_at == datetime(2026, 10, 20, 13, 15, tzinfo=UTC)
    assert note.competence_on == date(2026, 9, 1)
    assert (note.net, note.layout) == (Decimal("938.50"), "2.04")
    assert note.recipient.name == "MERCADO MODELO"
    assert set(note.withheld) == {"pis", "cofins", "irrf", "csll"}


@pytest.mark.parametrize(("flag", "withheld"), [("1", {"iss": Decimal("50.00")}), ("2", {})])
def test_the_tax_of_the_city_is_withheld_only_when_said(
    flag: str, withheld: dict[str, Decimal]
) -> None:
    assert only(listed(second(flag=flag))).withheld == withheld


def test_several_notes_and_a_cancellation_in_one_file() -> None:
    parsed = read(listed(second("1"), second("2", beside=CANCELLED), first("3")))

    assert [(one.number, one.fiscal_status) for one in parsed.documents] == [
        ("1", "authorized"),
        ("2", "cancelled"),
        ("3", "authorized"),
    ]
    (event,) = parsed.events
    assert (event.document_key, event.event_type) == (parsed.documents[1].key, "101101")
    assert parsed.read == 4


def test_a_refused_cancellation_cancels_nothing() -> None:
    refused = CANCELLED.replace("<DataHora>", "<Sucesso>false</Sucesso><DataHora>")

    assert only(first(beside=refused).encode()).fiscal_status == "authorized"


@pytest.mark.parametrize(
    "beside",
    [
        "<NfseCancelamento/>",
        "<NfseCancelamento><Confirmacao><DataHora/></Confirmacao></NfseCancelamento>",
        REPLACED.replace(">9<", ">0<"),
        REPLACED.replace(">9<", "><"),
    ],
)
def test_a_group_that_says_nothing_cancels_nothing(beside: str) -> None:
    parsed = read(first(beside=beside).encode())

    assert [one.fiscal_status for one in parsed.documents] == ["authorized"]
    assert (parsed.events, parsed.documents[0].references) == ((), ())


def test_a_replaced_note_names_its_successor() -> None:
    parsed = read(first(beside=REPLACED).encode())

    assert parsed.documents[0].references == (Reference("replaced_by", "9"),)
    assert parsed.documents[0].fiscal_status == "cancelled"
    assert [one.event_type for one in parsed.events] == ["105102"]


@pytest.mark.parametrize(
    ("written", "total", "doubts"),
    [
        ("1.234,56", "1234.56", ["abrasf_amount"]),
        ("99,9", "99.9", ["abrasf_amount"]),
        ("20500", "20500", []),
        ("139.5", "139.50", []),
        ("1000.0000", "1000.00", []),
    ],
)
def test_amounts_are_read_as_cities_write_them(written: str, total: str, doubts: list[str]) -> None:
    parsed = read(first(amounts=values(written)).encode())

    assert parsed.documents[0].total == Decimal(total)
    assert [one.code for one in parsed.problems] == doubts


@pytest.mark.parametrize("written", ["1e3", "-5.00", "1.005", "", "12,345,678.00"])
def test_what_is_no_amount_keeps_the_note_out(written: str) -> None:
    parsed = read(first(amounts=values(written)).encode())

    assert (len(parsed.documents), parsed.rejected) == (0, 1)


def test_an_answer_escaped_inside_an_envelope_is_read() -> None:
    inside = escape('<?xml version="1.0" encoding="ISO-8859-1"?>' + first("5"))
    envelope = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<x:R xmlns:x="urn:city"><outputXML>{inside}</outputXML></x:R></s:Body></s:Envelope>'
    )

    assert only(envelope.encode()).number == "5"


@pytest.mark.parametrize(
    "root", ["EnviarLoteRpsEnvio", "ConsultarNfseEnvio", "CancelarNfseResposta", "Rps"]
)
def test_requests_and_queries_are_informative(root: str) -> None:
    parsed = read(f'<{root} xmlns="http://www.abrasf.org.br/nfse.xsd"/>'.encode())

    assert (parsed.kind, parsed.informative, parsed.documents) == ("summary", 1, ())


def test_a_note_of_sao_paulo_is_read() -> None:
    note = only(paulistana(withheld="true"))

    assert note.key == f"3550308|{ISSUER}|7|ABCD1234"
    assert (note.total, note.recipient.tax_id) == (Decimal(20500), "52998224725")
    assert note.withheld == {"pis": Decimal(10), "iss": Decimal("139.50")}
    assert note.fiscal_status == "authorized"


def test_a_cancelled_note_of_sao_paulo_brings_its_event() -> None:
    parsed = read(paulistana(status="C"))

    assert [one.fiscal_status for one in parsed.documents] == ["cancelled"]
    assert [one.event_type for one in parsed.events] == ["101101"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<Numero>1</Numero>", "", "abrasf_missing"),
        (f"<Cnpj>{ISSUER}</Cnpj>", "", "abrasf_missing"),
        ("<Numero>1</Numero>", f"<Numero>{'9' * 21}</Numero>", "abrasf_key"),
        ("2026-10-20T10:15:00", "20/10/2026", "abrasf_date"),
        ("InfNfse", "Outro", "abrasf_missing"),
    ],
)
def test_what_has_no_identity_stays_out(old: str, new: str, code: str) -> None:
    parsed = read(first().replace(old, new).encode())

    assert (len(parsed.documents), parsed.rejected) == (0, 1)
    assert parsed.problems[-1].code == code
