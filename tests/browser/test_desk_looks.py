"""How the desk looks: accessible, in Portuguese, from this host alone, readable on a phone."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from conciliacontag.organizations.roles import Role
from tests.browser.conftest import School, Site, Watched
from tests.browser.test_pages import shoot
from tests.browser.test_review_looks import check
from tests.data.desk_months import doubtful_month, short_payment

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {"claro": {}, "escuro": {"dark": True}, "390": {"width": 390}}
Desk = Callable[..., Watched]


@pytest.mark.parametrize("look", LOOKS)
def test_a_line_with_candidates(desk: Desk, school: School, look: str) -> None:
    doubtful_month(school.organization, doubts=6, fees=4)
    watched = desk(**LOOKS[look])
    watched.page.wait_for_load_state("networkidle")
    shoot(watched.page, f"mesa-{look}")

    expect(watched.page.locator("[data-card]")).to_be_visible()
    check(watched)


@pytest.mark.parametrize("look", LOOKS)
def test_a_line_without_candidates(desk: Desk, school: School, look: str) -> None:
    lines = doubtful_month(school.organization, doubts=1, fees=3)
    watched = desk(lines[-1], **LOOKS[look])
    watched.page.wait_for_load_state("networkidle")
    expect(watched.page.get_by_text("Todas iguais (3)")).to_be_visible()
    shoot(watched.page, f"mesa-sem-candidato-{look}")

    check(watched)


def test_a_payment_less_what_the_note_says_was_withheld(desk: Desk, school: School) -> None:
    document = short_payment(school.organization, "1000.00", "938.50", "61.50")
    watched = desk()
    watched.page.keyboard.press("/")
    watched.page.keyboard.type(document.number)
    watched.page.keyboard.press("Enter")
    told = watched.page.locator("[data-result] [data-equation]")

    expect(told).to_have_text(
        f"R$ 938,50 = NF-e {document.number} de R$ 1.000,00 − R$ 61,50 de imposto retido"
    )
    shoot(watched.page, "mesa-retencao")


def test_what_is_alike_is_shown_before_it_is_done(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=0, fees=4)
    watched = desk(lines[0])
    watched.page.keyboard.press("t")
    expect(watched.page.get_by_text("4 lançamentos, R$ 50,00")).to_be_visible()
    shoot(watched.page, "mesa-todas-iguais")

    check(watched)


def test_an_empty_month(desk: Desk, school: School) -> None:
    watched = desk()
    shoot(watched.page, "mesa-vazia")

    expect(watched.page.get_by_text("Tudo conciliado em outubro de 2026.")).to_be_visible()
    check(watched)


def test_help_tells_every_key(desk: Desk, school: School) -> None:
    doubtful_month(school.organization, doubts=1)
    watched = desk()
    watched.page.keyboard.press("?")
    shoot(watched.page, "mesa-ajuda")

    expect(watched.page.get_by_role("dialog", name="Teclas da mesa")).to_be_visible()
    named = set(watched.page.locator("[data-help-text] dt kbd").all_inner_texts())
    module = (Path(__file__).parents[2] / "static/js/desk.js").read_text()
    table = re.search(r"const KEYS = \{(.*?)\};", module)
    assert table is not None
    keys = {found.upper() for found in re.findall(r'"?([^" ,]+)"?: "', table[1])}
    assert keys - {"ENTER", '"'} <= named
    assert {"Enter", "Espaço", "↑", "↓", "1", "9", "G", "Esc"} <= named
    check(watched)


def test_who_may_only_read_is_told_so(desk: Desk, school: School) -> None:
    doubtful_month(school.organization, doubts=1)
    watched = desk(role=Role.VIEWER)
    watched.page.keyboard.press("n")
    shoot(watched.page, "mesa-leitura")

    expect(watched.page.get_by_text("Seu papel permite ler este lançamento.")).to_be_visible()
    check(watched)


@pytest.mark.parametrize("look", ["claro", "390"])
def test_the_log(desk: Desk, school: School, look: str) -> None:
    lines = doubtful_month(school.organization, doubts=2, fees=2)
    watched = desk(lines[0])
    page = watched.page
    for key in ("Enter", "v"):
        page.keyboard.press(key)
        page.wait_for_function("!document.querySelector('[data-desk]').hasAttribute('aria-busy')")
    page.keyboard.press("t")
    page.locator("[data-many-save]:visible").wait_for()
    page.keyboard.press("Enter")
    page.locator("[data-done]").wait_for()
    shoot(page, f"mesa-fim-{look}")
    page.set_viewport_size({"width": 390 if look == "390" else 1360, "height": 900})
    page.goto("/admin/reconciliation/reconciliation/mesa/registro/")
    shoot(page, f"mesa-registro-{look}")

    expect(page.get_by_role("button", name="Desfazer tudo")).to_be_visible()
    check(watched)


def test_companies_are_offered_when_none_is_chosen(
    look_at: Callable[..., Watched], site: Site
) -> None:
    watched = look_at(Role.MANAGER)
    watched.page.goto("/admin/reconciliation/reconciliation/mesa/?empresa=&competencia=")
    shoot(watched.page, "mesa-empresas")

    expect(watched.page.get_by_text("Por qual empresa começar?")).to_be_visible()
    check(watched)
