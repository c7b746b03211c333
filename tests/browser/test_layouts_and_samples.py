"""A layout is edited and tried on a file; a drawn card is read by a second person."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from audits.models import Batch, LayoutVersion, SecondReading, Verdict
from audits.sampling import draw_sample
from audits.services import decide_card
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from tests.browser.accessibility import look_over
from tests.browser.conftest import Site
from tests.data.answer_sheets import FIRST, results, sheet
from tests.data.file_batches import make_answers

pytestmark = pytest.mark.browser

RESULTS = results(FIRST, sheet("b.png", "A", "D"), sheet("c.png", "A", "B"))


def faults_of(page: Page) -> list[str]:
    return [fault["id"] for fault in look_over(page).response["violations"]]


def decided_batch(site: Site, name: str, third: str) -> Batch:
    """Three cards that the auditor has decided."""
    with session(EVERY):
        batch = make_answers(
            site.organization, ("AB", "B", third), ("AC", "B", third), ("A", "", third), name=name
        )
        cards = list(batch.cards.order_by("line"))
    for card, said in zip(cards, ({"q1": "A"}, {"q1": "C"}, {"q2": "UNMARKED"}), strict=True):
        decide_card(
            card.pk, author=site.people[Role.AUDITOR], version=1, verdict=Verdict.CORRECT,
            corrections=said,
        )  # fmt: skip
    return batch


def test_a_layout_is_edited_tried_on_a_file_and_saved(
    open_page: Callable[..., Any], site: Site
) -> None:
    watched = open_page(Role.MANAGER)
    page: Page = watched.page
    page.goto("/admin/audits/layoutversion/?empresa=empresa-1")
    page.get_by_role("link", name="Cartão-resposta (OMR)").click()
    expect(page.get_by_role("link", name="Editar")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="Editar").click()

    expect(page.locator("#field-0-values")).to_be_visible()
    page.wait_for_load_state()  # keys are heard once the page's modules have run
    page.locator("#field-0-values").fill("A, B, C")
    content = FilePayload(name="Results.csv", mimeType="text/csv", buffer=RESULTS)
    page.set_input_files("#file", files=[content])
    page.locator("#field-0-values").press("Enter")
    trial = page.get_by_role("status", name="Resultado da prova")
    expect(trial).to_contain_text("2 virariam cartões")
    expect(trial).to_contain_text("1 linha passa a ser cartão")
    assert faults_of(page) == []
    page.get_by_role("button", name="Acrescentar campo").click()
    expect(page.locator("[data-rule]")).to_have_count(4)
    page.get_by_role("button", name="Retirar o campo 4").click()
    page.locator("#note").fill("Só até C")
    page.get_by_role("button", name="Guardar nova versão").click()

    expect(page.get_by_text("Versão 2 guardada.")).to_be_visible()
    expect(page.get_by_text("para “A, B, C”")).to_be_visible()
    with session(EVERY):
        assert LayoutVersion.objects.get(organization=site.quiet).note == "Só até C"
    assert (watched.faults, watched.foreign) == ([], [])


def test_a_second_person_reads_by_keyboard_without_the_first_answer(
    open_page: Callable[..., Any], site: Site
) -> None:
    batch = decided_batch(site, "Bolsas", "C")
    watched = open_page(Role.MANAGER)
    page: Page = watched.page
    draw_all(page, batch)
    told = page.locator("[data-review] [data-told]")
    expect(page.locator("#campo-q1")).to_be_focused()
    expect(page.get_by_text("Segunda leitura 1 de 3")).to_be_visible()
    assert faults_of(page) == []
    assert page.get_by_text("Histórico").count() == 0

    for key in ("s", "g", "t"):  # acts of the review that there are none of here
        page.keyboard.press(key)
    answer(page, "a", "Enter")
    expect(told).to_contain_text("Linha 1: as duas leituras concordam. Cartão 2 de 3, linha 2.")
    answer(page, "b", "Enter")
    expect(told).to_contain_text("Linha 2: as leituras diferem. O cartão foi reaberto.")
    expect(page.locator("#campo-q2")).to_be_focused()
    answer(page, "0", "z", "0", "Enter")

    done = page.get_by_role("heading", name="Todos os cartões sorteados já foram relidos.")
    expect(done).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="Voltar ao lote").click()
    expect(page.get_by_text("Discordância: 1 de 3 (33,3 %; entre 6,1 % e 79,2 %")).to_be_visible()
    with session(EVERY):
        assert SecondReading.objects.filter(sample__batch=batch, agrees=True).count() == 2
    assert (watched.faults, watched.foreign) == ([], [])


def test_a_second_reading_outlives_a_reload_and_is_left_by_escape(
    open_page: Callable[..., Any], site: Site
) -> None:
    batch = decided_batch(site, "Reforço", "D")
    watched = open_page(Role.MANAGER)
    page: Page = watched.page
    draw_all(page, batch)
    page.keyboard.press("k")
    expect(page.get_by_text("Segunda leitura 3 de 3")).to_be_visible()
    answer(page, "e")
    page.reload()

    expect(page.get_by_text("Segunda leitura 3 de 3")).to_be_visible()
    expect(page.locator("#campo-q2 .cell-value")).to_have_text("E")
    expect(page.locator("[data-left]")).to_have_text("Tudo respondido")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(rf"/admin/audits/batch/{batch.pk}/change/"))
    with session(EVERY):
        card = batch.cards.get(line=1)
    page.goto(f"/admin/audits/card/{card.pk}/change/")
    page.get_by_role("link", name="Fazer a segunda leitura").click()
    expect(page.get_by_text("Segunda leitura 1 de 3")).to_be_visible()
    assert (watched.faults, watched.foreign) == ([], [])


def test_who_is_late_on_a_drawn_card_learns_no_answer(
    open_page: Callable[..., Any], site: Site
) -> None:
    with session(EVERY):
        batch = make_answers(site.organization, ("AB", "B", "A"), name="Atraso")
        card = batch.cards.get()
    watched = open_page(Role.MANAGER)
    page: Page = watched.page
    page.goto(f"/admin/audits/batch/{batch.pk}/revisar/")
    expect(page.locator("#campo-q1")).to_be_focused()
    decide_card(
        card.pk, author=site.people[Role.AUDITOR], version=1, verdict=Verdict.CORRECT,
        corrections={"q1": "E"},
    )  # fmt: skip
    draw_sample(batch.pk, percent=100, seed=1, user=site.people[Role.AUDITOR])
    answer(page, "a", "Enter")

    expect(page.get_by_role("heading", name="A linha 1 espera uma segunda leitura")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("mudou este cartão enquanto você o via")
    assert faults_of(page) == []


def draw_all(page: Page, batch: Batch) -> None:
    page.goto(f"/admin/audits/batch/{batch.pk}/change/")
    page.get_by_label("Sortear", exact=True).fill("100")
    page.get_by_role("button", name="Sortear").click()
    page.get_by_role("link", name="Fazer segunda leitura (3)").click()
    expect(page.locator("[data-card]")).to_be_visible()
    page.wait_for_load_state()  # keys are heard once the page's modules have run


def answer(page: Page, *keys: str) -> None:
    expect(page.locator("[data-review][aria-busy]")).to_have_count(0)
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR])
def test_pages_of_layouts_read_well_on_a_narrow_screen(
    look_at: Callable[..., Any], site: Site, role: Role
) -> None:
    page: Page = look_at(role, width=390).page
    for address in ("", f"empresa/{site.organization.pk}/boletos/"):
        page.goto(f"/admin/audits/layoutversion/{address}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert faults_of(page) == []
