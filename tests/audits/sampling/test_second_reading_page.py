"""The pages that draw, show a card without its first answer, and keep the second."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import Batch, Card, CardStatus, Response, SecondReading
from audits.sampling import draw_sample
from conciliacontag.organizations.models import User
from tests.data.requests import forgiven

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


def send(client: Client, batch: Batch, reading: SecondReading, **said: str) -> Any:
    path = f"/admin/audits/batch/{batch.pk}/reler/"
    return forgiven(client.post(path, {"leitura": str(reading.pk), **said}, follow=True))


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


def test_the_card_comes_without_its_first_answer(
    readings: list[SecondReading], batch: Batch, reader: Client, auditor: User
) -> None:
    Card.objects.filter(pk=readings[0].card_id).update(note="marquei de ouvido")
    Response.objects.filter(card=readings[0].card_id).update(corrected_value="SEGREDO")
    page = shown(reader, page_of(batch))

    assert "Como foi lido: AB" in page and "Questão 1" in page
    assert "SEGREDO" not in page and "ouvido" not in page and auditor.name not in page
    assert "4 para você" in page


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
    same = send(reader, batch, readings[0], **{"campo-q1": "A", "campo-q2": "="})
    other = send(reader, batch, readings[1], **{"campo-q1": "UNMARKED"})

    assert "Linha 1: as duas leituras concordam." in same.content.decode()
    assert "Linha 2: as leituras diferem." in other.content.decode()
    assert str(readings[2].pk) in other.content.decode()
    assert batch.cards.get(line=2).status == CardStatus.REOPENED
    assert SecondReading.objects.get(pk=readings[1].pk).values == {"q1": ""}


def test_what_is_refused_is_shown_as_it_was_filled(
    readings: list[SecondReading], batch: Batch, reader: Client
) -> None:
    answer = send(reader, batch, readings[0], **{"campo-q1": "Z", "note": "não se lê"})

    assert answer.status_code == 422
    assert "não serve em Questão 1" in answer.content.decode()
    assert "não se lê" in answer.content.decode()
    assert SecondReading.objects.filter(reader=None).count() == 4


def test_a_late_answer_leads_to_the_next_card(
    readings: list[SecondReading], batch: Batch, reader: Client, manager: User, screen: Screen
) -> None:
    send(screen(manager), batch, readings[0], **{"campo-q1": "A"})
    answer = send(reader, batch, readings[0], **{"campo-q1": "B"})

    assert "já fez a segunda leitura" in answer.content.decode()
    assert str(readings[1].pk) in answer.content.decode()


def test_the_batch_tells_the_rate_and_both_answers(
    readings: list[SecondReading], batch: Batch, reader: Client
) -> None:
    send(reader, batch, readings[0], **{"campo-q1": "A"})
    send(reader, batch, readings[1], **{"campo-q1": "B"})
    page = shown(reader, f"/admin/audits/batch/{batch.pk}/change/")

    assert "Discordância: 1 de 2 (50,0 %; entre 9,5 % e 90,5 % com 95 % de confiança)" in page
    assert "“C” · Auditor" in page and "“B” · Bruno Leite" in page


def test_a_conciliation_is_chosen_again(
    reviewed: Any, manager: User, second: User, reader: Client
) -> None:
    draw_sample(reviewed.batch.pk, percent=100, seed=1, user=manager)
    reading = SecondReading.objects.get(card=reviewed.card)
    page = shown(reader, page_of(reviewed.batch))
    assert "Qual nota explica este lançamento?" in page and "confirmado por telefone" not in page
    offer = reviewed.card.candidates[0]
    choice = f"accept|{reviewed.documents[0].pk}|{offer['installment']}"
    answer = send(reader, reviewed.batch, reading, choice=choice)

    assert "as duas leituras concordam" in answer.content.decode()
    lonely = SecondReading.objects.get(card=reviewed.lonely_card)
    assert (
        "concordam" in send(reader, reviewed.batch, lonely, choice="no_document").content.decode()
    )


@pytest.mark.parametrize("choice", ["", "nada", "correct"])
def test_a_conciliation_without_a_choice_is_refused(
    reviewed: Any, manager: User, reader: Client, choice: str
) -> None:
    draw_sample(reviewed.batch.pk, percent=100, seed=1, user=manager)
    reading = SecondReading.objects.get(card=reviewed.card)

    assert send(reader, reviewed.batch, reading, choice=choice).status_code == 422


def test_others_see_nothing_to_do(
    readings: list[SecondReading], batch: Batch, auditor: User, operator: User, stranger: User,
    screen: Screen,
) -> None:  # fmt: skip
    assert "Nada espera por você" in shown(screen(auditor), page_of(batch))
    assert "Seu papel permite ver" in shown(screen(operator), page_of(batch))
    assert "sortear/" not in shown(screen(operator), f"/admin/audits/batch/{batch.pk}/change/")
    assert screen(stranger).get(page_of(batch)).status_code == 404
