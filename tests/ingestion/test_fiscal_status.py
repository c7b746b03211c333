"""The fiscal status follows from what a document says and from its registered events."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conciliacontag.organizations.models import Organization
from ingestion.models import Document, DocumentEvent, SourceFile
from ingestion.parsers.fiscal_status import fiscal_status_after
from ingestion.services.documents import Origin, store_events
from ingestion.services.fiscal_status import apply_events, recompute
from tests.data.readings import KEY, event, make_file, reading
from tests.data.rows import make_document

CANCEL = event("110111", "P1")
CITY = "3106200|11222333000181|57|AB12"
UNDO = event("110001", "P2", extra={"cancels": {"protocol": "P1"}})


def status_after(
    organization: Organization, *events: Any, itself: str = "authorized", key: str = KEY
) -> str:
    """Store the document first, then the events one by one."""
    said = {"installments": [], "fiscal_status": itself}
    document = make_document(organization, key=key, fiscal_status=itself, normalized=said)
    file = SourceFile.objects.first() or make_file(organization, reading())
    for one in events:
        store_events(organization, [Origin(file.pk, "event/1", one)])
    document.refresh_from_db()
    return document.fiscal_status


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("110111", "cancelled"),
        ("110112", "cancelled"),
        ("e110111", "cancelled"),
        ("105102", "authorized"),
        ("110110", "authorized"),
        ("210240", "authorized"),
    ],
)
def test_only_cancellations_cancel(kind: str, wanted: str, seller: Organization) -> None:
    assert status_after(seller, event(kind, "P1")) == wanted


def test_a_cancellation_that_was_refused_counts_for_nothing(seller: Organization) -> None:
    assert status_after(seller, event("110111", "P1", accepted=False)) == "authorized"


@pytest.mark.parametrize("events", [(CANCEL, UNDO), (UNDO, CANCEL)])
def test_a_cancellation_that_was_taken_back_does_not_count(
    events: tuple[Any, Any], seller: Organization
) -> None:
    assert status_after(seller, *events) == "authorized"


def test_taking_back_another_event_leaves_the_cancellation(seller: Organization) -> None:
    other = event("110001", "P9", extra={"cancels": {"protocol": "P7"}})

    assert status_after(seller, CANCEL, other) == "cancelled"


def test_an_event_may_be_taken_back_by_its_type(seller: Organization) -> None:
    undo = event("110001", "P2", extra={"cancels": {"event_type": "110111"}})

    assert status_after(seller, CANCEL, undo) == "authorized"


def test_services_and_freight_have_cancellations_of_their_own(seller: Organization) -> None:
    service, freight = "5" * 50, f"{'0' * 20}57{'0' * 22}"
    found = []
    for key in (service, freight):
        make_document(seller, key=key, normalized={"fiscal_status": "authorized"})
        for place, kind in enumerate(("110112", "105102" if key == service else "110111")):
            file = make_file(seller, reading(f"{key}{place}"))
            one = event(kind, f"P{place}", document_key=key)
            store_events(seller, [Origin(file.pk, "event/1", one)])
            found.append(Document.objects.get(key=key).fiscal_status)

    assert found == ["authorized", "cancelled"] * 2


def test_the_note_of_a_city_has_the_cancellations_of_services(seller: Organization) -> None:
    cancel = event("101101", "P1", document_key=CITY)
    replaced = event("110112", "P2", document_key=CITY)

    assert status_after(seller, replaced, key=CITY) == "authorized"
    Document.objects.all().delete()
    assert status_after(seller, cancel, key=CITY) == "cancelled"


def test_a_denied_note_stays_denied(seller: Organization) -> None:
    assert status_after(seller, CANCEL, itself="denied") == "denied"


@given(
    itself=st.sampled_from(["authorized", "cancelled", "denied", "unauthorized"]),
    events=st.lists(
        st.tuples(
            st.sampled_from(["110111", "110112", "105102", "110110", "110001"]),
            st.sampled_from(["", "P1", "P2"]),
            st.booleans(),
            st.sampled_from([None, {"protocol": "P1"}, {"event_type": "110112"}]),
        ),
        max_size=5,
    ),
    key=st.sampled_from([KEY, CITY, "5" * 50, f"{'0' * 20}57{'0' * 22}"]),
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_database_follows_the_rule(
    itself: str, events: list[Any], key: str, seller: Organization
) -> None:
    said = [
        event(kind, protocol, document_key=key, accepted=accepted, sequence=place, extra=named)
        for place, (kind, protocol, accepted, cancels) in enumerate(events)
        for named in [{"cancels": cancels} if cancels else {}]
    ]
    Document.objects.all().delete()
    DocumentEvent.objects.all().delete()

    assert status_after(seller, *said, itself=itself, key=key) == fiscal_status_after(itself, said)


def test_computing_twice_changes_nothing(seller: Organization) -> None:
    status_after(seller, CANCEL)

    assert apply_events(seller, [KEY]) == 0
    assert recompute(seller, [KEY]) == 0


def test_a_note_without_events_goes_back_to_what_it_says(seller: Organization) -> None:
    said = {"fiscal_status": "authorized"}
    make_document(seller, key=KEY, fiscal_status="cancelled", normalized=said)

    assert apply_events(seller, [KEY]) == 0
    assert recompute(seller, [KEY]) == 1
    assert Document.objects.get().fiscal_status == "authorized"
