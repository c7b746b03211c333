"""NF-e and NFC-e become canonical documents, whatever wraps them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Document, Installment, Options, Parsed, ParseError
from tests.data.nfe import NAMESPACE, access_key, authorized, invoice, item, protocol

TODAY = date(2026, 11, 21)
SOAP = "http://www.w3.org/2003/05/soap-envelope"


def read(content: bytes) -> Parsed:
    return parse(content, "nota.xml", options=Options(TODAY))


def only(content: bytes) -> Document:
    (document,) = read(content).documents
    return document


def test_an_authorised_note_is_read_whole() -> None:
    note = only(authorized(number=7))

    assert (note.doc_type, note.model, note.number, note.series) == ("nfe", "55", "7", "1")
    assert note.key == access_key(number=7)
    assert note.issued_on == date(2026, 10, 20)
    assert note.issued_at == datetime(2026, 10, 20, 13, 15, tzinfo=UTC)
    assert note.total == Decimal("100.00")
    assert (note.issuer.tax_id, note.issuer.city, note.issuer.state) == (
        "11222333000181",
        "Santos",
        "SP",
    )
    assert (note.fiscal_status, note.protocol) == ("authorized", "135260000000001")
    assert read(authorized()).problems == ()


def test_items_keep_their_exact_values() -> None:
    note = only(authorized(total="3.30", items=[item(1, "1.10"), item(2, "2.20")]))

    assert [line.total for line in note.items] == [Decimal("1.10"), Decimal("2.20")]
    assert [line.number for line in note.items] == [1, 2]
    assert note.items[0].quantity == Decimal("1.0000")


def test_instalments_and_payments_are_read() -> None:
    billing = (
        "<cobr><fat><nFat>9</nFat></fat><dup><nDup>001</nDup><dVenc>2026-11-20</dVenc>"
        "<vDup>40.00</vDup></dup><dup><nDup>002</nDup><vDup>60.00</vDup></dup></cobr>"
        "<pag><detPag><tPag>15</tPag><vPag>100.00</vPag></detPag></pag>"
    )
    note = only(authorized(more=billing))

    assert note.installments == (
        Installment("001", date(2026, 11, 20), Decimal("40.00")),
        Installment("002", None, Decimal("60.00")),
    )
    assert note.payments == (("15", Decimal("100.00")),)
    assert note.extra["fat"] == {"nFat": "9"}


def test_an_older_layout_tells_only_the_day() -> None:
    note = only(authorized(issued="<dEmi>2026-10-20</dEmi>", layout="2.00"))

    assert (note.layout, note.issued_on, note.issued_at) == ("2.00", date(2026, 10, 20), None)


@pytest.mark.parametrize(
    ("recipient", "tax_id"),
    [
        ("", ""),
        ("<dest><CPF>52998224725</CPF></dest>", "52998224725"),
        ("<dest><idEstrangeiro>PASS123</idEstrangeiro></dest>", "PASS123"),
        ("<dest><idEstrangeiro/><xNome>ACME</xNome></dest>", ""),
    ],
)
def test_a_recipient_may_be_a_person_foreign_or_nobody(recipient: str, tax_id: str) -> None:
    assert only(authorized(recipient=recipient)).recipient.tax_id == tax_id


def test_another_party_is_never_taken_for_the_issuer_or_recipient() -> None:
    others = "<retirada><CNPJ>99</CNPJ></retirada><autXML><CNPJ>98</CNPJ></autXML>"
    note = only(authorized(more=others))

    assert (note.issuer.tax_id, note.recipient.tax_id) == ("11222333000181", "11444777000161")


def test_a_consumer_note_has_its_own_type() -> None:
    assert only(authorized(model="65", recipient="")).doc_type == "nfce"


@pytest.mark.parametrize(
    ("status", "fiscal_status"),
    [
        ("100", "authorized"),
        ("150", "authorized"),
        ("101", "cancelled"),
        ("155", "cancelled"),
        ("110", "denied"),
        ("302", "denied"),
        ("999", "unauthorized"),
    ],
)
def test_the_protocol_gives_the_fiscal_status(status: str, fiscal_status: str) -> None:
    assert only(authorized(status=status)).fiscal_status == fiscal_status


def test_new_taxes_and_unknown_groups_are_kept() -> None:
    totals = "</ICMSTot><IBSCBSTot><gIBS><vIBS>0.10</vIBS></gIBS></IBSCBSTot><ICMSTot>"
    content = authorized(more="<grupoNovo><vNovo>1.00</vNovo></grupoNovo>").replace(
        b"<ICMSTot>", totals.replace("</ICMSTot>", "", 1).encode()
    )
    note = only(content)

    assert note.extra["IBSCBSTot"] == {"gIBS": {"vIBS": "0.10"}}
    assert note.extra["grupoNovo"] == {"vNovo": "1.00"}


def test_only_totals_above_zero_are_taxes() -> None:
    note = only(authorized(more_totals="<vICMS>18.00</vICMS><vST>0.00</vST>"))

    assert note.taxes == {"vProd": Decimal("100.00"), "vICMS": Decimal("18.00")}


@pytest.mark.parametrize("zero", ["0", "00.00", "0.000", "-0.00", ""])
def test_a_zero_is_no_tax_and_no_doubt_however_it_is_written(zero: str) -> None:
    parsed = read(authorized(more_totals=f"<vST>{zero}</vST>"))

    assert parsed.documents[0].taxes == {"vProd": Decimal("100.00")}
    assert not parsed.problems


def test_a_batch_in_an_envelope_gives_all_its_notes() -> None:
    notes = invoice(number=1) + invoice(number=2)
    service = f"{NAMESPACE}/wsdl/NFeAutorizacao4"
    wrapped = (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><nfeDadosMsg xmlns="{service}">'
        f'<enviNFe xmlns="{NAMESPACE}">{notes}</enviNFe></nfeDadosMsg></s:Body></s:Envelope>'
    )
    parsed = read(wrapped.encode())

    assert [note.number for note in parsed.documents] == ["1", "2"]
    assert parsed.read == 2


def test_a_refused_note_leaves_the_others_in() -> None:
    notes = invoice(number=1) + invoice(number=2, total="1,00")
    parsed = read(f'<enviNFe xmlns="{NAMESPACE}">{notes}</enviNFe>'.encode())

    assert (len(parsed.documents), parsed.rejected, parsed.read) == (1, 1, 2)
    assert "nfe_amount" in [problem.code for problem in parsed.problems]


def test_indentation_and_prefixes_do_not_change_what_a_note_says() -> None:
    plain = authorized()
    indented = plain.replace(b"><", b">\n  <")
    prefixed = plain.replace(b"</", b"</n:").replace(b"<", b"<n:").replace(b"<n:/n:", b"</n:")
    prefixed = prefixed.replace(b" xmlns=", b" xmlns:n=")

    assert only(plain).content_hash == only(indented).content_hash == only(prefixed).content_hash
    assert only(plain).content_hash != only(authorized(total="100.01")).content_hash


def test_a_protocol_alone_is_informative() -> None:
    alone = protocol(access_key()).replace("<protNFe", f'<protNFe xmlns="{NAMESPACE}"', 1)
    parsed = read(alone.encode())

    assert (parsed.kind, parsed.informative, parsed.read) == ("summary", 1, 1)


def test_a_note_of_another_kind_is_named() -> None:
    with pytest.raises(ParseError, match=r"MDF-e") as refusal:
        read(b'<mdfeProc xmlns="http://www.portalfiscal.inf.br/mdfe"/>')

    assert refusal.value.code == "xml_root"
