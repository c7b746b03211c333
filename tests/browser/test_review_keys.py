"""Cards of a file reviewed by keyboard alone: marks, the way between doubts, saving in place."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audits.models import Batch, Card, Decision, Response
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

Open = Callable[..., Watched]


def said(card: Card) -> dict[str, str | None]:
    """What a card's fields say instead of what was read."""
    with session(EVERY):
        rows = Response.objects.filter(card=card)
        return dict(rows.values_list("field", "corrected_value"))


def first(batch: Batch) -> Card:
    with session(EVERY):
        card = batch.cards.order_by("line").first()
    assert card is not None
    return card


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.field ?? ''"))


def value(page: Page, field: str) -> str:
    return page.locator(f"[data-field={field}] .cell-value").inner_text()


def test_a_letter_marks_the_question_in_focus_and_goes_on(review: Open, answers: Any) -> None:
    page = review(answers(["AB", "", "C"], ["A", "", "B"])).page

    assert focused(page) == "q1"
    page.keyboard.press("a")

    assert value(page, "q1") == "A"
    assert focused(page) == "q2"
