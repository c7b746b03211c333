"""The calls of the audit this product succeeds, answered to its clients as they were."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from audits.exports.services import export_batch
from audits.models import Batch, Card, Decision, Evidence
from conciliacontag.organizations.models import AuditLog, Organization, User
from tests.data.file_batches import make_answers
from tests.data.requests import get, post

Api = Callable[..., Client]


@pytest.fixture
def card(answers: Batch) -> Card:
    return answers.cards.get(line=1)


@pytest.fixture
def client(auditor: User, api: Api) -> Client:
    return api(auditor)


def decide(client: Client, card: Card, **body: Any) -> Any:
    return post(client, f"/v1/audits/{card.pk}/decision", **body)


def test_a_card_is_told_as_it_was(client: Client, card: Card) -> None:
    told = get(client, f"/v1/audits/{card.pk}").json()

    assert (told["template"], told["notes"], told["status"]) == ("omr", "", "pending")
    assert told["issues"] == ["q1: AB", "q2: blank"]
    assert told["raw_answers"]["q1"] == "AB"
    assert [row["question"] for row in told["responses"]] == ["matricula", "q1", "q2", "q3"]
    assert told["responses"][2] == {
        "field": "q2",
        "question": "q2",
        "read_value": None,
        "corrected_value": None,
    }


def test_answers_without_a_version_decide_on_what_stands(client: Client, card: Card) -> None:
    first = decide(client, card, answers={"q1": "B", "q2": "UNMARKED"}, notes="ok")
    second = decide(client, card, answers={"q1": "D"})
    corrected = {row["question"]: row["corrected_value"] for row in second.json()["responses"]}

    assert (first.status_code, first.json()["status"], first.json()["notes"]) == (
        200,
        "resolved",
        "ok",
    )
    assert (second.json()["version"], corrected["q1"], corrected["q2"]) == (3, "D", None)


def test_an_empty_value_takes_the_correction_back(client: Client, card: Card) -> None:
    decide(client, card, answers={"q1": "B"})
    again = decide(client, card, answers={"q1": ""})

    assert {row["corrected_value"] for row in again.json()["responses"]} == {None}


def test_no_answers_confirm_the_card_as_read(client: Client, card: Card) -> None:
    assert decide(client, card, answers={}).json()["status"] == "resolved"
    assert Decision.objects.get().verdict == "as_read"


@pytest.mark.parametrize("value", ["F", "AB", "1", "INVALID", "X", "a"])
def test_values_outside_the_layout_are_refused(client: Client, card: Card, value: str) -> None:
    answer = decide(client, card, answers={"q1": value})

    assert answer.status_code == 400
    assert "invalid" in answer.json()["message"]
    assert not Decision.objects.exists()


def test_an_unknown_question_is_named(client: Client, card: Card) -> None:
    answer = decide(client, card, answers={"q99": "A"})

    assert answer.status_code == 400
    assert "q99" in answer.json()["message"]


def test_an_unknown_card_is_not_found(client: Client) -> None:
    answer = post(client, f"/v1/audits/{uuid4()}/decision", answers={"q1": "A"})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {"corrections": {"q1": "A"}},
        {"version": 1, "corrections": {"q1": "A"}, "answers": {"q2": "A"}},
        {"answers": "q1"},
        {"answers": {"q1": None}},
        {"version": 1, "corrections": {"q1": "A"}, "note": "x" * 513},
    ],
)
def test_what_cannot_be_meant_is_refused(client: Client, card: Card, body: Any) -> None:
    answer = decide(client, card, **body)

    assert answer.status_code == 400
    assert answer.json()["details"]["fields"]


def test_notes_stay_as_written_and_are_cut(client: Client, card: Card) -> None:
    said = '<b>"d\'água"</b> / \\ ' + "x" * 600
    answer = decide(client, card, answers={"q1": "A"}, notes=said)

    assert answer.json()["notes"] == answer.json()["note"] == said[:512]
    assert Decision.objects.get().note == said[:512]


def test_a_decision_after_the_export_opens_the_next_revision(
    client: Client, card: Card, answers: Batch, auditor: User, manager: User
) -> None:
    decide(client, card, answers={"q1": "B"})
    first, _ = export_batch(answers.pk, requested_by=auditor, allow_pending=True)
    decide(client, card, answers={"q1": "D"})
    answers.refresh_from_db()
    second, _ = export_batch(answers.pk, requested_by=manager, allow_pending=True)

    assert (answers.status, answers.revision, answers.exported_at) == ("in_review", 2, None)
    assert (first.revision, second.revision, second.requested_by) == (1, 2, manager)
    assert second.csv_sha256 != first.csv_sha256


@pytest.mark.parametrize("name", ["auditor@sala1", "professor.silva", "admin-01"])
def test_whom_the_program_names_is_kept_beside_the_author(
    client: Client, card: Card, auditor: User, name: str
) -> None:
    path, body = f"/v1/audits/{card.pk}/decision", {"answers": {"q1": "A"}}
    headers = {"X-Audit-User": name}
    client.post(path, body, content_type="application/json", headers=headers)
    decision = Decision.objects.get()

    assert (decision.author, decision.on_behalf_of) == (auditor, name)
    logged = AuditLog.objects.get(action="card.decided")
    assert (logged.actor, logged.diff["on_behalf_of"]) == (auditor, name)
    (told,) = get(client, f"/v1/audits/{card.pk}/history").json()
    assert told["text"].startswith(f"{auditor.name} (em nome de {name}) corrigiu")


@pytest.mark.parametrize("name", ["user<script>", "admin' OR '1'='1", "", " ", "x" * 100])
def test_a_name_that_is_none_is_refused(client: Client, card: Card, name: str) -> None:
    path, body = f"/v1/audits/{card.pk}/decision", {"answers": {"q1": "A"}}
    headers = {"X-Audit-User": name}
    answer = client.post(path, body, content_type="application/json", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_audit_user")
    assert not Decision.objects.exists()


def test_a_name_counts_beside_a_token_only(
    card: Card, auditor: User, screen: Callable[[User], Client], api: Api
) -> None:
    path, body = f"/v1/audits/{card.pk}/decision", {"answers": {"q1": "A"}}
    sent: dict[str, Any] = {"content_type": "application/json", "headers": {"X-Audit-User": "ana"}}

    assert screen(auditor).post(path, body, **sent).json()["code"] == "invalid_audit_user"
    assert api().post(path, body, **sent).status_code == 401


def lines(answer: Any) -> list[int]:
    return [card["line"] for card in answer.json()["data"]]


def test_the_worst_doubts_come_first(
    client: Client, organization: Organization, auditor: User
) -> None:
    batch = make_answers(
        organization, ("?", "B", "C"), ("A1", "B", "C"), ("AB", "B", "C"), ("BC", "B", "C")
    )
    decide(client, batch.cards.get(line=3), answers={"q1": "A"})

    assert lines(get(client, "/v1/audits")) == [4, 3, 1, 2]


def test_pages_are_numbered_when_asked(client: Client, answers: Batch) -> None:
    first = get(client, "/v1/audits", {"page_size": 2})
    second = get(client, "/v1/audits", {"page": 2, "page_size": 2})
    beyond = get(client, "/v1/audits", {"page": 9})

    assert (lines(first), lines(second), lines(beyond)) == ([1, 2], [4], [])
    told = first.json()
    assert (told["page"], told["page_size"], told["total_pages"], told["total"]) == (1, 2, 2, 3)
    assert (told["has_more"], second.json()["has_more"]) == (True, False)
    assert beyond.json()["total_pages"] == 1


def test_cursors_go_on_where_a_page_ended(client: Client, answers: Batch) -> None:
    first = get(client, "/v1/audits", {"limit": 2})
    rest = get(client, "/v1/audits", {"limit": 2, "cursor": first.json()["next_cursor"]})

    assert lines(first) + lines(rest) == [1, 2, 4]
    assert "page" not in first.json()


@pytest.mark.parametrize(
    "query",
    [
        {"page": 0},
        {"page": "x"},
        {"page_size": 101},
        {"created_from": "ontem"},
        {"created_to": "2026-13-01"},
        {"status": "x"},
    ],
)
def test_queries_that_cannot_be_meant_are_refused(
    client: Client, answers: Batch, query: Any
) -> None:
    answer = get(client, "/v1/audits", query)

    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == list(query)


def test_filters_narrow_list_and_counters(client: Client, answers: Batch) -> None:
    day = answers.cards.get(line=1).created_at.astimezone().date().isoformat()
    found = {
        "all": {"template": "omr", "created_from": day, "created_to": day},
        "before": {"created_to": "2020-01-01"},
        "since": {"created_from": "2020-01-01T00:00:00-03:00"},
        "other": {"template": "boletos"},
    }
    totals = {
        name: get(client, "/v1/audits", query).json()["total"] for name, query in found.items()
    }

    assert totals == {"all": 3, "before": 0, "since": 3, "other": 0}


def test_images_that_came_with_the_batch_are_linked(
    client: Client, answers: Batch, card: Card
) -> None:
    Evidence.objects.create(
        organization=answers.organization,
        batch=answers,
        name="cartao1.png",
        storage_path="x",
        size=1,
    )
    told = get(client, f"/v1/audits/{card.pk}").json()
    listed = get(client, "/v1/audits").json()["data"]

    assert told["image_url"] == f"/v1/audits/{card.pk}/image?which=original"
    assert [one["image_url"] is None for one in listed] == [False, True, True]


def test_a_page_of_cards_costs_the_same_for_any_length(
    client: Client, organization: Organization, django_assert_max_num_queries: Any
) -> None:
    make_answers(organization, *[("AB", "B", "C")] * 30)

    with django_assert_max_num_queries(13):
        assert len(get(client, "/v1/audits").json()["data"]) == 30
