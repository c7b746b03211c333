"""Events of a note: what happened, when, and whether the tax authority accepted it."""

from datetime import UTC, datetime

import pytest

from ingestion.parsers import parse
from ingestion.parsers.fiscal_status import fiscal_status_after
from ingestion.parsers.model import Event, Options, Parsed
from tests.data.nfe import NAMESPACE, access_key, authorized, event
from tests.ingestion.parsers.test_nfe import TODAY


def read(content: bytes) -> Parsed:
    return parse(content, "evento.xml", options=Options(TODAY))


def only(content: bytes) -> Event:
    (found,) = read(content).events
    return found


def test_a_cancellation_is_read_whole() -> None:
    found = only(event(detail="<xJust>PEDIDO CANCELADO</xJust>"))

    assert (found.document_key, found.event_type, found.sequence) == (access_key(), "110111", 1)
    assert (found.accepted, found.status_code) == (True, "135")
    assert found.protocol == "135260000000002"
    assert found.occurred_at == datetime(2026, 10, 21, 12, 0, tzinfo=UTC)
    assert found.text == "PEDIDO CANCELADO"
    assert read(event()).kind == "event"


@pytest.mark.parametrize(
    "moment", ["2026-10-21T09:00:00", "0001-01-01T00:00:00+03:00", "9999-12-31T23:59:59-03:00", "x"]
)
def test_a_moment_that_no_calendar_holds_is_left_out(moment: str) -> None:
    found = only(event().replace(b"2026-10-21T09:00:00-03:00", moment.encode()))

    assert (found.occurred_at, found.accepted) == (None, True)


@pytest.mark.parametrize("kind", ["110110", "110112", "110130", "210240", "110750", "112110"])
def test_any_kind_of_event_is_read(kind: str) -> None:
    assert only(event(kind=kind)).event_type == kind


@pytest.mark.parametrize(("status", "accepted"), [("136", True), ("155", True), ("573", False)])
def test_only_registered_events_count(status: str, accepted: bool) -> None:
    found = only(event(status=status))
    places = [problem.place for problem in read(event(status=status)).problems]

    assert found.accepted is accepted
    assert places == ([] if accepted else ["retEvento/infEvento/cStat"])


def test_a_request_without_answer_does_not_count() -> None:
    parsed = read(event(status=""))

    assert (parsed.events[0].accepted, parsed.events[0].status_code) == (False, "")
    assert [problem.code for problem in parsed.problems] == ["nfe_protocol"]


def test_an_answer_alone_still_tells_the_note() -> None:
    text = event().decode()
    answer = text[text.index("<retEvento>") : text.index("</procEventoNFe>")]
    found = only(f'<retEnvEvento xmlns="{NAMESPACE}">{answer}</retEnvEvento>'.encode())

    assert (found.document_key, found.event_type, found.accepted) == (access_key(), "110111", True)


def test_an_event_of_no_note_is_refused() -> None:
    parsed = read(event("0" * 44))

    assert (parsed.events, parsed.rejected) == ((), 1)
    assert parsed.problems[0].code == "nfe_key"


def test_a_cancellation_saved_behind_the_protocol_is_read() -> None:
    answer = event().decode().partition("</evento>")[2].removesuffix("</procEventoNFe>")
    parsed = read(authorized().replace(b"</nfeProc>", f"{answer}</nfeProc>".encode()))
    (document,) = parsed.documents

    assert fiscal_status_after(document.fiscal_status, parsed.events) == "cancelled"
    assert (parsed.read, parsed.problems) == (2, ())


def test_an_event_of_no_note_behind_the_protocol_leaves_the_note_in() -> None:
    whole = event("0" * 44).decode()
    parsed = read(authorized().replace(b"</nfeProc>", f"{whole}</nfeProc>".encode()))

    assert (len(parsed.documents), len(parsed.events), parsed.rejected) == (1, 0, 1)


@pytest.mark.parametrize("name", ["procInutNFe", "resEvento"])
def test_what_names_no_document_is_informative(name: str) -> None:
    parsed = read(f'<{name} xmlns="{NAMESPACE}"><a>1</a></{name}>'.encode())

    assert (parsed.kind, parsed.informative, parsed.read) == ("summary", 1, 1)
    assert parsed.problems[0].severity == "info"
