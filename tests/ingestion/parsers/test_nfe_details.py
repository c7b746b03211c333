"""What a note says beside its face: other documents, parties, payments, withheld taxes, reform."""

from datetime import date
from decimal import Decimal

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Document, Options, Party, Reference
from tests.data.nfe import access_key, authorized, item

TODAY = date(2026, 11, 21)
E2E = "E12345678202610201015abcdefghijk"
RETAINED = (
    "<retTrib><vRetPIS>0.65</vRetPIS><vRetCOFINS>3.00</vRetCOFINS><vIRRF>0.00</vIRRF></retTrib>"
)


def only(content: bytes) -> Document:
    (document,) = parse(content, "nota.xml", options=Options(TODAY)).documents
    return document


def with_totals(groups: str, *, more: str = "") -> Document:
    content = authorized(more=more).replace(b"</ICMSTot>", f"</ICMSTot>{groups}".encode())
    return only(content)


@pytest.mark.parametrize(
    ("written", "reference"),
    [
        (f"<refNFe>{access_key(number=9)}</refNFe>", Reference("nfe", access_key(number=9))),
        (f"<refNFe>{access_key(model='65')}</refNFe>", Reference("nfce", access_key(model="65"))),
        (f"<refCTe>{access_key(model='57')}</refCTe>", Reference("cte", access_key(model="57"))),
        ("<refNFeSig>123</refNFeSig>", Reference("nfe_masked", "123")),
        (
            "<refNF><cUF>35</cUF><AAMM>2610</AAMM><mod>01</mod><serie>0</serie><nNF>7</nNF></refNF>",
            Reference("nf", "35|2610|01|0|7"),
        ),
        ("<refNFP><CPF>52998224725</CPF><nNF>7</nNF></refNFP>", Reference("nfp", "52998224725|7")),
        ("<refECF><mod>2D</mod><nECF>1</nECF><nCOO>2</nCOO></refECF>", Reference("ecf", "2D|1|2")),
    ],
)
def test_every_kind_of_reference_is_told(written: str, reference: Reference) -> None:
    assert only(authorized(more_ide=f"<NFref>{written}</NFref>")).references == (reference,)


def test_lines_and_advance_payments_refer_to_documents_too() -> None:
    key, other = access_key(number=8), access_key(number=9)
    line = f"<DFeReferenciado><chaveAcesso>{key}</chaveAcesso><nItem>1</nItem></DFeReferenciado>"
    note = only(
        authorized(
            items=[item().replace("</det>", f"{line}</det>")],
            more_ide=f"<gPagAntecipado><refNFe>{other}</refNFe></gPagAntecipado>",
        )
    )

    assert note.references == (Reference("nfe", other), Reference("nfe", key))


@pytest.mark.parametrize("inside", ["<a/>", "<a/><a/>"])
def test_a_reference_that_is_no_text_is_none(inside: str) -> None:
    key = f"<chaveAcesso>{inside}</chaveAcesso>"
    line = item().replace("</det>", f"<DFeReferenciado>{key * 2}</DFeReferenciado></det>")

    assert only(authorized(items=[line])).references == ()
    assert only(authorized(more_ide=f"<NFref>{key}</NFref>")).references == ()


@pytest.mark.parametrize("purpose", ["4", "5", "6"])
def test_returns_credits_and_debits_keep_their_purpose(purpose: str) -> None:
    assert only(authorized(purpose=purpose)).purpose == purpose


def test_taxes_withheld_leave_what_is_paid() -> None:
    note = with_totals(RETAINED + "<ISSQNtot><vISSRet>2.00</vISSRet></ISSQNtot>")

    assert note.withheld == {
        "pis": Decimal("0.65"),
        "cofins": Decimal("3.00"),
        "iss": Decimal("2.00"),
    }
    assert (note.total, note.net) == (Decimal("100.00"), Decimal("94.35"))


@pytest.mark.parametrize(
    ("told", "net"), [("96.30", "96.30"), ("0.00", "96.35"), ("900.00", "96.35"), ("x", "96.35")]
)
def test_the_invoice_group_may_tell_what_is_paid(told: str, net: str) -> None:
    note = with_totals(RETAINED, more=f"<cobr><fat><vLiq>{told}</vLiq></fat></cobr>")

    assert note.net == Decimal(net)


def test_more_withheld_than_the_total_leaves_no_net() -> None:
    note = with_totals("<retTrib><vIRRF>500.00</vIRRF></retTrib>")

    assert (note.withheld, note.net) == ({"irrf": Decimal("500.00")}, None)


def test_a_note_that_withholds_nothing_tells_no_net() -> None:
    note = only(authorized(more="<cobr><fat><vLiq>90.00</vLiq></fat></cobr>"))

    assert (note.withheld, note.net) == ({}, None)


