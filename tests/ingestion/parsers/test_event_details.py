"""Events keep what they say beside their text: payments, what they take back, the rest."""

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Event, Options
from tests.data.cte import cte_event
from tests.data.nfe import event
from tests.ingestion.parsers.test_nfe import TODAY

E2E = "E12345678202610201015abcdefghijk"
TXID = "PEDIDO0000000000000000000042"


def only(content: bytes) -> Event:
    (found,) = parse(content, "evento.xml", options=Options(TODAY)).events
    return found


def paid(means: str, code: str) -> str:
    return (
        f"<detPag><indPag>0</indPag><tPag>{means}</tPag><vPag>100.00</vPag><dPag>2026-10-22</dPag>"
        f"<CNPJPag>11444777000161</CNPJPag><UFPag>SP</UFPag><cAut>{code}</cAut></detPag>"
    )


@pytest.mark.parametrize(
    ("means", "code", "kind"),
    [
        ("17", E2E, "e2e"),
        ("17", TXID, "txid"),
        ("20", TXID, "txid"),
        ("15", "109/00012345", "our_number"),
        ("03", "A99", "authorization"),
    ],
)
def test_financial_reconciliation_names_its_payments(means: str, code: str, kind: str) -> None:
    found = only(event(kind="110750", detail=paid(means, code)))
    (payment,) = found.extra["payments"]

    assert payment["identifiers"] == {kind: code}
    assert (payment["vPag"], payment["dPag"], payment["tPag"]) == ("100.00", "2026-10-22", means)


def test_all_payments_of_one_event_are_kept() -> None:
    found = only(event(kind="110750", detail=paid("01", "") + paid("17", E2E)))

    assert [one["tPag"] for one in found.extra["payments"]] == ["01", "17"]
    assert "identifiers" not in found.extra["payments"][0]


def test_a_linked_payment_names_its_transaction() -> None:
    link = (
        f'<gPgto idTransacao="{TXID}"><tpMeioPgto>17</tpMeioPgto>'
        "<CNPJReceb>11222333000181</CNPJReceb><CNPJBasePSP>12345678</CNPJBasePSP></gPgto>"
    )
    (payment,) = only(event(kind="110300", detail=link)).extra["payments"]

    assert payment["identifiers"] == {"txid": TXID}
    assert payment["CNPJReceb"] == "11222333000181"


@pytest.mark.parametrize(
    ("kind", "name", "cancelled"),
    [
        ("110131", "nProtEvento", "110130"),
        ("110301", "nProtVincPgto", "110300"),
        ("110751", "nProtEvento", "110750"),
    ],
)
def test_an_event_may_take_another_one_back(kind: str, name: str, cancelled: str) -> None:
    found = only(event(kind=kind, detail=f"<{name}>135260000000042</{name}>"))

    assert found.extra["cancels"] == {"event_type": cancelled, "protocol": "135260000000042"}


def test_the_cancellation_of_any_event_names_what_it_cancels() -> None:
    detail = "<tpEventoAut>112110</tpEventoAut><nProtEvento>135260000000042</nProtEvento>"
    found = only(event(kind="110001", detail=detail))

    assert found.extra["cancels"] == {"event_type": "112110", "protocol": "135260000000042"}


def test_what_has_no_name_of_its_own_is_kept_as_written() -> None:
    detail = '<tpAutor>1</tpAutor><gConsumo nItem="1"><vIBS>5.00</vIBS></gConsumo>'
    found = only(event(kind="112120", detail=detail))

    assert found.extra["details"] == {"tpAutor": "1", "gConsumo": {"vIBS": "5.00"}}
    assert "payments" not in found.extra


def test_an_event_that_only_says_its_reason_has_nothing_beside() -> None:
    assert only(event(detail="<xJust>PEDIDO CANCELADO</xJust>")).extra == {}


def test_events_of_freight_documents_are_read_by_the_same_names() -> None:
    assert only(cte_event(kind="110111")).extra.get("cancels") is None
    linked = b'<pgto nPag="1" idTransacao="B1"><tpMeioPgto>15</tpMeioPgto></pgto></evCancCTe>'
    found = only(cte_event(kind="110300").replace(b"</evCancCTe>", linked))

    assert found.extra["payments"][0]["identifiers"] == {"our_number": "B1"}
