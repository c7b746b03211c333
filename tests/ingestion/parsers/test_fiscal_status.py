"""The status of a document follows from its protocol and its events, in whatever order."""

from itertools import permutations

import pytest

from ingestion.parsers import parse
from ingestion.parsers.fiscal_status import fiscal_status_after
from ingestion.parsers.model import Event, Options
from tests.data.nfe import access_key, authorized, event, old_cancellation
from tests.ingestion.parsers.test_nfe import TODAY

CANCEL = "135260000000010"
UNDO = (
    "<tpEventoAut>110111</tpEventoAut><nProtEvento>" + CANCEL + "</nProtEvento>"
)  # what 110001 says of the cancellation


def read(content: bytes) -> Event:
    (found,) = parse(content, "evento.xml", options=Options(TODAY)).events
    return found


def cancelled(**changes: str) -> Event:
    return read(event(**{"protocol": CANCEL, **changes}))  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["authorized", "unauthorized", "cancelled", "denied"])
def test_without_events_the_protocol_decides(status: str) -> None:
    assert fiscal_status_after(status, []) == status


@pytest.mark.parametrize("kind", ["110111", "110112"])
@pytest.mark.parametrize("answer", ["135", "136", "155"])
def test_a_registered_cancellation_cancels_also_when_it_is_late(kind: str, answer: str) -> None:
    assert fiscal_status_after("authorized", [cancelled(kind=kind, status=answer)]) == "cancelled"


@pytest.mark.parametrize("answer", ["573", "501", "999", ""])
def test_a_rejected_or_unanswered_cancellation_counts_for_nothing(answer: str) -> None:
    assert fiscal_status_after("authorized", [cancelled(status=answer)]) == "authorized"


@pytest.mark.parametrize("kind", ["110110", "210240", "110130", "110750", "110140", "112110"])
def test_other_events_leave_the_status_alone(kind: str) -> None:
    assert fiscal_status_after("authorized", [cancelled(kind=kind)]) == "authorized"


def test_a_cancellation_that_was_cancelled_counts_for_nothing_in_any_order() -> None:
    events = [
        cancelled(),
        read(event(kind="110001", detail=UNDO)),
        read(event(kind="110110", detail="<xCorrecao>CFOP</xCorrecao>")),
    ]
    assert {fiscal_status_after("authorized", order) for order in permutations(events)} == {
        "authorized"
    }


def test_only_the_cancellation_that_is_named_is_undone() -> None:
    undo = read(event(kind="110001", detail=UNDO))
    again = cancelled(protocol="135260000000011")

    assert fiscal_status_after("authorized", [cancelled(), undo, again]) == "cancelled"


def test_a_rejected_cancel_of_the_cancellation_undoes_nothing() -> None:
    undo = read(event(kind="110001", status="460", detail=UNDO))

    assert fiscal_status_after("authorized", [undo, cancelled()]) == "cancelled"


@pytest.mark.parametrize("answer", ["110", "205", "301", "302", "303"])
def test_what_was_denied_stays_denied(answer: str) -> None:
    (note,) = parse(authorized(status=answer), "nota.xml", options=Options(TODAY)).documents

    assert fiscal_status_after(note.fiscal_status, [cancelled()]) == "denied"


def test_a_cancellation_known_before_the_protocol_still_cancels() -> None:
    assert fiscal_status_after("unauthorized", [cancelled(status="136")]) == "cancelled"


def test_the_old_message_of_cancellation_counts_as_well() -> None:
    assert fiscal_status_after("authorized", [read(old_cancellation())]) == "cancelled"
    rejected = read(old_cancellation(status="218"))
    assert fiscal_status_after("authorized", [rejected]) == "authorized"


@pytest.mark.parametrize(
    ("key", "kind", "status"),
    [
        (access_key(model="57"), "110111", "cancelled"),
        (access_key(model="57"), "110112", "authorized"),
        ("3" * 50, "e101101", "cancelled"),
        ("3" * 50, "e105102", "cancelled"),
        ("3" * 50, "e202201", "authorized"),
        ("3106200|11222333000181|57|AB12", "101101", "cancelled"),
        ("3106200|11222333000181|57|AB12", "110111", "authorized"),
    ],
)
def test_each_family_has_its_own_cancellations(key: str, kind: str, status: str) -> None:
    found = Event(key, kind, 1, "1", None, "", "", accepted=True, status_code="135")

    assert fiscal_status_after("authorized", [found]) == status