def test_the_reform_adds_totals_and_leaves_the_total_alone() -> None:
    groups = (
        "<ISTot><vIS>1.00</vIS></ISTot><IBSCBSTot><vBCIBSCBS>100.00</vBCIBSCBS><gIBS><gIBSUF>"
        "<vIBSUF>0.06</vIBSUF></gIBSUF><gIBSMun><vIBSMun>0.04</vIBSMun></gIBSMun><vIBS>0.10</vIBS>"
        "</gIBS><gCBS><vDif>0.00</vDif><vCBS>0.90</vCBS></gCBS></IBSCBSTot><vNFTot>102.00</vNFTot>"
    )
    note = with_totals(groups)
    reform = {name: str(value) for name, value in note.taxes.items() if name != "vProd"}

    assert note.total == Decimal("100.00")
    assert reform == {
        "vNFTot": "102.00",
        "vIS": "1.00",
        "vBCIBSCBS": "100.00",
        "vIBS": "0.10",
        "vIBSUF": "0.06",
        "vIBSMun": "0.04",
        "vCBS": "0.90",
    }
    assert note.extra["vNFTot"] == "102.00"


def test_an_unreadable_new_total_is_said_with_its_place() -> None:
    content = authorized().replace(b"</ICMSTot>", b"</ICMSTot><ISTot><vIS>um</vIS></ISTot>")
    parsed = parse(content, "nota.xml", options=Options(TODAY))

    assert [(one.code, one.place) for one in parsed.problems] == [("nfe_amount", "total/ISTot/vIS")]


def test_other_parties_have_their_roles() -> None:
    carrier = "<CNPJ>11444777000161</CNPJ><xNome>TRANSPORTE</xNome><xMun>Santos</xMun><UF>SP</UF>"
    others = (
        "<entrega><CPF>52998224725</CPF><xNome>OBRA</xNome></entrega>"
        f"<transp><modFrete>0</modFrete><transporta>{carrier}</transporta></transp>"
        "<infIntermed><CNPJ>11222333000181</CNPJ></infIntermed><autXML><CNPJ>98</CNPJ></autXML>"
        "<autXML><CPF>97</CPF></autXML>"
    )
    note = only(authorized(more=others))

    assert note.parties == {
        "delivery": Party("52998224725", "OBRA"),
        "carrier": Party("11444777000161", "TRANSPORTE", "Santos", "SP"),
        "intermediary": Party("11222333000181"),
    }
    assert note.extra["autXML"] == ["98", "97"]


def test_details_of_payments_are_kept_with_their_identifiers() -> None:
    paid = (
        "<pag><detPag><tPag>03</tPag><vPag>60.00</vPag><dPag>2026-10-20</dPag><card>"
        "<CNPJ>11444777000161</CNPJ><tBand>01</tBand><cAut>A99</cAut><idTermPag>T1</idTermPag>"
        f"</card></detPag><detPag><tPag>20</tPag><vPag>40.00</vPag><card><cAut>{E2E}</cAut></card>"
        "</detPag><vTroco>1.00</vTroco></pag>"
    )
    note = only(authorized(more=paid))
    card, pix = note.extra["payments"]

    assert note.payments == (("03", Decimal("60.00")), ("20", Decimal("40.00")))
    assert (card["CNPJ"], card["tBand"], card["idTermPag"]) == ("11444777000161", "01", "T1")
    assert (card["dPag"], card["identifiers"]) == ("2026-10-20", {"authorization": "A99"})
    assert pix["identifiers"] == {"e2e": E2E}
    assert note.extra["vTroco"] == "1.00"


def test_a_payment_linked_in_the_note_is_kept() -> None:
    link = '<gPgto nPag="1" idTransacao="109/00012345"><tpMeioPgto>15</tpMeioPgto></gPgto>'
    note = only(authorized(more=f"<pgtoVinc>{link}</pgtoVinc>"))
    (linked,) = note.extra["payments"]

    assert (linked["nPag"], linked["identifiers"]) == ("1", {"our_number": "109/00012345"})


def test_older_layouts_repeat_the_whole_payment() -> None:
    paid = (
        "<pag><tPag>01</tPag><vPag>30.00</vPag></pag><pag><tPag>03</tPag><vPag>70.00</vPag></pag>"
    )
    note = only(authorized(more=paid, layout="3.10"))

    assert note.payments == (("01", Decimal("30.00")), ("03", Decimal("70.00")))
    assert "payments" not in note.extra


@pytest.mark.parametrize(
    ("layout", "path"), [("4.00", "dhEmi"), ("3.10", "dhEmi"), ("2.00", "dEmi")]
)
def test_fields_tell_where_they_stand_in_their_layout(layout: str, path: str) -> None:
    first, second = only(authorized(layout=layout)), only(authorized(layout=layout, number=2))

    assert first.provenance["issued_on"] == f"infNFe/ide/{path}"
    assert first.provenance["total"] == "infNFe/total/ICMSTot/vNF"
    assert first.provenance is second.provenance


@pytest.mark.parametrize(("name", "longest"), [("serie", 3), ("nNF", 9), ("tpAmb", 1)])
def test_a_code_longer_than_any_real_one_is_left_out_and_said(name: str, longest: int) -> None:
    content = authorized().replace(
        f"<{name}>1<".encode(), f"<{name}>{'1' * (longest + 1)}<".encode()
    )
    parsed = parse(content, "nota.xml", options=Options(TODAY))

    assert f"ide/{name}" in [one.place for one in parsed.problems if one.code == "nfe_value"]
    assert max(map(len, (parsed.documents[0].series, parsed.documents[0].environment))) <= 1
