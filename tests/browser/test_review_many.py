"""Many cards by one answer and back again, drafts of several people, the export at the end."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from audits.models import BatchStatus, Verdict
from audits.services import note_card
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from tests.browser.conftest import School, Site, Watched, cookie_of
from tests.browser.test_review_keys import (
    TWO_DOUBTS,
    card_of,
    expect_value,
    press,
    said,
    verdicts,
    wait_for,
)
from tests.browser.test_review_places import decide

pytestmark = pytest.mark.browser

Open = Callable[..., Watched]


def answer_all(page: Any) -> None:
    press(page, "a", "b")
    expect(page.locator("[data-act=alike]")).to_be_enabled()
    press(page, "t")
    page.get_by_role("button", name="Salvar 3 cartões").wait_for()
    press(page, "Enter")


def test_z_takes_all_of_them_back_and_says_how_many(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS, ["A", "CD", "A", "A", "A", "A", "A"], TWO_DOUBTS, TWO_DOUBTS)
    watched = review(batch)
    page = watched.page
    answer_all(page)
    wait_for(page, 2)
    expect(page.get_by_text("3 cartões salvos.")).to_be_visible()
    press(page, "z")
    wait_for(page, 1)

    expect(page.get_by_text("3 cartões desfeitos.")).to_be_visible()
    assert verdicts(batch) == [Verdict.CORRECT] * 3 + [Verdict.UNDO] * 3
    assert [said(batch, line)["q2"] for line in (1, 3, 4)] == [None] * 3
    assert watched.faults == []


def test_a_card_that_a_colleague_changed_since_stays_as_it_is(
    review: Open, answers: Any, school: School
) -> None:
    batch = answers(TWO_DOUBTS, TWO_DOUBTS, TWO_DOUBTS)
    page = review(batch).page
    answer_all(page)
    page.locator("[data-done]").wait_for()
    decide(batch, school, Role.MANAGER, q2="E", q4="E")
    press(page, "z")
    wait_for(page, 1)

    expect(page.get_by_text("2 cartões desfeitos. Ficou como estava: linha 1.")).to_be_visible()
    assert (said(batch)["q2"], said(batch, 2)["q2"]) == ("E", None)


def test_a_decided_card_offers_to_take_back_all_of_them(review: Open, answers: Any) -> None:
    batch = answers(TWO_DOUBTS, TWO_DOUBTS, TWO_DOUBTS)
    first = review(batch).page
    answer_all(first)
    first.locator("[data-done]").wait_for()
    page = review(batch, card_of(batch, 2)).page
    page.get_by_role("button", name="Desfazer nos 3 cartões").press("Enter")
    expect(page.get_by_text("3 cartões voltam a como estavam: linhas 1, 2, 3.")).to_be_visible()
    press(page, "Enter")
    page.locator("[data-act=save]").wait_for()

    with session(EVERY):
        assert batch.cards.open().count() == 3


def test_the_last_page_exports(review: Open, answers: Any) -> None:
    batch = answers(["AB", "A"], ["A", "A"])
    page = review(batch, role=Role.MANAGER).page
    press(page, "a", "Enter")
    expect(page.get_by_text("1 célula em 1 cartão; 1 linha igual.")).to_be_visible()
    page.get_by_role("button", name="Exportar").press("Enter")

    expect(page.get_by_text("Revisão 1 exportada.")).to_be_visible()
    with session(EVERY):
        batch.refresh_from_db()
        assert batch.status == BatchStatus.EXPORTED


def test_answers_outlive_a_reload_though_a_colleague_noted_something(
    review: Open, answers: Any, school: School
) -> None:
    batch = answers(TWO_DOUBTS)
    page = review(batch).page
    press(page, "c")
    with session([school.organization.pk]):
        card, manager = batch.cards.get(line=1), school.people[Role.MANAGER]
        note_card(card.pk, author=manager, version=1, note="folha dobrada")
    page.reload()
    wait_for(page, 1)

    expect(page.get_by_text("O cartão mudou desde que você respondeu")).to_be_visible()
    expect(page.locator("[data-field=q2]")).to_contain_text("sua: C")
    press(page, "c", "d", "Enter")
    page.locator("[data-done]").wait_for()
    assert said(batch) == {"q2": "C", "q4": "D"}


def test_nobody_finds_the_answers_of_somebody_else_at_the_same_computer(
    review: Open, answers: Any, school: School, site: Site
) -> None:
    page = review(answers(TWO_DOUBTS)).page
    press(page, "c")
    page.context.add_cookies([cookie_of(site, school.people[Role.MANAGER])])
    page.reload()
    wait_for(page, 1)

    expect_value(page, "q2", "AB")
