"""How the review looks: accessible, in Portuguese, from this host alone, readable on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from audits.models import Batch, Card
from audits.services import open_batch
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from reconciliation.models import Reconciliation
from reconciliation.services import execute_run, start_run
from tests.browser.accessibility import look_over
from tests.browser.conftest import School, Site, Watched
from tests.browser.test_pages import ENGLISH, shoot, visible_text
from tests.data.desk_months import make_proposed_group

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {"claro": {}, "escuro": {"dark": True}, "390": {"width": 390}}
READ = [["AB", *"BCDEABCDEABCD", "", *"ABCDEABCDEABCDEABCDEABCDEABCD", "A1"]] * 3


def check(watched: Watched) -> None:
    found = look_over(watched.page)
    assert (watched.faults, watched.foreign) == ([], [])
    assert found.violations_count == 0, found.generate_report()
    width = watched.page.evaluate("innerWidth")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    assert ENGLISH.findall(visible_text(watched.page)) == []


@pytest.mark.parametrize("look", LOOKS)
def test_a_card_with_its_sheet(review: Callable[..., Watched], answers: Any, look: str) -> None:
    watched = review(answers(*READ, sheets=True), **LOOKS[look])
    watched.page.wait_for_load_state("networkidle")
    watched.page.keyboard.press("c")
    expect(watched.page.get_by_role("button", name="Todas iguais (3)")).to_be_enabled()
    shoot(watched.page, f"revisao-{look}")

    check(watched)


@pytest.mark.parametrize("look", LOOKS)
def test_a_conciliation_card(look_at: Callable[..., Watched], site: Site, look: str) -> None:
    with session(EVERY):
        cards = Card.objects.open().filter(organization=site.organization)
        card = cards.exclude(candidates=[]).order_by("line").first()
    assert card is not None
    watched = look_at(Role.MANAGER, **LOOKS[look])
    watched.page.goto(f"/admin/audits/card/{card.pk}/change/")
    watched.page.wait_for_load_state("networkidle")
    shoot(watched.page, f"revisao-conciliacao-{look}")

    assert f"revisar/?cartao={card.pk}" in watched.page.url
    check(watched)


@pytest.mark.parametrize("look", LOOKS)
def test_notes_that_are_paid_together_are_one_choice(
    review: Callable[..., Watched], school: School, look: str
) -> None:
    with session(EVERY):
        run, _ = start_run(school.organization, requested_by=None)
        execute_run(school.organization.pk, run.pk)
        line = make_proposed_group(school.organization, 0)
        batch = open_batch(school.organization.pk, run.pk)
    assert batch is not None
    watched = review(batch, **LOOKS[look])
    page = watched.page
    expect(page.get_by_text("3 notas juntas")).to_be_visible()
    expect(page.locator(".choice-notes li")).to_have_count(3)
    shoot(page, f"revisao-grupo-{look}")
    check(watched)
    page.keyboard.press("Enter")
    page.locator("[data-done]").wait_for()

    with session(EVERY):
        assert Reconciliation.objects.matched().filter(transaction=line).count() == 3


@pytest.mark.parametrize("look", LOOKS)
def test_a_sheet_that_did_not_come(review: Callable[..., Watched], answers: Any, look: str) -> None:
    watched = review(answers(*READ, sheets=True, without=[1]), **LOOKS[look])
    expect(watched.page.get_by_text("c0001.png não veio no pacote").first).to_be_visible()
    similar = watched.page.get_by_role("link", name="c0001_2.png", exact=True)
    expect(similar.first).to_be_visible()
    shoot(watched.page, f"revisao-sem-imagem-{look}")

    check(watched)


def test_a_batch_without_doubts(review: Callable[..., Watched], answers: Any) -> None:
    batch: Batch = answers(["A", "B"])
    watched = review(batch)
    shoot(watched.page, "revisao-fim")

    expect(watched.page.get_by_text("Este lote não tem pendências: pode exportar.")).to_be_visible()
    expect(watched.page.get_by_role("button", name="Exportar")).to_be_visible()
    check(watched)


def test_help_tells_every_key(review: Callable[..., Watched], answers: Any) -> None:
    watched = review(answers(["AB", ""]))
    watched.page.keyboard.press("?")
    shoot(watched.page, "revisao-ajuda")

    expect(watched.page.get_by_role("dialog", name="Teclas da revisão")).to_be_visible()
    check(watched)


def test_who_may_only_read_is_told_so(review: Callable[..., Watched], answers: Any) -> None:
    watched = review(answers(["AB", ""]), role=Role.VIEWER)
    watched.page.keyboard.press("c")
    shoot(watched.page, "revisao-leitura")

    expect(watched.page.get_by_text("Seu papel permite ler este cartão.")).to_be_visible()
    expect(watched.page.locator("[data-field=q1] .cell-value")).to_have_text("AB")
    check(watched)
