"""Undo, skip, note, one answer for many, and the history of a field over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import Batch, Card, Decision
from conciliacontag.organizations.models import User
from tests.data.requests import get, post

Screen = Callable[[User], Client]


@pytest.fixture
def card(answers: Batch) -> Card:
    return answers.cards.get(line=1)


@pytest.fixture
def client(auditor: User, screen: Screen) -> Client:
    return screen(auditor)


def act(client: Client, card: Card, name: str, **body: Any) -> Any:
    return post(client, f"/v1/audits/{card.pk}/{name}", **body)


def test_undo_answers_the_card_as_it_was(client: Client, card: Card) -> None:
    act(client, card, "decision", version=1, corrections={"q1": "A"})
    undone = act(client, card, "undo", version=2)
    again = act(client, card, "undo", version=3)

    assert (undone.json()["status"], undone.json()["version"]) == ("pending", 3)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_undo")


def test_skip_and_note_answer_the_card(client: Client, card: Card) -> None:
    skipped = act(client, card, "skip")
    noted = act(client, card, "note", version=1, note="a foto está torta")

    assert (skipped.status_code, skipped.json()["version"]) == (200, 1)
    assert (noted.json()["note"], noted.json()["version"], noted.json()["status"]) == (
        "a foto está torta",
        2,
        "pending",
    )


def test_confirming_as_read_is_a_verdict(client: Client, card: Card) -> None:
    answer = act(client, card, "decision", version=1, verdict="as_read")

    assert (answer.status_code, answer.json()["status"]) == (200, "resolved")


def test_one_answer_for_all_alike(client: Client, card: Card) -> None:
    body = {"version": 1, "corrections": {"q1": "A", "q2": "UNMARKED"}}
    tried = act(client, card, "alike", dry_run=True, **body).json()
    done = act(client, card, "alike", **body).json()

    assert [one["line"] for one in tried["decided"]] == [1, 2]
    assert [one["line"] for one in done["decided"]] == [1, 2]
    assert (done["refused"], done["left"], Decision.objects.count()) == ([], 0, 2)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("undo", {}),
        ("note", {"version": 1}),
        ("note", {"note": "x"}),
        ("note", {"version": 1, "note": "x" * 513}),
        ("skip", {"note": "x" * 513}),
        ("alike", {"version": 1}),
        ("alike", {"version": 1, "verdict": "accept"}),
        ("alike", {"version": 1, "corrections": {"q99": "A"}}),
    ],
)
def test_wrong_input_is_a_clear_400(
    client: Client, card: Card, name: str, body: dict[str, Any]
) -> None:
    answer = act(client, card, name, **body)

    assert answer.status_code == 400
    assert answer.json()["details"]["fields"]
    assert not Decision.objects.exists()


@pytest.mark.parametrize("name", ["undo", "skip", "note", "alike"])
def test_who_may_not_decide_is_refused(
    card: Card, operator: User, screen: Screen, name: str
) -> None:
    answer = act(screen(operator), card, name, version=1, note="x", corrections={"q1": "A"})

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_the_history_of_a_field_begins_with_its_reading(client: Client, card: Card) -> None:
    act(client, card, "decision", version=1, corrections={"q2": "C"}, note="a caneta falhou")
    reading, change = get(client, f"/v1/audits/{card.pk}/history", {"field": "q2"}).json()
    unknown = get(client, f"/v1/audits/{card.pk}/history", {"field": "q99\x00"})

    assert (reading["verdict"], reading["who"]) == ("read", "")
    assert reading["text"] == "Lido em Questão 2: em branco."
    assert change["changes"] == [{"field": "q2", "name": "Questão 2", "before": "", "after": "C"}]
    assert change["text"].endswith("motivo: a caneta falhou")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_field")
