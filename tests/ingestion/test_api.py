"""Uploading and reading over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from conciliacontag.storage import remove
from ingestion.models import Document, SourceFile
from tests.data.envelope import refusal
from tests.data.files import archive, cancellation, invoices, xml
from tests.data.requests import forgiven
from tests.ingestion.conftest import Send

Sign = Callable[..., Client]


def send_over(client: Client, content: bytes = b"<x/>", **fields: Any) -> Any:
    file = SimpleUploadedFile("nota.xml", content)
    return forgiven(client.post("/v1/uploads", {"file": file, **fields}))


@pytest.fixture
def staff(person: Callable[..., User], seller: Organization) -> User:
    return person(Role.OPERATOR, seller)


def test_an_upload_answers_where_to_ask(staff: User, api: Sign) -> None:
    answer = send_over(api(staff))

    body = answer.json()
    assert (answer.status_code, body["created"], body["status"]) == (201, True, "uploaded")
    assert answer["Location"] == f"/v1/uploads/{body['file_id']}"


def test_the_same_bytes_are_answered_calmly(staff: User, api: Sign) -> None:
    first = send_over(api(staff)).json()

    answer = send_over(api(staff))

    assert (answer.status_code, answer.json()["created"]) == (200, False)
    assert answer.json()["file_id"] == first["file_id"]
    assert "Nada foi duplicado" in answer.json()["message"]


def test_a_file_tells_its_counts_and_problems(staff: User, api: Sign, send: Send) -> None:
    file = send(b"<html></html>", "nota.xml")

    body = api(staff).get(f"/v1/uploads/{file.pk}").json()

    assert (body["status"], body["read"], body["rejected"]) == ("failed", 1, 1)
    (problem,) = body["problems"]
    assert set(problem) == {"code", "severity", "place", "message", "remedy"}


def test_a_request_without_a_file_says_what_is_missing(staff: User, api: Sign) -> None:
    answer = forgiven(api(staff).post("/v1/uploads", {"outro": "x"}))

    refusal(answer, 400, "file_missing")


def test_a_viewer_may_not_send(
    person: Callable[..., User], seller: Organization, api: Sign
) -> None:
    answer = send_over(api(person(Role.VIEWER, seller)))

    refusal(answer, 403, "permission_denied")
    assert not SourceFile.objects.exists()


def test_somebody_of_two_companies_has_to_name_one(
    person: Callable[..., User], seller: Organization, organization: Organization, api: Sign
) -> None:
    client = api(person(Role.OPERATOR, seller, organization))

    refusal(send_over(client), 400, "organization_required")
    answer = send_over(client, organization_id=str(organization.pk))
    assert answer.json()["organization_id"] == str(organization.pk)


def test_a_company_of_others_cannot_be_named(
    staff: User, other_organization: Organization, api: Sign
) -> None:
    answer = send_over(api(staff), organization_id=str(other_organization.pk))

    refusal(answer, 403, "organization_mismatch")


def test_a_document_is_shown_whole_with_its_events(staff: User, api: Sign, send: Send) -> None:
    invoice = invoices(1)[0]
    send(xml(invoice))
    send(cancellation(invoice))

    listed = api(staff).get("/v1/documents", {"fiscal_status": "cancelled"}).json()["data"]
    body = api(staff).get(f"/v1/documents/{listed[0]['id']}").json()

    assert body["total_amount"] == str(invoice.total)
    assert body["normalized"]["key"] == invoice.key
    assert [event["event_type"] for event in body["events"]] == ["110111"]
    assert body["reconciliations"] == []


def test_an_unknown_filter_value_is_named(staff: User, api: Sign) -> None:
    details = refusal(api(staff).get("/v1/documents", {"status": "inexistente"}), 400, "invalid")

    assert list(details["fields"]) == ["status"]


def test_a_link_opens_the_original_bytes(staff: User, api: Sign, send: Send) -> None:
    content = xml(invoices(1)[0])
    file = send(content)

    made = api(staff).post(f"/v1/uploads/{file.pk}/link").json()
    answer = Client().get(made["url"].partition("8000")[2] or made["url"])

    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
    assert made["sha256"] == file.sha256


def test_there_is_no_link_to_bytes_that_left(staff: User, api: Sign, send: Send) -> None:
    file = send(archive({"nota.xml": xml(invoices(1)[0])}), "mes.zip")
    member = file.members.get()
    remove(file.storage_path)

    for row in (file, member):
        refusal(api(staff).post(f"/v1/uploads/{row.pk}/link"), 404, "file_removed")


def test_there_is_no_link_to_bytes_that_wait_for_the_scanner(
    staff: User, api: Sign, settings: Any
) -> None:
    settings.CLAMAV_SOCKET = "127.0.0.1:1"
    file_id = send_over(api(staff)).json()["file_id"]

    refusal(api(staff).post(f"/v1/uploads/{file_id}/link"), 404, "file_removed")


def test_a_member_has_the_problems_that_its_package_keeps(
    staff: User, api: Sign, send: Send
) -> None:
    file = send(archive({"a.xml": b"<x/>", "b.xml": b"<html></html>"}), "mes.zip")
    member = file.members.get(filename="b.xml")

    (problem,) = api(staff).get(f"/v1/uploads/{member.pk}").json()["problems"]
    assert problem["place"] == "b.xml"


@pytest.mark.parametrize("path", ["documents", "transactions", "statements", "mentions"])
def test_pages_of_long_lists_need_no_sort(
    path: str, staff: User, api: Sign, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(14) as asked:
        assert api(staff).get(f"/v1/{path}").status_code == 200
    (query,) = [one["sql"] for one in asked.captured_queries if "ORDER BY" in one["sql"]]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {query}")
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "_pkey" in plan and "Sort" not in plan


def test_a_document_list_goes_on_where_it_stopped(staff: User, api: Sign, send: Send) -> None:
    sent = [send(xml(invoice)) for invoice in invoices(5)]
    client, query, seen = api(staff), {"limit": 2}, []
    while query:
        page = client.get("/v1/documents", query).json()
        seen += [row["file_id"] for row in page["data"]]
        query = {"limit": 2, "cursor": page["next_cursor"]} if page["has_more"] else {}

    assert seen == [str(file.pk) for file in sent]


@pytest.mark.parametrize("path", ["uploads", "documents", "transactions"])
def test_lists_ask_the_database_a_fixed_number_of_times(
    path: str, staff: User, api: Sign, send: Send, django_assert_max_num_queries: Any
) -> None:
    for invoice in invoices(12):
        send(xml(invoice))
    client = api(staff)

    with django_assert_max_num_queries(14):
        answer = client.get(f"/v1/{path}")

    assert len(answer.json()["data"]) == (0 if path == "transactions" else 12)
    assert Document.objects.count() == 12
