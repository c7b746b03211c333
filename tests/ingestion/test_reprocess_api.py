"""Asking for a new reading over HTTP, and what files tell, in lists."""

from collections.abc import Callable

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, Reprocessing
from ingestion.services.reprocessing import execute_reprocessing
from ingestion.services.storing import store_readings
from tests.data.envelope import refusal
from tests.data.files import invoices, xml
from tests.data.readings import KEY, balances, make_file, mention, reading
from tests.data.rows import make_document
from tests.ingestion.conftest import Send

Sign = Callable[..., Client]


@pytest.fixture
def client(person: Callable[..., User], seller: Organization, api: Sign) -> Client:
    return api(person(Role.OPERATOR, seller))


def test_a_request_is_followed_to_its_end(client: Client, send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    Document.objects.update(emitter_name="?")
    asked = {"file_id": str(file.pk)}

    answer = client.post("/v1/reprocess", asked, content_type="application/json")
    again = client.post("/v1/reprocess", asked, content_type="application/json")
    execute_reprocessing(seller.pk, Reprocessing.objects.get().pk)

    assert (answer.status_code, again.status_code) == (202, 200)
    body = client.get(answer["Location"]).json()
    assert (body["status"], body["progress"]["percent"]) == ("completed", 100.0)
    (row,) = client.get(body["links"]["files"]).json()["data"]
    assert (row["filename"], row["changed"]) == (file.filename, {"emitter_name": 1})


def test_a_viewer_may_not_ask(
    person: Callable[..., User], seller: Organization, api: Sign, send: Send
) -> None:
    client = api(person(Role.VIEWER, seller))
    body = {"file_id": str(send(xml(invoices(1)[0])).pk)}

    answer = client.post("/v1/reprocess", body, content_type="application/json")

    refusal(answer, 403, "permission_denied")
    assert not Reprocessing.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "files_or_parser"),
        ({"file_id": "0b9cd7a1-63ae-4f0c-8a35-1e0bd2a5ce11"}, 404, "not_found"),
        ({"parser": "nfe/99"}, 422, "nothing_to_reprocess"),
        ({"parser": "nfe/1", "use": "nfe"}, 400, "parser_unknown"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    body: dict[str, str], status: int, code: str, client: Client
) -> None:
    refusal(client.post("/v1/reprocess", body, content_type="application/json"), status, code)


def test_statements_tell_their_balances(client: Client, seller: Organization) -> None:
    found = reading(statements=(balances(),))
    store_readings(make_file(seller, found), [found])

    (row,) = client.get("/v1/statements?account=1-9").json()["data"]

    assert (row["opening"], row["balance"]) == ("100.00", "110.00")
    assert row["balances"] == [{"day": "2026-10-05", "balance": "110.00"}]


def test_mentions_tell_what_has_not_arrived(client: Client, seller: Organization) -> None:
    make_document(seller, key=KEY)
    found = reading(mentions=(mention(), mention("9" * 44)))
    store_readings(make_file(seller, found), [found])

    (row,) = client.get("/v1/mentions?arrived=false").json()["data"]

    assert (row["key"], row["arrived"]) == ("9" * 44, False)
