"""The pages that draw, show a card without its first answer, and keep the second."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import Batch, Card, CardStatus, Response, SecondReading
from audits.sampling import draw_sample
from conciliacontag.organizations.models import User
from tests.data.requests import post

Screen = Callable[[User], Client]


@pytest.fixture
def reader(second: User, screen: Screen) -> Client:
    return screen(second)


def page_of(batch: Batch) -> str:
    return f"/admin/audits/batch/{batch.pk}/segunda-leitura/"


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def send(
    client: Client, batch: Batch, reading: SecondReading, word: str = "salvar", **said: Any
) -> Any:
    """An answer to one drawn card, as the page's module sends it."""
    body = {"version": 1, "verdict": "correct", **said}
    return post(client, f"/admin/audits/batch/{batch.pk}/leitura/{reading.pk}/{word}/", **body)


def looked_at(client: Client, batch: Batch, reading: SecondReading, word: str) -> dict[str, Any]:
    path = f"/admin/audits/batch/{batch.pk}/leitura/{reading.pk}/{word}/"
    return dict(client.get(path).json())


def test_the_batch_offers_a_draw_and_a_double_click_draws_once(
    batch: Batch, reader: Client
) -> None:
    page = shown(reader, f"/admin/audits/batch/{batch.pk}/change/")
    assert "% dos 4 cartões decididos" in page
    for _ in range(2):
        answer = reader.post(
            f"/admin/audits/batch/{batch.pk}/sortear/", {"percent": "50", "seed": "9"}, follow=True
        )
    assert "Este sorteio já estava feito" in answer.content.decode()
    assert SecondReading.objects.count() == 2
    assert "Fazer segunda leitura (2)" in answer.content.decode()


def test_an_endless_seed_is_none(batch: Batch, reader: Client) -> None:
    path = f"/admin/audits/batch/{batch.pk}/sortear/"
    answer = reader.post(path, {"percent": "50", "seed": "9" * 5000}, follow=True)

    assert "2 de 4 cartões sorteados" in answer.content.decode()


def test_the_card_comes_without_its_first_answer(
    readings: list[SecondReading], batch: Batch, reader: Client, auditor: User
) -> None:
    Card.objects.filter(pk=readings[0].card_id).update(note="marquei de ouvido", version=9)
    Response.objects.filter(card=readings[0].card_id).update(corrected_value="SEGREDO")
    page = shown(reader, page_of(batch))

    assert 'data-field="q1" data-label="Questão 1"' in page and 'data-read="AB"' in page
    assert "Segunda leitura 1 de 4" in page and 'data-version="1"' in page
    assert "SEGREDO" not in page and "ouvido" not in page and auditor.name not in page
    assert "data-history" not in page and "era AB" not in page


def test_a_field_that_was_settled_waits_again(
    readings: list[SecondReading], batch: Batch, reader: Client
) -> None:
    page = shown(reader, page_of(batch))
    (cell,) = [part for part in page.split("<div ") if 'data-field="q1"' in part]

    assert "data-waits" in cell and 'data-value="AB"' in cell and 'tabindex="0"' in cell


def test_the_batch_hides_its_changes_from_who_has_readings_to_do(
    readings: list[SecondReading], batch: Batch, reader: Client, auditor: User, screen: Screen
) -> None:
    path = f"/admin/audits/batch/{batch.pk}/change/"
    Response.objects.filter(card=readings[3].card_id).update(corrected_value="SEGREDO")

    assert "SEGREDO" not in shown(reader, path)
    assert "SEGREDO" in shown(screen(auditor), path)


def test_the_next_card_follows_each_answer(
    readings: list[SecondReading], batch: Batch, reader: Client
) -> None:
    same = send(reader, batch, readings[0], corrections={"q1": "A"}).json()
    other = send(reader, batch, readings[1], corrections={"q1": "UNMARKED"}).json()

    assert same["told"] == "Linha 1: as duas leituras concordam."
    assert other["told"] == "Linha 2: as leituras diferem. O cartão foi reaberto."
    assert str(readings[2].pk) in other["html"]
    assert other["address"].endswith(f"?cartao={readings[2].card_id}")
    assert batch.cards.get(line=2).status == CardStatus.REOPENED
    assert SecondReading.objects.get(pk=readings[1].pk).values == {"q1": ""}


def test_one_goes_on_and_back_without_answering_round_the_end(
    readings: list[SecondReading], batch: Batch, reader: Client
) -> None:
    first, second, *_, last = readings
    for here, word, there in (
        (first, "proximo", second), (second, "anterior", first),
        (first, "anterior", last), (last, "proximo", first),
    ):  # fmt: skip
        assert str(there.pk) in looked_at(reader, batch, here, word)["html"]
    assert SecondReading.objects.filter(reader=None).count() == 4


