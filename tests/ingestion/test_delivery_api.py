"""Announcing, sending in slices and following over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Delivery, DeliveryItem, SourceFile
from ingestion.services.processing import process_file
from tests.data.envelope import refusal
from tests.data.files import invoices, xml
from tests.data.requests import forgiven, get, post

Sign = Callable[..., Client]


@pytest.fixture
def staff(person: Callable[..., User], seller: Organization) -> User:
    return person(Role.OPERATOR, seller)


@pytest.fixture
def client(api: Sign, staff: User) -> Client:
    return api(staff)


def announce(client: Client, files: int = 3, **more: Any) -> dict[str, Any]:
    answer = post(client, "/v1/deliveries", files=files, **more)
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    assert answer["Location"] == f"/v1/deliveries/{body['id']}"
    return body


def send(client: Client, contents: dict[str, bytes], key: str = "", **fields: Any) -> Any:
    files = [SimpleUploadedFile(name, content) for name, content in contents.items()]
    headers = {"Idempotency-Key": key} if key else {}
    return forgiven(client.post("/v1/uploads", {"file": files, **fields}, headers=headers))


def follow(client: Client, delivery: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"/v1/deliveries/{delivery['id']}").json()
    return body


def test_a_slice_answers_for_each_file(client: Client) -> None:
    delivery = announce(client)
    contents = {"a.xml": b"<a/>", "b.xml": b"<a/>", "nome\x85.xml": b"<c/>"}

    answer = send(client, contents, delivery_id=delivery["id"])

    body = answer.json()
    assert answer.status_code == 201
    assert [one["created"] for one in body["files"]] == [True, False, False]
    assert [one["status"] for one in body["files"]] == ["uploaded", "uploaded", "refused"]
    assert body["files"][2]["code"] == "file_name"
    assert (
        body["delivery"]["files"] | {"received": 1, "known": 1, "refused": 1}
        == (body["delivery"]["files"])
    )
    assert body["delivery"]["state"] == "reading"


def test_one_file_keeps_the_shape_it_had(client: Client) -> None:
    delivery = announce(client, 1)

    body = send(client, {"a.xml": b"<a/>"}, delivery_id=delivery["id"]).json()

    assert (body["created"], body["delivery_id"]) == (True, delivery["id"])
    assert Delivery.objects.get().closed_at is not None


def test_an_upload_by_itself_is_a_delivery_of_one(client: Client) -> None:
    send(client, {"a.xml": b"<a/>"})
    refusal(send(client, {"nome\x85.xml": b"<a/>"}), 422, "file_name")

    listed = client.get("/v1/deliveries").json()["data"]
    assert [row["announced"] for row in listed] == [1, 1]
    assert [row["state"] for row in listed] == ["needs_you", "reading"]
    assert {row["origin"] for row in listed} == {"api"}


def test_a_slice_under_its_key_is_answered_again(client: Client) -> None:
    delivery, contents = announce(client), {"a.xml": b"<a/>", "b.xml": b"<b/>"}

    first, again = (send(client, contents, "k1", delivery_id=delivery["id"]) for _ in range(2))

    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    other = send(client, {"c.xml": b"<c/>", "d.xml": b"<d/>"}, "k1", delivery_id=delivery["id"])
    refusal(other, 422, "idempotency_key_reused")
    assert DeliveryItem.objects.count() == 2


def test_a_slice_without_a_key_may_be_sent_again(client: Client) -> None:
    delivery, contents = announce(client, 2), {"a.xml": b"<a/>", "b.xml": b"<b/>"}

    first, again = (send(client, contents, delivery_id=delivery["id"]) for _ in range(2))

    assert again.json()["delivery"]["files"] == first.json()["delivery"]["files"]
    assert [one["created"] for one in again.json()["files"]] == [True, True]


@pytest.mark.parametrize("count", [51, 101])
def test_too_many_files_at_once_are_refused_in_words(client: Client, count: int) -> None:
    answer = send(client, {f"{number}.xml": b"<a/>" for number in range(count)})

    refusal(answer, 413, "too_many_files")
    assert not SourceFile.objects.exists()


def test_known_bytes_are_named(client: Client) -> None:
    sha256 = send(client, {"a.xml": b"<a/>"}).json()["sha256"]
    delivery = announce(client, 2)
    path = f"/v1/deliveries/{delivery['id']}/known"

    answer = post(client, path, sha256=[sha256, "0" * 64])

    assert [one["sha256"] for one in answer.json()["known"]] == [sha256]
    assert follow(client, delivery)["files"]["known"] == 1
    refusal(post(client, path, sha256=["xyz"]), 400, "invalid")
    refusal(post(client, path), 400, "invalid")


def test_the_numbers_follow_the_reading(client: Client, seller: Organization) -> None:
    delivery = announce(client, 3, bytes=10, title="outubro")
    notes = {f"{note.number}.xml": xml(note) for note in invoices(2)}
    send(client, notes | {"x.xml": b"<html/>"}, delivery_id=delivery["id"])
    assert follow(client, delivery)["members"] == {"read": 0, "total": 3}

    for file in SourceFile.objects.all():
        process_file(seller.pk, file.pk)

    body = follow(client, delivery)
    assert (body["title"], body["state"], body["percent"]) == ("outubro", "needs_you", 100.0)
    assert body["members"] == {"read": 3, "total": 3}
    assert body["counts"] == {"read": 3, "new": 2, "known": 0, "informative": 0, "rejected": 1}
    assert (body["files"]["failed"], body["files"]["with_errors"]) == (1, 1)
    retried = post(client, f"/v1/deliveries/{delivery['id']}/retry")
    assert (retried.status_code, retried.json()["progress"]["total"]) == (202, 1)


def test_files_are_listed_page_by_page(client: Client, django_assert_max_num_queries: Any) -> None:
    delivery = announce(client, 5)
    send(
        client, {f"{number}.xml": b"%d" % number for number in range(5)}, delivery_id=delivery["id"]
    )

    with django_assert_max_num_queries(14):
        page = client.get(f"/v1/deliveries/{delivery['id']}/files?limit=3").json()
    rest = client.get(
        f"/v1/deliveries/{delivery['id']}/files", {"cursor": page["next_cursor"]}
    ).json()

    names = [row["filename"] for row in page["data"] + rest["data"]]
    assert names == [f"{number}.xml" for number in range(5)]
    assert {row["outcome"] for row in page["data"]} == {"received"}


def test_a_delivery_is_closed_by_its_sender(client: Client) -> None:
    delivery = announce(client, 9)
    send(client, {"a.xml": b"<a/>", "b.xml": b"<b/>"}, delivery_id=delivery["id"])
    assert follow(client, delivery)["state"] == "receiving"

    body = post(client, f"/v1/deliveries/{delivery['id']}/close").json()

    assert (body["state"], body["announced"]) == ("reading", 9)


def test_a_delivery_of_others_is_not_there(client: Client, api: Sign, stranger: User) -> None:
    delivery = announce(client)
    outsider = api(stranger)

    for path in ("", "/files"):
        refusal(get(outsider, f"/v1/deliveries/{delivery['id']}{path}"), 404, "not_found")
    for path in ("/known", "/close", "/retry"):
        refusal(post(outsider, f"/v1/deliveries/{delivery['id']}{path}"), 404, "not_found")
    for named in (delivery["id"], str(uuid4()), "x"):
        refusal(send(outsider, {"a.xml": b"<a/>"}, delivery_id=named), 404, "not_found")
    assert outsider.get("/v1/deliveries").json()["data"] == []
    assert not SourceFile.objects.exists()


def test_a_viewer_may_look_and_not_send(
    person: Callable[..., User], seller: Organization, api: Sign, client: Client
) -> None:
    delivery, viewer = announce(client), api(person(Role.VIEWER, seller))

    assert follow(viewer, delivery)["state"] == "receiving"
    refusal(post(viewer, "/v1/deliveries", files=1), 403, "permission_denied")
    refusal(post(viewer, f"/v1/deliveries/{delivery['id']}/close"), 403, "permission_denied")


def test_a_list_asks_the_database_a_fixed_number_of_times(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        announce(client)

    with django_assert_max_num_queries(14):
        assert len(client.get("/v1/deliveries").json()["data"]) == 8
