"""The page of the thresholds in a browser: the slider tells at once, keys alone accept and undo."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Role
from reconciliation.models import Reconciliation
from reconciliation.thresholds.options import options_of
from reconciliation.thresholds.progress import Progress, keep
from tests.browser.conftest import School, Watched
from tests.browser.test_pages import shoot
from tests.browser.test_review_looks import check
from tests.data.suggestions import suggested

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {"claro": {}, "escuro": {"dark": True}, "390": {"width": 390}}
LIMITS = "/admin/reconciliation/reconciliation/limites/?competencia=2026-10"
# The form stays where it is, and what would have been sent is counted.
COUNT_SENT = """() => {
    window.sent = 0;
    addEventListener("submit", (event) => {
        window.sent += event.defaultPrevented ? 0 : 1;
        event.preventDefault();
    });
}"""
Desk = Callable[..., Watched]


@pytest.fixture
def october(school: School) -> Organization:
    """Four suggestions: two sure ones, one of them with a witness, a near second, a weak one."""
    with session(EVERY):
        suggested(school.organization, "1500.00", "98.00", witness="name", memo="PIX MERCADO")
        suggested(school.organization, "700.10", "96.00", memo="TED RECEBIDA")
        suggested(school.organization, "90.00", "96.00", "90.00", memo="PIX RECEBIDO")
        suggested(school.organization, "33.00", "71.00", memo="DEPOSITO")
    return school.organization


def told(page: Page, name: str) -> Any:
    return page.locator(f"[data-limit] [data-told={name}]").first


def test_the_slider_tells_at_once_what_it_accepts(desk: Desk, october: Organization) -> None:
    watched = desk()
    page = watched.page
    page.goto(LIMITS)
    expect(told(page, "lines")).to_have_text("2")
    expect(told(page, "amount")).to_have_text("R$ 2.200,10")
    expect(told(page, "close")).to_have_text("1")
    page.get_by_label("Aceitar a partir de quantos pontos").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")

    expect(page.get_by_label("Pontos").first).to_have_value("97")
    expect(told(page, "lines")).to_have_text("1")
    expect(told(page, "close")).to_have_text("0")
    page.get_by_label("Pontos").first.fill("70")
    expect(told(page, "lines")).to_have_text("3")
    expect(page.locator("[data-said]").first).to_contain_text("A partir de 70 pontos: 3 linhas")
    page.wait_for_url("**limite=70*")
    assert (watched.faults, watched.foreign) == ([], [])


def test_keys_alone_accept_what_was_seen_and_take_it_back(
    desk: Desk, october: Organization
) -> None:
    page = desk().page
    page.goto(LIMITS)
    page.get_by_label("Pontos").first.press("Enter")
    expect(page.locator(".lead h2")).to_have_text(
        "2 linhas, R$ 2.200,10; 1 tem segundo candidato próximo e fica de fora"
    )
    expect(page.get_by_role("button", name="Aceitar 2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Conciliado: 2 linhas, R$ 2.200,10.")).to_be_visible()
    with session(EVERY):
        rows = Reconciliation.objects.filter(organization=october)
        assert rows.matched().count() == 2
    page.get_by_role("button", name="Desfazer tudo").click()
    expect(page.get_by_text("2 lançamentos em aberto de novo.")).to_be_visible()

    with session(EVERY):
        assert not Reconciliation.objects.filter(organization=october).matched().exists()


def test_a_manager_moves_the_automatic_threshold(desk: Desk, october: Organization) -> None:
    page = desk(role=Role.MANAGER).page
    page.goto(LIMITS)
    page.get_by_label("Conciliar sozinha a partir de").fill("97")
    expect(page.locator("[data-told=alone]")).to_have_text("1 linha, R$ 1.500,00")
    page.get_by_role("button", name="Guardar limites").click()
    expect(page.get_by_text("A próxima conciliação registra a partir de 97 pontos")).to_be_visible()

    with session(EVERY):
        assert options_of(october).accept_at == 97


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_read_well(desk: Desk, october: Organization, look: str) -> None:
    watched = desk(role=Role.MANAGER, **LOOKS[look])
    page = watched.page
    page.goto(LIMITS)
    page.wait_for_load_state("networkidle")
    shoot(page, f"limites-{look}")
    check(watched)
    page.get_by_role("button", name="Conferir e aceitar").click()
    page.get_by_role("button", name="Aceitar 2").wait_for()
    shoot(page, f"aceite-{look}")
    check(watched)
    page.get_by_role("button", name="Aceitar 2").click()
    page.get_by_role("button", name="Desfazer tudo").wait_for()
    shoot(page, f"aceito-{look}")
    check(watched)


def test_while_it_is_carried_out_the_page_says_so_and_sends_nothing_twice(
    desk: Desk, october: Organization
) -> None:
    watched = desk()
    page = watched.page
    page.goto(LIMITS)
    page.get_by_role("button", name="Conferir e aceitar").click()
    page.get_by_role("button", name="Aceitar 2").wait_for()
    page.wait_for_load_state()  # the page's own listener comes first
    page.evaluate(COUNT_SENT)
    for _ in range(2):
        page.get_by_role("button", name="Aceitar 2").click()

    expect(page.locator("form [role=status]")).to_contain_text("Conciliando…")
    assert page.evaluate("window.sent") == 1
    keep(UUID(page.url.rstrip("/").rpartition("/")[2]), Progress(1, 2))
    expect(page.locator("form [data-going]")).to_contain_text("1 de 2 linhas")
    expect(page.locator("form progress")).to_have_js_property("value", 1)
    shoot(page, "aceite-andamento")
    check(watched)


def test_whoever_comes_meanwhile_sees_how_far_it_is(desk: Desk, october: Organization) -> None:
    watched = desk()
    page = watched.page
    page.goto(LIMITS)
    page.get_by_role("button", name="Conferir e aceitar").click()
    page.get_by_role("button", name="Aceitar 2").wait_for()
    act = UUID(page.url.rstrip("/").rpartition("/")[2])
    keep(act, Progress(1, 2))
    page.reload()
    expect(page.get_by_role("heading", name="Aceite em andamento")).to_be_visible()
    shoot(page, "aceite-visto")
    check(watched)
    keep(act, None)

    expect(page.get_by_role("button", name="Aceitar 2")).to_be_visible()


def test_who_only_reads_sees_and_cannot_act(desk: Desk, october: Organization) -> None:
    watched = desk(role=Role.VIEWER)
    watched.page.goto(LIMITS)

    expect(told(watched.page, "lines")).to_have_text("2")
    expect(watched.page.get_by_role("button", name="Guardar limites")).to_have_count(0)
    expect(watched.page.get_by_role("button", name="Conferir e aceitar")).to_have_count(0)
    check(watched)
