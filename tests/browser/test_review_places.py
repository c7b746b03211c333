"""What the review keeps: drafts, places, sheets; and what two people on one card are told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from audits.models import Batch, CardStatus, Evidence, Verdict
from audits.services import decide_card
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from tests.browser.conftest import School, Watched
from tests.browser.test_review_keys import (
    TWO_DOUBTS,
    card_of,
    expect_focus,
    expect_value,
    press,
    said,
    verdicts,
    wait_for,
)
from tests.data.school_cards import sheet

pytestmark = pytest.mark.browser

Open = Callable[..., Watched]


def decide(batch: Batch, school: School, role: Role, **corrections: str) -> None:
    with session([school.organization.pk]):
        card = batch.cards.get(line=1)
        decide_card(
            card.pk,
            author=school.people[role],
            version=card.version,
            verdict=Verdict.CORRECT,
            corrections=corrections,
        )


def test_answers_outlive_a_reload_and_leave_with_the_saving(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS, TWO_DOUBTS)
    page = review(batch).page
    press(page, "c")
    page.reload()
    wait_for(page, 1)

    expect_value(page, "q2", "C")
    expect_focus(page, "q4")
    press(page, "d", "Enter")
    wait_for(page, 2)
    assert said(batch) == {"q2": "C", "q4": "D"}
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('cartao:'))") == []


def test_a_pause_keeps_the_place_for_the_next_visit(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS, TWO_DOUBTS)
    page = review(batch, card_of(batch, 2)).page
    press(page, "Escape")
    page.wait_for_url(f"**/batch/{batch.pk}/change/")
    page.goto(f"/admin/audits/batch/{batch.pk}/revisar/")

    wait_for(page, 2)


def test_g_opens_the_card_of_a_line_or_names_the_nearest(review: Open, answers: Any) -> None:
    page = review(answers(TWO_DOUBTS, ["A"] * 7, TWO_DOUBTS)).page
    press(page, "g")
    page.keyboard.type("2")
    press(page, "Enter")
    expect(page.get_by_text("As mais próximas com cartão: 1 e 3.")).to_be_visible()

    page.locator("#go-line").fill("3")
    press(page, "Enter")
    wait_for(page, 3)
    expect_focus(page, "q2")


def test_a_colleague_on_the_same_card_is_named(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS)
    first, second = review(batch), review(batch, role=Role.MANAGER)
    for watched in (first, second):
        with watched.page.expect_response("**/presenca/"):
            watched.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(second.page.get_by_text("Rita Alves também está neste cartão")).to_be_visible()
    assert (first.faults, second.faults) == ([], [])


def test_both_answers_are_shown_and_one_is_picked(
    review: Open, answers: Any, school: School
) -> None:
    batch = answers(TWO_DOUBTS)
    page = review(batch, role=Role.MANAGER).page
    press(page, "a", "b")
    decide(batch, school, Role.AUDITOR, q2="C", q4="B")
    press(page, "Enter")

    expect(page.get_by_role("heading", name="Gravado agora, por Rita Alves")).to_be_visible()
    expect(page.get_by_role("heading", name="Sua escolha, não gravada")).to_be_visible()
    expect_focus(page, "q2")
    expect_value(page, "q2", "C")
    press(page, "Enter")
    assert said(batch)["q2"] == "C"
    press(page, "a", "Enter")
    page.locator("[data-done]").wait_for()
    assert said(batch) == {"q2": "A", "q4": "B"}


def test_who_may_not_overrule_keeps_sight_of_both_answers(
    review: Open, answers: Any, school: School
) -> None:
    batch = answers(TWO_DOUBTS, TWO_DOUBTS)
    page = review(batch).page
    press(page, "a", "b")
    decide(batch, school, Role.MANAGER, q2="C", q4="D")
    press(page, "Enter")

    mine = page.locator("[data-clash] section", has_text="Sua escolha, não gravada")
    expect(mine.locator("dd").first).to_have_text("A")
    assert said(batch)["q2"] == "C"
    press(page, "Enter")
    wait_for(page, 2)


def test_a_missing_sheet_is_sent_in_place_and_answers_stay(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS, TWO_DOUBTS, sheets=True, without=[1])
    watched = review(batch)
    press(watched.page, "a")
    content = FilePayload(name="foto.png", mimeType="image/png", buffer=sheet(1, TWO_DOUBTS))
    watched.page.set_input_files("[data-send-image=input_path]", files=[content])
    watched.page.locator("[data-sheet] img").wait_for()

    expect_value(watched.page, "q2", "A")
    with session(EVERY):
        assert Evidence.objects.filter(batch=batch, name="c0001.png").exists()
    assert watched.faults == []


def test_the_sheet_keeps_zoom_turn_and_side_from_card_to_card(review: Open, answers: Any) -> None:
    page = review(answers(TWO_DOUBTS, TWO_DOUBTS, sheets=True)).page
    press(page, "+", "r", "o", "a", "b", "Enter")
    wait_for(page, 2)

    shown = page.locator("[data-sheet] img:visible")
    expect(page.locator("[data-scale]")).to_have_text("125%")
    expect(shown).to_have_attribute("alt", "Marcada: m_c0002.png")
    expect(shown).to_have_attribute("style", re.compile(r"rotate\(90deg\)"))


def test_all_cards_alike_get_one_answer_after_it_was_said_which(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS, ["A", "A", "", "", "", "A", "A"], TWO_DOUBTS, TWO_DOUBTS)
    page = review(batch).page
    press(page, "a", "b")
    page.get_by_role("button", name="Todas iguais (3)").click()
    expect(page.get_by_text("3 cartões recebem esta resposta: linhas 1, 3, 4.")).to_be_visible()
    assert verdicts(batch) == []

    press(page, "Enter")
    wait_for(page, 2)
    assert [said(batch, line)["q2"] for line in (1, 3, 4)] == ["A", "A", "A"]


def test_a_decided_card_tells_its_history_and_is_taken_back(
    review: Open, answers: Any, school: School
) -> None:
    batch = answers(TWO_DOUBTS)
    decide(batch, school, Role.AUDITOR, q2="C", q4="D")
    page = review(batch, card_of(batch)).page
    page.locator("[data-history] summary").press("Enter")
    expect(page.get_by_text("Rita Alves corrigiu os campos")).to_be_visible()
    expect(page.locator("[data-field=q2]")).to_have_attribute(
        "aria-label", "Questão 2, lido AB, corrigido para C, duas marcas"
    )

    page.get_by_role("button", name="Histórico", exact=True).click()
    expect(page.locator("[data-history] li").last).to_contain_text("Lido em Questão 2: AB")
    page.get_by_role("button", name="Reabrir").press("Enter")
    page.locator("[data-act=save]").wait_for()
    with session(EVERY):
        assert batch.cards.get(line=1).status == CardStatus.REOPENED


def test_a_note_alone_is_kept_beside_the_answers(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS)
    page = review(batch).page
    press(page, "c", "n")
    page.keyboard.type("folha dobrada")
    page.get_by_role("button", name="Guardar só a nota").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Nota guardada.")

    expect_value(page, "q2", "C")
    assert card_of(batch).note == "folha dobrada"
    press(page, "d", "Enter")
    page.locator("[data-done]").wait_for()
    assert said(batch) == {"q2": "C", "q4": "D"}


def test_a_lost_connection_loses_no_answer(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS, TWO_DOUBTS)
    page = review(batch).page
    page.context.set_offline(True)
    press(page, "a", "b", "Enter")
    expect(page.get_by_role("status").first).to_contain_text("Sem conexão")
    page.context.set_offline(False)
    wait_for(page, 2)

    assert said(batch) == {"q2": "A", "q4": "B"}
