"""Layouts over HTTP: listed, shown, versioned, tried on a file."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from msgspec import to_builtins

from audits.models import Batch, LayoutVersion, Removal
from audits.shipped import OMR, SHIPPED
from conciliacontag.organizations.models import Organization, User
from tests.data.answer_sheets import FIRST, results, sheet
from tests.data.requests import forgiven, get, post

Screen = Callable[[User], Client]
CONTENT = results(FIRST, sheet("b.png", "A", "D"))
PLACE = "/v1/layouts/omr"


@pytest.fixture
def client(manager: User, screen: Screen) -> Client:
    return screen(manager)


def fewer() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(json.dumps(to_builtins(SHIPPED[OMR])))
    content["fields"][0]["values"] = ["A", "B", "C"]
    return content


def trial(client: Client, key: str = OMR, **said: Any) -> Any:
    body = {"file": SimpleUploadedFile("Results.csv", CONTENT)} | said
    return forgiven(client.post(f"/v1/layouts/{key}/preview", body))


def test_shipped_and_own_layouts_are_listed(client: Client) -> None:
    post(client, "/v1/layouts/prova/versions", definition=fewer(), name="Prova")
    listed = get(client, "/v1/layouts").json()["layouts"]

    assert [one["key"] for one in listed] == [*SHIPPED, "prova"]
    assert listed[0] == {
        "key": "omr", "name": "Cartão-resposta (OMR)", "version": 1, "is_shipped": True,
        "is_own": False,
    }  # fmt: skip


def test_a_version_is_saved_once(client: Client) -> None:
    first = post(client, f"{PLACE}/versions", definition=fewer(), note="Só até C")
    again = post(client, f"{PLACE}/versions", definition=fewer())

    assert (first.status_code, again.status_code) == (201, 200)
    assert again["Idempotent-Replayed"] == "true"
    assert first.json()["version"] == 2
    assert first.json()["changes"] == [
        "Questão {numero}, valores permitidos: de “A, B, C, D, E” para “A, B, C”."
    ]
    assert LayoutVersion.objects.count() == 1


def test_every_version_can_be_read(client: Client, manager: User, answers: Batch) -> None:
    post(client, f"{PLACE}/versions", definition=fewer(), note="Só até C")
    newest, oldest = get(client, PLACE).json(), get(client, PLACE, {"version": 1}).json()

    assert newest["definition"]["fields"][0]["values"] == ["A", "B", "C"]
    assert oldest["definition"]["fields"][0]["values"] == ["A", "B", "C", "D", "E"]
    assert [(one["version"], one["note"], one["created_by"]) for one in newest["versions"]] == [
        (2, "Só até C", manager.email),
        (1, "", None),
    ]
    assert newest["batches"] == {"1": 1}
    assert get(client, PLACE, {"version": 9}).json()["code"] == "layout_version_unknown"
    assert get(client, PLACE, {"version": "x"}).status_code == 400
    assert get(client, "/v1/layouts/nenhum").json()["code"] == "layout_unknown"


def test_a_trial_tells_what_would_become_of_a_file(client: Client) -> None:
    body = trial(client, definition=json.dumps(fewer())).json()

    assert (body["rows"], body["cards"], body["cards_now"], body["new_cards"]) == (2, 2, 1, 1)
    assert {"name": "q1", "becomes": "Questão 1", "was": "Questão 1"} in body["columns"]
    assert body["issues"][0]["code"] == "blank"
    assert body["first"][1] == {
        "line": 2, "name": "b.png", "issues": ["q2: D (valor que não serve)"],
    }  # fmt: skip


def test_nothing_of_a_trial_is_kept(client: Client) -> None:
    trial(client, definition=json.dumps(fewer()))

    assert not LayoutVersion.objects.exists()
    assert not Batch.objects.exists() and not Removal.objects.exists()


def test_the_original_of_a_batch_serves_as_well(client: Client, answers: Batch) -> None:
    body = forgiven(client.post(f"{PLACE}/preview", {"batch_id": str(answers.pk)})).json()

    assert (body["rows"], body["cards"], body["new_cards"]) == (4, 3, 0)


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"definition": "{"}, 400, "invalid"),
        ({"definition": "{}"}, 400, "layout_malformed"),
        ({"key": "nenhum"}, 404, "layout_unknown"),
        ({"key": "conciliacao", "definition": "{}"}, 400, "layout_fixed"),
        ({"file": ""}, 400, "file_missing"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    client: Client, said: dict[str, Any], status: int, code: str
) -> None:
    answer = trial(client, **said)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_file_that_does_not_fit_is_told(client: Client) -> None:
    body = trial(client, file=SimpleUploadedFile("x.csv", b"a,b\n1,2\n")).json()

    assert "Faltam no arquivo colunas" in body["faults"][0]
    assert forgiven(client.post(f"{PLACE}/preview", {})).json()["code"] == "file_missing"


def test_a_broken_definition_is_refused(client: Client) -> None:
    answer = post(client, f"{PLACE}/versions", definition=fewer() | {"fields": []})

    assert (answer.status_code, answer.json()["code"]) == (400, "layout_malformed")
    assert "definition" in answer.json()["details"]["fields"]


def test_roles_and_organizations_are_kept_apart(
    client: Client, auditor: User, stranger: User, screen: Screen, answers: Batch,
    organization: Organization,
) -> None:  # fmt: skip
    post(client, "/v1/layouts/prova/versions", definition=fewer())
    reader, other = screen(auditor), screen(stranger)

    assert get(reader, "/v1/layouts/prova").status_code == 200
    assert post(reader, f"{PLACE}/versions", definition=fewer()).status_code == 403
    assert trial(reader).status_code == 403
    assert get(other, "/v1/layouts/prova").status_code == 404
    assert get(other, PLACE, {"organization_id": str(organization.pk)}).status_code == 403
    foreign = forgiven(other.post(f"{PLACE}/preview", {"batch_id": str(answers.pk)}))
    assert foreign.status_code == 404


def test_endless_texts_are_refused_in_words(client: Client) -> None:
    nested = trial(client, definition="[" * 100_000)
    numbered = get(client, PLACE, {"version": "9" * 5000})

    assert (nested.status_code, numbered.status_code) == (400, 400)
    assert "não é JSON" in nested.content.decode()
