"""The review over HTTP: who may, what a repeated or stale answer gets, which card comes next."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import Batch, Card, CardStatus, Decision
from conciliacontag.organizations.models import Organization, User
from tests.data.file_batches import make_answers

POSTS = ("salvar", "salvar-iguais", "pular", "anotar", "desfazer", "reabrir")
GETS = ("parte", "proximo", "anterior", "ao-lado", "historico")
RIGHT = {"verdict": "correct", "version": 1, "corrections": {"q1": "A", "q2": "B"}}


@pytest.fixture
def batch(organization: Organization) -> Batch:
    return make_answers(organization, ("AB", "", "C"), ("AB", "", "C"), ("AB", "", "C"))


def card_of(batch: Batch, line: int = 1) -> Card:
    return batch.cards.get(line=line)


def post(client: Client, card: Card, word: str, body: dict[str, Any]) -> Any:
    path = f"/admin/audits/card/{card.pk}/{word}/"
    return client.post(path, json.dumps(body), content_type="application/json")


def test_the_card_s_own_page_leads_to_its_place(
    screen: Callable[[User], Client], auditor: User, batch: Batch
) -> None:
    card = card_of(batch, 2)
    answer = screen(auditor).get(f"/admin/audits/card/{card.pk}/change/", follow=True)

    assert answer.redirect_chain[0][0].endswith(f"/{batch.pk}/revisar/?cartao={card.pk}")
    assert b"Cart\xc3\xa3o 2 de 3" in answer.content


def test_saving_twice_decides_once_and_shows_the_next(
    screen: Callable[[User], Client], auditor: User, batch: Batch
) -> None:
    client, card = screen(auditor), card_of(batch)
    first, again = post(client, card, "salvar", RIGHT), post(client, card, "salvar", RIGHT)

    assert first.json()["saved"] == again.json()["saved"] == 2
    assert 'data-line="2"' in first.json()["html"]
    assert Decision.objects.filter(card_id=card.pk).count() == 1


def test_a_card_that_the_page_holds_is_not_drawn_again(
    screen: Callable[[User], Client], auditor: User, batch: Batch
) -> None:
    client, card = screen(auditor), card_of(batch)
    ahead = client.get(f"/admin/audits/card/{card.pk}/ao-lado/").json()["ahead"]
    held = {"card": ahead["card"], "version": ahead["version"]}
    answer = post(client, card, "salvar", RIGHT | {"ahead": held}).json()

    assert ahead["card"] == str(card_of(batch, 2).pk)
    assert (answer["is_held"], "html" in answer) == (True, False)


def test_a_stale_answer_names_who_was_faster(
    screen: Callable[[User], Client], auditor: User, manager: User, batch: Batch
) -> None:
    card = card_of(batch)
    post(screen(manager), card, "salvar", RIGHT)
    answer = post(screen(auditor), card, "salvar", RIGHT | {"corrections": {"q1": "C"}})

    assert (answer.status_code, answer.json()["code"]) == (409, "card_changed")
    assert answer.json()["details"]["who"] == manager.name


@pytest.mark.parametrize("body", ["[]", "{", '{"verdict": "x"}', '{"corrections": {"q1": 1}}'])
def test_what_the_page_never_sends_is_refused(
    screen: Callable[[User], Client], auditor: User, batch: Batch, body: str
) -> None:
    path = f"/admin/audits/card/{card_of(batch).pk}/salvar/"
    answer = screen(auditor).post(path, body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_who_may_not_decide_changes_nothing(
    screen: Callable[[User], Client], operator: User, batch: Batch
) -> None:
    client = screen(operator)
    codes = {post(client, card_of(batch), word, RIGHT).status_code for word in POSTS}

    assert codes == {403}
    assert set(batch.cards.values_list("status", flat=True)) == {CardStatus.PENDING}


def test_another_organization_s_cards_are_not_there(
    screen: Callable[[User], Client], stranger: User, batch: Batch
) -> None:
    client, card = screen(stranger), card_of(batch)
    codes = {post(client, card, word, RIGHT).status_code for word in (*POSTS, "enviar-imagem")}
    for word in (*GETS, "imagem"):
        codes.add(client.get(f"/admin/audits/card/{card.pk}/{word}/").status_code)
    for word in ("revisar", "linha"):
        codes.add(client.get(f"/admin/audits/batch/{batch.pk}/{word}/").status_code)

    assert codes == {404}


def test_skipping_twice_moves_on_and_keeps_the_version(
    screen: Callable[[User], Client], auditor: User, batch: Batch
) -> None:
    client, card = screen(auditor), card_of(batch)
    answers = [post(client, card, "pular", {}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert 'data-line="2"' in answers[0].json()["html"]
    assert card_of(batch).version == 1
