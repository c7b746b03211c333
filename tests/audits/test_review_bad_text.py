"""Texts that no database keeps are refused with a sentence, and whose decision stands counts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import Batch, Decision, Verdict
from audits.services import decide_card, note_card
from conciliacontag.organizations.models import User
from tests.data.requests import post

Screen = Callable[[User], Client]


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
@pytest.mark.parametrize("word", ["anotar", "pular", "salvar", "desfazer-iguais"])
def test_a_text_that_cannot_be_kept_is_refused(
    answers: Batch, auditor: User, screen: Screen, word: str, text: str
) -> None:
    card = answers.cards.get(line=1)
    body: dict[str, Any] = {"version": 1, "note": text, "verdict": "as_read", "together": text}
    answer = post(screen(auditor), f"/admin/audits/card/{card.pk}/{word}/", **body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert not Decision.objects.exists()


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
@pytest.mark.parametrize("word", ["note", "skip", "decision"])
def test_programs_are_told_the_same(
    answers: Batch, auditor: User, screen: Screen, word: str, text: str
) -> None:
    card = answers.cards.get(line=1)
    body: dict[str, Any] = {"version": 1, "note": text, "verdict": "as_read"}
    answer = post(screen(auditor), f"/v1/audits/{card.pk}/{word}", **body)

    assert answer.status_code == 400
    assert not Decision.objects.exists()


def test_ones_own_decision_is_taken_back_though_somebody_noted_since(
    answers: Batch, auditor: User, manager: User, screen: Screen
) -> None:
    card = answers.cards.get(line=1)
    decide_card(card.pk, author=auditor, version=1, verdict=Verdict.AS_READ)
    note_card(card.pk, author=manager, version=2, note="visto")
    address = f"/admin/audits/batch/{answers.pk}/revisar/"
    page = screen(auditor).get(address, {"cartao": str(card.pk)}).content.decode()

    assert "Desfazer a decisão" in page


def test_anothers_decision_offers_nothing_to_whoever_only_noted(
    answers: Batch, auditor: User, manager: User, screen: Screen
) -> None:
    card = answers.cards.get(line=1)
    decide_card(card.pk, author=manager, version=1, verdict=Verdict.AS_READ)
    note_card(card.pk, author=auditor, version=2, note="visto")
    address = f"/admin/audits/batch/{answers.pk}/revisar/"
    page = screen(auditor).get(address, {"cartao": str(card.pk)}).content.decode()

    assert "Desfazer a decisão" not in page


@pytest.mark.parametrize("asked", ["", "doze", "-1", "1234567890"])
def test_a_line_that_is_no_number_is_said_to_be_none(
    answers: Batch, auditor: User, screen: Screen, asked: str
) -> None:
    answer = screen(auditor).get(f"/admin/audits/batch/{answers.pk}/linha/", {"n": asked})

    assert (answer.status_code, "número de uma linha" in answer.json()["message"]) == (400, True)
