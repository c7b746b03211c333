"""Cleaning up over HTTP: told beforehand, done once, answered again; and the period of guard."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from audits.models import Batch, Retention
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.storage import stored_keys
from tests.data.requests import get, post

Api = Callable[..., Client]
CLEANUP = "/v1/audits/cleanup"


def preview(client: Client, batch: Any) -> Any:
    return get(client, f"/v1/audits/{batch}/cleanup")


def clean(client: Client, batch: Batch, **more: Any) -> Any:
    return post(client, CLEANUP, **{"batch_id": str(batch.pk), "confirm": True} | more)


def put(client: Client, **body: Any) -> Any:
    return client.put("/v1/retention", body, content_type="application/json")


def test_the_preview_changes_nothing(reading: list[Batch], manager: User, api: Api) -> None:
    before = set(stored_keys())
    said = preview(api(manager), reading[0].pk).json()

    assert [file["kind"] for file in said["leaves"]["files"]] == [
        "original",
        "corrected",
        "manifest",
    ]
    assert said["leaves"]["rows"]["cards"] == 1
    assert said["leaves"]["bytes"] == sum(file["size"] for file in said["leaves"]["files"])
    assert [file["name"] for file in said["stays"]["shared_files"]] == ["prova.zip"]
    assert (said["status"], said["closing"]) == ("exported", None)
    assert (set(stored_keys()), Batch.objects.count()) == (before, 3)


def test_what_was_told_is_what_is_removed(reading: list[Batch], manager: User, api: Api) -> None:
    client = api(manager)
    told = preview(client, reading[0].pk).json()["leaves"]["files"]
    done = clean(client, reading[0])
    closed = preview(client, reading[0].pk).json()

    assert (done.status_code, done.json()["status"]) == (200, "cleaned")
    assert done.json()["removed"] == told
    assert done.json()["removed_paths"] == [file["path"] for file in told]
    assert (closed["status"], closed["leaves"]["files"]) == ("cleaned", [])
    assert closed["closing"]["closed_by"] == manager.email


def test_the_second_call_says_so(reading: list[Batch], manager: User, api: Api) -> None:
    client = api(manager)
    first, again = clean(client, reading[0]), clean(client, reading[0])

    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.json()["removed_paths"]) == (200, [])
    assert again.json()["closed_at"] == first.json()["closed_at"]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"confirm": False}, 400, "confirmation_required"),
        ({"confirm": None}, 400, "invalid"),
        ({"batch_id": "../etc/passwd"}, 400, "invalid_batch_id"),
        ({"batch_id": str(uuid4())}, 404, "not_found"),
        ({"batch_id": "batch-123"}, 404, "not_found"),
    ],
)
def test_refusals(
    reading: list[Batch], manager: User, api: Api, said: dict[str, Any], status: int, code: str
) -> None:
    before = set(stored_keys())
    answer = clean(api(manager), reading[0], **said)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(stored_keys()) == before


def test_a_batch_in_review_is_a_409(reading: list[Batch], manager: User, api: Api) -> None:
    Batch.objects.filter(pk=reading[0].pk).update(status="in_review")
    answer = clean(api(manager), reading[0])

    assert (answer.status_code, answer.json()["code"]) == (409, "not_exported")
    assert preview(api(manager), reading[0].pk).json()["status"] == "in_review"


def test_confirmation_is_asked_for_also_after_the_clean_up(
    reading: list[Batch], manager: User, api: Api
) -> None:
    clean(api(manager), reading[0])

    assert clean(api(manager), reading[0], confirm=False).status_code == 400


def test_whom_a_program_names_is_written_down(
    reading: list[Batch], manager: User, api: Api
) -> None:
    body = {"batch_id": str(reading[0].pk), "confirm": True}
    headers = {"X-Audit-User": "auditor@sala1"}
    api(manager).post(CLEANUP, body, content_type="application/json", headers=headers)

    act = AuditLog.objects.get(action="batch.cleaned")
    assert (act.actor, act.diff["on_behalf_of"]) == (manager, "auditor@sala1")


def test_strangers_and_small_roles(
    reading: list[Batch], auditor: User, stranger: User, manager: User, api: Api
) -> None:
    assert clean(api(auditor), reading[0]).status_code == 403
    assert preview(api(auditor), reading[0].pk).status_code == 200
    assert clean(api(stranger), reading[0]).status_code == 404
    assert preview(api(stranger), reading[0].pk).status_code == 404
    clean(api(manager), reading[0])
    assert clean(api(stranger), reading[0]).status_code == 404
    assert preview(api(stranger), reading[0].pk).status_code == 404


def test_the_period_is_shown_and_set(
    reading: list[Batch], organization: Organization, manager: User, api: Api
) -> None:
    client = api(manager)
    nothing, first = client.get("/v1/retention").json(), put(client, days=30)
    again, off = put(client, days=30), put(client, days=None)

    assert (nothing["days"], nothing["organization_id"]) == (None, str(organization.pk))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert (first.json()["days"], first.json()["changed_by"]) == (30, manager.email)
    assert (off.json()["days"], Retention.objects.exists()) == (None, False)


def test_periods_that_cannot_be(manager: User, operator: User, api: Api) -> None:
    assert put(api(manager), days=0).json()["code"] == "retention_days"
    assert put(api(manager), days="sete").status_code == 400
    assert put(api(manager)).status_code == 400
    assert put(api(operator), days=7).status_code == 403
    assert api(operator).get("/v1/retention").status_code == 200


def test_the_period_of_another_company_is_not_theirs(
    organization: Organization, stranger: User, manager: User, api: Api
) -> None:
    put(api(manager), days=30)
    named = {"organization_id": str(organization.pk)}

    assert get(api(stranger), "/v1/retention", named).json()["code"] == "organization_mismatch"
    assert put(api(stranger), days=1, **named).json()["code"] == "organization_mismatch"
    assert Retention.objects.get().days == 30
