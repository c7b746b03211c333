"""Draws and second readings over HTTP; the first answer is in nothing a second reader asks for."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import Batch, Card, SecondReading
from conciliacontag.organizations.models import User
from tests.data.requests import get, post

Screen = Callable[[User], Client]


@pytest.fixture
def reader(second: User, screen: Screen) -> Client:
    return screen(second)


def samples(batch: Batch) -> str:
    return f"/v1/audits/{batch.pk}/samples"


def test_a_draw_is_answered_with_what_is_known(batch: Batch, reader: Client) -> None:
    answer = post(reader, samples(batch), percent=50, seed=7)
    again = post(reader, samples(batch), percent=50, seed=7)

    assert (answer.status_code, again.status_code) == (201, 200)
    assert again["Idempotent-Replayed"] == "true"
    assert (answer.json()["drawn"], answer.json()["waiting_for_me"]) == (2, 2)
    (sample,) = get(reader, samples(batch)).json()["samples"]
    assert (sample["seed"], sample["percent"], sample["population"]) == (7, "50.00", 4)
    assert answer.json()["rate"] is None


def test_the_next_card_comes_without_the_first_answer(
    readings: list[SecondReading], batch: Batch, reader: Client, auditor: User
) -> None:
    body = get(reader, f"{samples(batch)}/next").json()

    assert (body["reading_id"], body["waiting_for_me"]) == (str(readings[0].pk), 4)
    card = body["card"]
    assert (card["line"], card["issues"], card["images"]) == (
        1, ["q1: AB"], ["input_path", "output_path"],
    )  # fmt: skip
    (question,) = [one for one in card["responses"] if one["issue"]]
    assert question == {
        "field": "q1", "name": "Questão 1", "read_value": "AB", "issue": "multi",
        "values": ["A", "B", "C", "D", "E", "UNMARKED", "MULTI"],
        "expected": "uma destas: A, B, C, D, E, ou UNMARKED para em branco",
    }  # fmt: skip


def test_no_correction_leaks_on_the_way(
    readings: list[SecondReading], batch: Batch, reader: Client, auditor: User
) -> None:
    Card.objects.filter(pk=readings[0].card_id).update(note="marquei A de ouvido")
    said = json.dumps(
        [get(reader, path).json() for path in (f"{samples(batch)}/next", samples(batch))]
    )

    assert "de ouvido" not in said and "corrected" not in said and "first" not in said
    assert auditor.email not in said and auditor.name not in said
    assert not any(str(reading.card_id) in get(reader, samples(batch)).content.decode()
                   for reading in readings)  # fmt: skip


def test_an_answer_is_told_with_both(
    readings: list[SecondReading], batch: Batch, reader: Client, auditor: User, second: User
) -> None:
    same = post(reader, f"/v1/audits/readings/{readings[0].pk}", values={"q1": "A"}).json()
    other = post(reader, f"/v1/audits/readings/{readings[1].pk}", values={"q1": "B"}).json()

    assert (same["agrees"], same["card_status"]) == (True, "resolved")
    assert (other["agrees"], other["card_status"]) == (False, "reopened")
    assert (other["first_values"], other["values"]) == ({"q1": "C"}, {"q1": "B"})
    assert (other["first_author"], other["reader"]) == (auditor.email, second.email)
    found = get(reader, samples(batch)).json()
    assert (found["read"], found["disagreements"], found["rate"]) == (2, 1, 0.5)
    assert found["told"].startswith("Discordância: 1 de 2")


def test_when_nothing_waits_it_is_said(batch: Batch, auditor: User, screen: Screen) -> None:
    body = get(screen(auditor), f"{samples(batch)}/next").json()

    assert (body["reading_id"], body["card"], body["waiting_for_me"]) == (None, None, 0)


@pytest.mark.parametrize(
    ("said", "code"), [({"percent": 0}, "invalid"), ({}, "invalid"), ({"percent": 10, "seed": -1},
                       "invalid"), ({"percent": "muito"}, "invalid")],
)  # fmt: skip
def test_impossible_draws_are_refused(
    batch: Batch, reader: Client, said: dict[str, Any], code: str
) -> None:
    answer = post(reader, samples(batch), **said)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_refusals_have_their_codes(
    readings: list[SecondReading], reader: Client, auditor: User, screen: Screen
) -> None:
    path = f"/v1/audits/readings/{readings[0].pk}"
    own = post(screen(auditor), path, values={"q1": "A"})
    wrong = post(reader, path, values={"q1": "Z"})
    post(reader, path, values={"q1": "A"})
    late = post(reader, path, values={"q1": "B"})

    assert [(one.status_code, one.json()["code"]) for one in (own, wrong, late)] == [
        (403, "own_answer"),
        (400, "invalid_correction"),
        (409, "already_read"),
    ]


def test_roles_and_organizations_are_kept_apart(
    readings: list[SecondReading], batch: Batch, operator: User, stranger: User, screen: Screen
) -> None:
    reading = f"/v1/audits/readings/{readings[0].pk}"
    calls: list[Callable[[Client], Any]] = [
        lambda client: post(client, samples(batch), percent=10),
        lambda client: get(client, f"{samples(batch)}/next"),
        lambda client: post(client, reading, values={"q1": "A"}),
    ]

    assert [call(screen(operator)).status_code for call in calls] == [403] * 3
    assert [call(screen(stranger)).status_code for call in calls] == [404] * 3
    assert get(screen(stranger), samples(batch)).status_code == 404
    assert get(screen(operator), samples(batch)).status_code == 200
