"""CT-e and CT-e OS become canonical documents: who pays the carrier is the recipient."""

import gzip
from base64 import b64encode
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Document, Installment, Options, Parsed, Party, Reference
from tests.data.cte import (
    CONSIGNEE,
    INVOICE,
    NAMESPACE,
    answer,
    authorized_cte,
    cte,
    cte_event,
    party,
)
from tests.data.nfe import ISSUER, RECIPIENT, access_key

TODAY = date(2026, 11, 21)


def read(content: bytes) -> Parsed:
    return parse(content, "cte.xml", options=Options(TODAY))


def only(content: bytes) -> Document:
    (document,) = read(content).documents
    return document


def test_an_authorised_document_is_read_whole() -> None:
    parsed = read(authorized_cte(number=7))
    (one,) = parsed.documents

    assert (parsed.kind, parsed.parser, parsed.problems) == ("cte", "cte/1", ())
    assert (one.doc_type, one.model, one.number, one.series) == ("cte", "57", "7", "1")
    assert one.key == access_key(number=7, model="57")
    assert one.issued_at == datetime(2026, 10, 20, 13, 15, tzinfo=UTC)
    assert (one.total, one.net) == (Decimal("250.00"), Decimal("250.00"))
    assert one.issuer == Party(ISSUER, "TRANSPORTES EXEMPLO", "Santos", "SP")
    assert (one.fiscal_status, one.protocol) == ("authorized", "135260000000009")
    assert (one.direction, one.purpose, one.taxes) == ("1", "1", {"vICMS": Decimal("30.00")})


@pytest.mark.parametrize(
    ("payer", "tax_id"),
    [
        ("<toma3><toma>0</toma></toma3>", RECIPIENT),
        ("<toma03><toma>0</toma></toma03>", RECIPIENT),
        ("<toma3><toma>3</toma></toma3>", CONSIGNEE),
        ("<toma3><toma>1</toma></toma3>", ""),
        ("<toma3><toma>9</toma></toma3>", ""),
        ("<toma4><toma>4</toma><CPF>52998224725</CPF><xNome>ANA</xNome></toma4>", "52998224725"),
    ],
)
def test_the_payer_is_the_recipient(payer: str, tax_id: str) -> None:
    one = only(authorized_cte(payer=payer))

    assert one.recipient.tax_id == tax_id
    assert {role: who.tax_id for role, who in one.parties.items()} == {
        "sender": RECIPIENT,
        "consignee": CONSIGNEE,
    }


def test_the_payer_of_other_services_stands_alone() -> None:
    own = party("toma", RECIPIENT, "AGENCIA EXEMPLO", "enderToma")
    one = only(cte(model="67", payer="", own_payer=own).encode())

    assert (one.doc_type, one.model) == ("cteos", "67")
    assert one.recipient == Party(RECIPIENT, "AGENCIA EXEMPLO", "Santos", "SP")


def test_the_notes_it_carries_and_the_parts_of_the_price_are_kept() -> None:
    one = only(authorized_cte())

    assert one.references == (Reference("nfe", INVOICE),)
    assert [(item.description, item.total, item.cfop) for item in one.items] == [
        ("FRETE PESO", Decimal("250.00"), "5353")
    ]


@pytest.mark.parametrize(
    ("kind", "group", "purpose", "reference"),
    [
        ("1", "<infCteComp><chCTe>{}</chCTe></infCteComp>", "1", "complemented"),
        ("2", "<infCteAnu><chCte>{}</chCte></infCteAnu>", "4", "annulled"),
        ("3", "<infCteSub><chCte>{}</chCte></infCteSub>", "1", "replaced"),
        ("8", "", "3", ""),
    ],
)
def test_what_undoes_another_document_waits_for_no_money(
    kind: str, group: str, purpose: str, reference: str
) -> None:
    other = access_key(number=3, model="57")
    one = only(authorized_cte(kind=kind, more=group.format(other)))

    assert (one.purpose, one.extra["tpCTe"]) == (purpose, kind)
    assert not reference or Reference(reference, other) in one.references