def test_a_named_card_is_opened_for_who_may_read_it(
    readings: list[SecondReading], batch: Batch, reader: Client, auditor: User, screen: Screen
) -> None:
    path = f"{page_of(batch)}?cartao={readings[2].card_id}"

    assert str(readings[2].pk) in shown(reader, path)
    assert str(readings[2].pk) not in shown(screen(auditor), path)


def test_what_is_refused_says_where(
    readings: list[SecondReading], batch: Batch, reader: Client
) -> None:
    answer = send(reader, batch, readings[0], corrections={"q1": "Z"})
    nothing = send(reader, batch, readings[0], verdict="talvez")

    assert (answer.status_code, nothing.status_code) == (400, 400)
    assert list(answer.json()["details"]["fields"]) == ["q1"]
    assert SecondReading.objects.filter(reader=None).count() == 4


def test_a_late_answer_leads_to_the_next_card(
    readings: list[SecondReading], batch: Batch, reader: Client, manager: User, screen: Screen
) -> None:
    send(screen(manager), batch, readings[0], corrections={"q1": "A"})
    answer = send(reader, batch, readings[0], corrections={"q1": "B"}).json()

    assert "já fez a segunda leitura" in answer["told"]
    assert str(readings[1].pk) in answer["html"]


def test_the_last_answer_ends_with_what_was_found(
    readings: list[SecondReading], batch: Batch, reader: Client
) -> None:
    for reading in readings:
        answer = send(reader, batch, reading, verdict="as_read").json()

    assert "Todos os cartões sorteados já foram relidos." in answer["html"]
    assert "Discordância: 3 de 4" in answer["html"] and "address" not in answer


def test_the_batch_tells_the_rate_and_both_answers(
    readings: list[SecondReading], batch: Batch, reader: Client
) -> None:
    send(reader, batch, readings[0], corrections={"q1": "A"})
    send(reader, batch, readings[1], corrections={"q1": "B"})
    page = shown(reader, f"/admin/audits/batch/{batch.pk}/change/")

    assert "Discordância: 1 de 2 (50,0 %; entre 9,5 % e 90,5 % com 95 % de confiança)" in page
    assert "“C” · Auditor" in page and "“B” · Bruno Leite" in page


def test_a_conciliation_is_chosen_again(
    reviewed: Any, manager: User, second: User, reader: Client
) -> None:
    draw_sample(reviewed.batch.pk, percent=100, seed=1, user=manager)
    reading = SecondReading.objects.get(card=reviewed.card)
    work = shown(reader, page_of(reviewed.batch)).split("data-work")[1]
    assert "Qual nota explica este lançamento?" in work and "confirmado por telefone" not in work
    assert " checked" not in work and "ingestion/document/" not in work
    document = str(reviewed.documents[0].pk)
    part = reviewed.card.candidates[0]["installment"]
    answer = send(
        reader, reviewed.batch, reading, verdict="accept", document_id=document, installment=part
    )

    assert "as duas leituras concordam" in answer.json()["told"]
    lonely = SecondReading.objects.get(card=reviewed.lonely_card)
    answer = send(reader, reviewed.batch, lonely, verdict="no_document")
    assert "concordam" in answer.json()["told"]


@pytest.mark.parametrize("verdict", ["", "nada", "as_read", "accept", "correct"])
def test_a_conciliation_without_a_choice_is_refused(
    reviewed: Any, manager: User, reader: Client, verdict: str
) -> None:
    draw_sample(reviewed.batch.pk, percent=100, seed=1, user=manager)
    reading = SecondReading.objects.get(card=reviewed.card)

    assert send(reader, reviewed.batch, reading, verdict=verdict).status_code == 400


def test_a_reading_of_another_batch_is_not_found(
    readings: list[SecondReading], reviewed: Any, reader: Client
) -> None:
    answer = send(reader, reviewed.batch, readings[0], corrections={"q1": "A"})
    path = f"/admin/audits/batch/{reviewed.batch.pk}/leitura/{readings[0].pk}"

    assert answer.status_code == 404
    assert {reader.get(f"{path}/{word}/").status_code for word in ("proximo", "ao-lado")} == {404}


def test_others_see_nothing_to_do(
    readings: list[SecondReading], batch: Batch, auditor: User, operator: User, stranger: User,
    screen: Screen,
) -> None:  # fmt: skip
    assert "Nada espera por você" in shown(screen(auditor), page_of(batch))
    assert "Seu papel permite ver" in shown(screen(operator), page_of(batch))
    assert "sortear/" not in shown(screen(operator), f"/admin/audits/batch/{batch.pk}/change/")
    assert screen(stranger).get(page_of(batch)).status_code == 404
    assert send(screen(operator), batch, readings[0], corrections={"q1": "A"}).status_code == 403
    assert send(screen(stranger), batch, readings[0]).status_code == 404
