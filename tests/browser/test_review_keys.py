"""Cards of a file reviewed by keyboard alone: marks, the way between doubts, saving in place."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audits.models import Batch, Card, Decision, Response, Verdict
from conciliacontag.database import EVERY, session
from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

Open = Callable[..., Watched]
TWO_DOUBTS = ["A", "AB", "C", "", "E", "A", "B"]


def said(batch: Batch, line: int = 1) -> dict[str, str | None]:
    """What the fields of a card say instead of what was read."""
    with session(EVERY):
        rows = Response.objects.filter(card__batch=batch, card__line=line)
        return dict(rows.values_list("field", "corrected_value"))


def verdicts(batch: Batch) -> list[str]:
    with session(EVERY):
        rows = Decision.objects.filter(batch_id=batch.pk)
        return list(rows.values_list("verdict", flat=True))


def card_of(batch: Batch, line: int = 1) -> Card:
    with session(EVERY):
        return batch.cards.get(line=line)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.field ?? ''"))


def expect_focus(page: Page, field: str) -> None:
    expect(page.locator(f"[data-field={field}]")).to_be_focused()


def expect_value(page: Page, field: str, value: str) -> None:
    expect(page.locator(f"[data-field={field}] .cell-value")).to_have_text(value)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def wait_for(page: Page, line: int) -> None:
    page.locator(f"[data-card][data-line='{line}']").wait_for()


def test_a_letter_marks_the_question_in_focus_and_goes_on(review: Open, answers: Any) -> None:
    page = review(answers(TWO_DOUBTS)).page

    expect_focus(page, "q2")
    press(page, "a")

    expect_value(page, "q2", "A")
    expect_focus(page, "q4")


def test_digits_and_letters_mean_the_same(review: Open, answers: Any) -> None:
    page = review(answers([""] * 10)).page
    press(page, *"12345abcde")

    for place, letter in enumerate("ABCDEABCDE", start=1):
        expect_value(page, f"q{place}", letter)


def test_arrows_go_from_doubt_to_doubt_round_the_end(review: Open, answers: Any) -> None:
    page = review(answers(TWO_DOUBTS)).page
    went = []
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp"):
        press(page, key)
        went.append(focused(page))

    assert went == ["q4", "q2", "q4", "q2", "q4"]


def test_shift_and_arrows_reach_every_field(review: Open, answers: Any) -> None:
    page = review(answers(TWO_DOUBTS)).page
    went = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowUp", "ArrowUp"):
        press(page, f"Shift+{key}")
        went.append(focused(page))

    assert went == ["q3", "q2", "q1", "q6", "q1", "matricula"]


def test_tab_stops_at_doubts_alone(review: Open, answers: Any) -> None:
    page = review(answers(TWO_DOUBTS)).page
    stops = page.locator("[data-field][tabindex='0']").evaluate_all(
        "cells => cells.map(cell => cell.dataset.field)"
    )
    press(page, "Tab")

    assert stops == ["q2", "q4"]
    expect_focus(page, "q4")


def test_blank_annulled_and_as_read_are_saved_as_the_layout_writes_them(
    review: Open, answers: Any
) -> None:
    batch = answers(["A", "AB", "AC", "", "E"])
    page = review(batch).page
    press(page, "0", "m", "l", "Enter")
    page.locator("[data-done]").wait_for()

    assert said(batch) == {"q2": "", "q3": "MULTI"}
    assert verdicts(batch) == [Verdict.CORRECT]


def test_all_as_read_is_a_decision_of_its_own(review: Open, answers: Any) -> None:
    batch = answers(["AB", "A"])
    page = review(batch).page
    press(page, "l", "Enter")
    page.locator("[data-done]").wait_for()

    assert verdicts(batch) == [Verdict.AS_READ]


def test_enter_is_held_up_by_an_open_doubt_and_says_which(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS)
    page = review(batch).page
    press(page, "a", "Enter")

    expect(page.get_by_role("alert")).to_contain_text("Falta responder: Questão 4.")
    expect_focus(page, "q4")
    assert verdicts(batch) == []


def test_the_next_card_opens_in_place_and_is_announced(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS, ["A"] * 7, TWO_DOUBTS)
    watched = review(batch)
    page = watched.page
    page.evaluate("window.stayed = true")
    press(page, "a", "b", "Enter")
    wait_for(page, 3)

    assert said(batch) == {"q2": "A", "q4": "B"}
    expect(page.get_by_role("status").first).to_have_text(
        "Cartão da linha 1 salvo. Cartão 2 de 2, linha 3."
    )
    expect(page.get_by_text("1 feito hoje")).to_be_visible()
    expect_focus(page, "q2")
    expect(page).to_have_url(re.compile(str(card_of(batch, 3).pk)))
    assert page.evaluate("window.stayed")
    assert watched.faults == []


def test_z_takes_back_the_last_answer_and_then_the_card_saved_last(
    review: Open, answers: Any
) -> None:
    batch = answers(TWO_DOUBTS, TWO_DOUBTS)
    page = review(batch).page
    press(page, "a", "z")
    expect_focus(page, "q2")
    expect_value(page, "q2", "AB")

    press(page, "a", "b", "Enter")
    wait_for(page, 2)
    press(page, "z")
    wait_for(page, 1)

    assert verdicts(batch) == [Verdict.CORRECT, Verdict.UNDO]
    assert said(batch) == {"q2": None, "q4": None}


def test_a_skipped_card_comes_again_at_the_end(review: Open, answers: Any) -> None:
    page = review(answers(TWO_DOUBTS, TWO_DOUBTS)).page
    press(page, "s")
    wait_for(page, 2)
    press(page, "a", "b", "Enter")
    wait_for(page, 1)

    expect(page.get_by_text("1 feito hoje")).to_be_visible()


def test_a_text_is_written_in_its_cell(review: Open, answers: Any) -> None:
    batch = answers(["AB", "A"])
    page = review(batch).page
    press(page, "Shift+ArrowLeft", "F2", "Control+a")
    page.keyboard.type("2031 a l 0")
    press(page, "Enter", "a", "Enter")
    page.locator("[data-done]").wait_for()

    assert said(batch) == {"matricula": "2031 a l 0", "q1": "A"}


def test_letters_mean_nothing_outside_of_the_review(review: Open, answers: Any) -> None:
    page = review(answers(TWO_DOUBTS, TWO_DOUBTS)).page
    page.locator("[data-search] input").focus()
    page.keyboard.type("sazj")

    expect(page.locator("[data-search] input")).to_have_value("sazj")
    expect_value(page, "q2", "AB")
    wait_for(page, 1)


def test_thirty_cards_cost_three_keys_each_and_no_pointer(review: Open, answers: Any) -> None:
    batch = answers(*[TWO_DOUBTS] * 30)
    page = review(batch).page
    page.evaluate(
        "window.used = {keys: 0, pointer: 0};"
        # The screen keeps a key's going down to itself; it comes up for everybody.
        "addEventListener('keyup', () => used.keys++, true);"
        "for (const one of ['mousedown', 'pointerdown', 'click', 'mousemove'])"
        " addEventListener(one, () => used.pointer++, true)"
    )
    for line in range(1, 31):
        wait_for(page, line)
        press(page, "a", "b", "Enter")
    page.locator("[data-done]").wait_for()

    used = page.evaluate("window.used")
    assert 30 <= used["keys"] <= 90
    assert used["pointer"] == 0
    with session(EVERY):
        assert not batch.cards.open().exists()
