"""The first page and the reports as people see them: in order, accessible, each number a link."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from tests.browser.conftest import School, Site, Watched, cookie_of
from tests.browser.test_pages import shoot
from tests.browser.test_review_looks import check
from tests.data.databases import owner
from tests.data.kpi_rows import make_file, mixed_month

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {"claro": {}, "escuro": {"dark": True}, "390": {"width": 390}}
REPORT = "/admin/reconciliation/closing/relatorios/"
ONE = "?empresa=distribuidora&competencia=2026-10"
ALL = "?empresa=&competencia=2026-10"


@pytest.mark.parametrize("look", LOOKS)
def test_the_first_page_of_several_companies(look_at: Callable[..., Watched], look: str) -> None:
    watched = look_at(Role.MANAGER, **LOOKS[look])
    watched.page.goto(f"/admin/{ALL}")
    shoot(watched.page, f"inicio-empresas-{look}")

    expect(watched.page.get_by_role("link", name="Continuar conciliando")).to_be_visible()
    expect(watched.page.get_by_role("heading", name="Precisa de você")).to_be_visible()
    check(watched)


@pytest.mark.parametrize("look", LOOKS)
def test_the_reports_of_a_company(look_at: Callable[..., Watched], look: str) -> None:
    watched = look_at(Role.MANAGER, **LOOKS[look])
    watched.page.goto(f"{REPORT}{ONE}")
    expect(watched.page.get_by_role("heading", name="Acerto da máquina")).to_be_visible()
    tables = watched.page.get_by_text("Ver em tabela")
    expect(tables.first).to_be_visible()
    for table in tables.all():
        table.click()
    shoot(watched.page, f"relatorios-{look}")

    check(watched)


def test_at_a_desk_no_column_of_the_reports_is_cut(look_at: Callable[..., Watched]) -> None:
    page = look_at(Role.MANAGER, width=1280).page
    page.goto(f"{REPORT}{ONE}")
    expect(page.get_by_role("heading", name="Acerto da máquina")).to_be_visible()

    cut = page.locator(".scroll").evaluate_all(
        "all => all.filter(e => e.scrollWidth > e.clientWidth).map(e => e.ariaLabel)"
    )
    assert cut == []


@pytest.mark.parametrize("look", ["claro", "390"])
def test_the_list_behind_a_number(look_at: Callable[..., Watched], look: str) -> None:
    watched = look_at(Role.MANAGER, **LOOKS[look])
    watched.page.goto(f"{REPORT}{ONE}")
    number = watched.page.locator(".numbers a").nth(1)
    told = number.locator("strong").inner_text()
    address = watched.page.url
    number.click()
    expect(watched.page).not_to_have_url(address)
    shoot(watched.page, f"relatorios-lista-{look}")

    expect(watched.page.get_by_text(f"{told} linhas")).to_be_visible()
    check(watched)


def test_a_bar_leads_to_its_list(look_at: Callable[..., Watched]) -> None:
    watched = look_at(Role.MANAGER)
    watched.page.goto(f"/admin/{ONE}")
    bar = watched.page.locator("#parte-taxa svg a rect").last
    bar.click()

    expect(watched.page.get_by_role("heading", name="Conciliados, outubro")).to_be_visible()


def test_a_company_without_a_month(
    open_page: Callable[..., Watched], site: Site, school: School
) -> None:
    watched = open_page(None)
    user = school.people[Role.MANAGER]
    watched.page.context.add_cookies([cookie_of(site, user)])
    watched.page.goto(REPORT)
    shoot(watched.page, "relatorios-vazio")

    expect(watched.page.get_by_text("Ainda não há o que contar")).to_be_visible()
    check(watched)


def test_a_part_that_failed_is_asked_for_again(
    open_page: Callable[..., Watched], seeded: tuple[str, Site], site: Site, school: School
) -> None:
    user = school.people[Role.MANAGER]
    with session(EVERY):
        make_file(school.organization)
        mixed_month(school.organization, user)
    watched = open_page(None)
    page = watched.page
    page.context.add_cookies([cookie_of(site, user)])
    with owner(seeded[0]) as held, held.transaction():
        held.execute("LOCK TABLE reconciliation_closing IN ACCESS EXCLUSIVE MODE")
        page.goto("/admin/?competencia=2026-10", timeout=60_000)
        expect(page.get_by_text("Não calculado agora.")).to_have_count(2)
        shoot(page, "inicio-parte-falhou")
        check(watched)
    page.locator("#parte-numeros").get_by_role("link", name="Tentar de novo").click()
    expect(page.get_by_text("R$ 100,40").first).to_be_visible()
    page.locator("#parte-pendente").get_by_role("link", name="Tentar de novo").click()
    expect(page.get_by_text("Não calculado agora.")).to_have_count(0)
