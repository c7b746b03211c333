"""A rule is written, its fault found, and its simulation read before it could be enabled."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.access import look_around
from conciliacontag.organizations.roles import Role
from reconciliation.models import Run
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.services import save_rules
from reconciliation.rules.simulation import execute_simulation
from tests.browser.accessibility import look_over
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SCREENSHOTS", "")


def faults_of(page: Page) -> list[str]:
    return [fault["id"] for fault in look_over(page).response["violations"]]


def test_a_rule_is_written_and_tried_on_the_month(
    open_page: Callable[..., Any], site: Site
) -> None:
    page: Page = open_page(Role.MANAGER).page
    page.goto(f"/admin/reconciliation/rule/nova/{site.organization.pk}/")
    page.get_by_label("Nome", exact=True).fill("Perguntar acima de mil")
    page.get_by_label("Condição").fill("pair_booked and total > 1000")
    page.get_by_label("Decisão").select_option("propose")
    assert faults_of(page) == []
    page.get_by_role("button", name="Guardar regra").click()
    expect(page.get_by_role("alert")).to_contain_text("Condição, linha 1, coluna 17")
    page.get_by_label("Condição").fill("pair_booked and document_total > 1000")
    page.get_by_role("button", name="Experimentar").click()
    expect(page.get_by_text("o total da nota é maior que R$ 1.000,00")).to_be_visible()
    expect(page.get_by_text("Vale em")).to_be_visible()
    assert faults_of(page) == []
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/rules-probe.png", full_page=True)
    page.get_by_role("button", name="Guardar regra").click()
    page.get_by_role("button", name="Simular").click()
    expect(page.get_by_role("status")).to_contain_text("Em andamento")
    with session(EVERY):
        row = RuleSimulation.objects.get(version__rule__name="Perguntar acima de mil")
    execute_simulation(site.organization.pk, row.pk)

    expect(page.get_by_text("de conciliada para a decidir").first).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Ligar", exact=True)).to_be_visible()
    assert faults_of(page) == []
    page.goto("/admin/reconciliation/rule/")
    listed = page.get_by_role("row").filter(has_text="Perguntar acima de mil")
    expect(listed.get_by_text("sem histórico")).to_be_visible()
    assert faults_of(page) == []
    with session(EVERY):
        assert not Rule.objects.enabled().filter(organization=site.organization).exists()


def test_a_condition_is_put_together_from_choices(
    open_page: Callable[..., Any], site: Site
) -> None:
    page: Page = open_page(Role.MANAGER).page
    page.goto(f"/admin/reconciliation/rule/nova/{site.organization.pk}/")
    name, verb = page.get_by_label("O que se pergunta"), page.get_by_label("Como")
    page.get_by_label("Valor", exact=True).fill('TARIFA "X"')
    page.keyboard.press("Enter")
    expect(page.get_by_text('Acrescentado: o histórico contém TARIFA "X"')).to_be_visible()
    name.select_option(label="O valor do lançamento")
    verb.select_option(label="é no máximo")
    page.get_by_label("Valor", exact=True).fill("1.938,50")
    page.keyboard.press("Enter")
    page.get_by_label("Junta-se por").select_option("or")
    name.select_option(label="O dinheiro entrou na conta")
    expect(page.get_by_label("Valor", exact=True)).to_be_hidden()
    assert faults_of(page) == []
    page.get_by_role("button", name="Acrescentar").click()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/rules-builder.png", full_page=True)

    expect(page.get_by_label("Condição")).to_have_value(
        '("TARIFA X" in transaction_memo\nand transaction_amount <= 1938.50)\nor transaction_credit'
    )
    page.get_by_role("button", name="Experimentar").click()
    expect(page.get_by_text("o valor do lançamento é no máximo R$ 1.938,50")).to_be_visible()


def test_the_order_is_changed_by_keyboard_and_by_dragging(
    open_page: Callable[..., Any], site: Site
) -> None:
    page: Page = open_page(Role.MANAGER).page
    with session(EVERY):
        manager = site.people[Role.MANAGER]
        text = "".join(
            f"- {{name: {name}, when: transaction_amount > {place}, then: {{flag: x}}}}\n"
            for place, name in enumerate(("Primeira", "Segunda", "Terceira"))
        )
        look_around(manager)
        save_rules(site.organization, text, user=manager)
    page.goto("/admin/reconciliation/rule/")
    page.get_by_role("button", name="Subir Terceira").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Terceira” é agora a")).to_be_visible()
    expect(page.get_by_role("button", name="Subir Terceira")).to_be_focused()
    assert faults_of(page) == []
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/rules-order.png", full_page=True)

    row = page.get_by_role("row")
    row.filter(has_text="Primeira").drag_to(row.filter(has_text="Segunda"))
    expect(page.get_by_text("“Primeira” é agora a")).to_be_visible()
    with session(EVERY):
        names = [rule.name for rule in Rule.objects.kept().filter(organization=site.organization)]
    assert names.index("Terceira") < names.index("Segunda") < names.index("Primeira")


@pytest.fixture
def behind(site: Site) -> Iterator[None]:
    """A rule in the list, and books that were decided by others."""
    with session(EVERY):
        manager = site.people[Role.MANAGER]
        look_around(manager)
        save_rules(
            site.organization,
            "{name: Quarta, when: transaction_credit, then: {flag: x}}",
            user=manager,
        )
        done = Run.objects.filter(organization=site.organization, status="done")
        before = list(done)
        done.update(rules="outras")
    yield
    with session(EVERY):
        Run.objects.bulk_update(before, ["rules"])


def test_a_list_that_the_books_do_not_follow_offers_the_run(
    open_page: Callable[..., Any], behind: None
) -> None:
    page: Page = open_page(Role.MANAGER).page
    page.goto("/admin/reconciliation/rule/")
    expect(page.get_by_text("o que a máquina já decidiu segue as de antes")).to_be_visible()
    expect(page.get_by_role("button", name="Conciliar tudo de novo")).to_be_visible()
    assert faults_of(page) == []
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/rules-behind.png", full_page=True)
