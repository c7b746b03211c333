"""No page and no address tells the first answer of a drawn card to who may still read it again."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import Batch, Card, Response, SecondReading, Verdict
from audits.sampling import next_reading
from audits.second_readings import Answer, read_again
from audits.services import reopen_card
from conciliacontag.organizations.models import User
from tests.data.requests import get, post

Screen = Callable[[User], Client]
SECRET, NOTE = "SEGREDO", "marquei de ouvido"


@pytest.fixture
def card(readings: list[SecondReading]) -> Card:
    """The first drawn card, whose answer would be known wherever it came."""
    found = readings[0].card
    Response.objects.filter(card=found).update(corrected_value=SECRET)
    Card.objects.filter(pk=found.pk).update(note=NOTE)
    found.refresh_from_db()
    return found


@pytest.fixture
def reader(second: User, screen: Screen) -> Client:
    return screen(second)


def places(card: Card) -> list[str]:
    """Every address that shows something of a card."""
    api, pages = f"/v1/audits/{card.pk}", f"/admin/audits/card/{card.pk}"
    batch = f"/admin/audits/batch/{card.batch_id}"
    reading = f"{batch}/leitura/{card.second_readings.get().pk}"
    return [
        api, f"{api}/history", f"{api}/history?field=q1", f"/v1/audits?batch_id={card.batch_id}",
        f"/v1/audits/{card.batch_id}/preview", f"/v1/audits/{card.batch_id}/samples",
        f"/v1/audits/{card.batch_id}/samples/next", f"/v1/batches/{card.batch_id}",
        f"{pages}/parte/", f"{pages}/parte/?conflito=1", f"{pages}/historico/",
        f"{pages}/historico/?campo=q1", f"{pages}/ao-lado/", f"{pages}/proximo/",
        f"{pages}/anterior/", f"{pages}/change/", "/admin/audits/card/",
        f"{batch}/change/", f"{batch}/alteracoes/", f"{batch}/revisar/",
        f"{batch}/revisar/?cartao={card.pk}", f"{batch}/linha/?n={card.line}",
        f"{batch}/segunda-leitura/", f"{batch}/segunda-leitura/?cartao={card.pk}",
        f"{reading}/proximo/", f"{reading}/anterior/", f"{reading}/ao-lado/",
        f"{batch}/planilha/",
    ]  # fmt: skip


def said_to(client: Client, path: str) -> str:
    answer: Any = client.get(path, follow=True)
    assert answer.status_code in (200, 403), path
    return str(answer.content.decode())


def tells(client: Client, path: str) -> bool:
    return any(secret in said_to(client, path) for secret in (SECRET, NOTE))


def test_no_address_tells_it_to_a_second_reader(
    card: Card, reader: Client, auditor: User, screen: Screen
) -> None:
    first = screen(auditor)

    assert len([path for path in places(card) if tells(first, path)]) >= 9
    assert [path for path in places(card) if tells(reader, path)] == []


def test_acts_answer_without_it(card: Card, reader: Client) -> None:
    path = f"/v1/audits/{card.pk}"
    late = post(reader, f"{path}/decision", verdict="correct", version=1, corrections={"q1": "B"})
    noted = post(reader, f"{path}/note", version=card.version, note="vi borrado")
    page = reader.post(
        f"/admin/audits/card/{card.pk}/salvar/",
        {"verdict": "correct", "version": 1, "corrections": {"q1": "B"}},
        content_type="application/json",
    )

    assert (late.status_code, late.json()["code"]) == (409, "card_changed")
    assert not {"who", "what", "at", "after"} & set(late.json()["details"])
    assert noted.json()["withheld"] is True
    assert not any(SECRET in answer.content.decode() for answer in (late, noted, page))


def test_programs_are_told_that_something_is_withheld(
    card: Card, batch: Batch, reader: Client, auditor: User, screen: Screen
) -> None:
    seen = get(reader, f"/v1/audits/{card.pk}").json()
    refused = get(reader, f"/v1/audits/{card.pk}/history")
    shown = get(reader, f"/v1/audits/{batch.pk}/preview").json()

    assert (seen["withheld"], seen["note"], seen["notes"]) == (True, "", "")
    assert {one["corrected_value"] for one in seen["responses"]} == {None}
    assert (refused.status_code, refused.json()["code"]) == (403, "second_reading_first")
    assert (shown["withheld"], shown["data"], shown["cards"]) == (3, [], 3)
    assert get(screen(auditor), f"/v1/audits/{card.pk}").json()["withheld"] is False


def test_it_is_told_to_who_reads_nothing_again(
    card: Card, operator: User, reader: Client, second: User, screen: Screen
) -> None:
    path = f"/v1/audits/{card.pk}"
    assert SECRET in said_to(screen(operator), path)
    assert (
        get(screen(operator), f"/v1/audits/{card.batch_id}/samples").json()["waiting_for_me"] == 0
    )
    reading = next_reading(card.batch_id, second)
    assert reading is not None
    read_again(reading.pk, Answer(Verdict.CORRECT, {"q1": "A"}), user=second)

    assert SECRET in said_to(reader, path)
    review = f"/admin/audits/batch/{card.batch_id}/revisar/?cartao={card.pk}"
    assert SECRET in said_to(reader, review)


def test_who_takes_an_answer_back_has_seen_it_and_reads_no_more(
    card: Card, manager: User, screen: Screen
) -> None:
    reopen_card(card.pk, author=manager, version=card.version)
    client = screen(manager)

    assert get(client, f"/v1/audits/{card.pk}").json()["withheld"] is False
    post(client, f"/v1/audits/{card.pk}/undo", version=card.version + 1)
    assert get(client, f"/v1/audits/{card.batch_id}/samples").json()["waiting_for_me"] == 3