def test_instalments_are_read() -> None:
    billing = "<dup><nDup>1</nDup><dVenc>2026-11-20</dVenc><vDup>250.00</vDup></dup>"
    one = only(authorized_cte(more=f"<cobr>{billing}</cobr>"))

    assert one.installments == (Installment("1", date(2026, 11, 20), Decimal("250.00")),)


def test_an_older_layout_tells_no_offset() -> None:
    one = only(authorized_cte(issued="2026-10-20T10:15:00", layout="2.00"))

    assert (one.layout, one.issued_on, one.issued_at) == ("2.00", date(2026, 10, 20), None)


def test_a_byte_order_mark_and_a_batch_make_no_difference() -> None:
    batch = f'<enviCTe xmlns="{NAMESPACE}">{cte(number=1)}{cte(number=2)}</enviCTe>'
    parsed = read(b"\xef\xbb\xbf" + batch.encode())

    assert [one.number for one in parsed.documents] == ["1", "2"]
    assert {one.fiscal_status for one in parsed.documents} == {"unauthorized"}
    assert {one.code for one in parsed.problems} == {"cte_protocol"}


def test_a_cancellation_saved_beside_the_protocol_counts() -> None:
    parsed = read(authorized_cte(beside=f"<procCancCTe>{answer()}</procCancCTe>"))

    assert [one.fiscal_status for one in parsed.documents] == ["cancelled"]
    assert [(one.event_type, one.accepted) for one in parsed.events] == [("110111", True)]
    assert parsed.read == 2


def test_an_event_for_another_document_beside_it_cancels_nothing() -> None:
    other = answer(access_key(number=9, model="57"))
    parsed = read(authorized_cte(beside=other))

    assert [one.fiscal_status for one in parsed.documents] == ["authorized"]
    assert [one.code for one in parsed.problems] == ["cte_key"]


@pytest.mark.parametrize(("status", "accepted"), [("135", True), ("573", False), ("", False)])
def test_an_event_counts_once_it_is_registered(status: str, accepted: bool) -> None:
    parsed = read(cte_event(status=status))
    (event,) = parsed.events

    assert (event.event_type, event.sequence, event.accepted) == ("110111", 1, accepted)
    assert (event.author, event.text) == (ISSUER, "Carga recusada")
    assert [one.code for one in parsed.problems] == ([] if accepted else ["cte_protocol"])


def test_numbers_given_up_are_voided_once_the_answer_says_so() -> None:
    asked = (
        f"<inutCTe><infInut><ano>26</ano><CNPJ>{ISSUER}</CNPJ><mod>57</mod><serie>1</serie>"
        "<nCTIni>5</nCTIni><nCTFin>7</nCTFin></infInut></inutCTe>"
    )
    answered = "<retInutCTe><infInut><cStat>102</cStat><nProt>9</nProt></infInut></retInutCTe>"
    (one,) = read(
        f'<procInutCTe xmlns="{NAMESPACE}">{asked}{answered}</procInutCTe>'.encode()
    ).voidings

    assert (one.issuer_tax_id, one.model, one.series) == (ISSUER, "57", "1")
    assert (one.first, one.last, one.accepted, one.protocol) == (5, 7, True, "9")


def test_codes_too_long_for_their_column_are_said_and_left_out() -> None:
    content = cte().replace("<serie>1</serie>", "<serie>1234567</serie>").encode()
    parsed = read(content)

    assert parsed.documents[0].series == ""
    assert "cte_value" in [one.code for one in parsed.problems]


def test_a_distribution_brings_documents_and_events_packed() -> None:
    packed = [b64encode(gzip.compress(one)).decode() for one in (authorized_cte(), cte_event())]
    lot = "".join(f'<docZip NSU="{nsu}">{one}</docZip>' for nsu, one in enumerate(packed))
    answered = f'<retDistDFeInt xmlns="{NAMESPACE}"><loteDistDFeInt>{lot}</loteDistDFeInt>'
    parsed = read(f"{answered}</retDistDFeInt>".encode())

    assert (len(parsed.documents), len(parsed.events), parsed.rejected) == (1, 1, 0)
