"""A ledger entry at the desk: by keyboard alone, proposed the second time, refused in place."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from reconciliation.desk.deciding import NO_DOCUMENT, Decision, decide_line
from reconciliation.desk.entries import standing_entries
from reconciliation.desk.standing import standing_of
from tests.browser.conftest import School, Watched
from tests.browser.test_desk_keys import press, states, wait_for
from tests.browser.test_pages import shoot
from tests.browser.test_review_looks import check
from tests.data.desk_months import doubtful_month

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {"claro": {}, "escuro": {"dark": True}, "390": {"width": 390}}
Desk = Callable[..., Watched]


def enter(page: Page, *codes: str) -> None:
    """Open the dialog and fill in the codes one after the other, as far as they are given."""
    press(page, "c")
    expect(page.get_by_role("dialog", name="Criar lançamento contábil")).to_be_visible()
    for code in codes:
        page.keyboard.type(code)
        page.keyboard.press("Tab")


def written(school: School) -> list[tuple[str, str, str]]:
    with session(EVERY):
        rows = standing_entries(school.organization).order_by("written_at")
        return [(one.debit, one.credit, one.text) for one in rows]


def test_the_second_line_of_the_same_payer_costs_two_keys(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=0, fees=3)
    page = desk().page
    enter(page, "4.1.07", "1.1.1.02")
    page.keyboard.press("Enter")
    wait_for(page, lines[1])
    press(page, "c")
    expect(page.get_by_label("Conta débito")).to_have_value("4.1.07")
    expect(page.get_by_text("Como Rita Alves lançou em")).to_be_visible()
    page.keyboard.press("Enter")
    wait_for(page, lines[2])

    texts = [f"D - TARIFA PACOTE SERVICOS {n:02}/2026" for n in (1, 2)]
    assert written(school) == [("4.1.07", "1.1.1.02", text) for text in texts]
    press(page, "z")
    wait_for(page, lines[1])
    assert states(school.organization) == ["no_document", "waiting", "waiting"]
    assert len(written(school)) == 1


def test_letters_in_the_dialog_are_letters_and_esc_keeps_what_was_typed(
    desk: Desk, school: School
) -> None:
    lines = doubtful_month(school.organization, doubts=1)
    page = desk(lines[0]).page
    enter(page, "nvxz1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    press(page, "c")

    expect(page.get_by_label("Conta débito")).to_have_value("nvxz1")
    assert states(school.organization) == ["waiting"]


def test_what_is_refused_stays_to_be_mended(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=1, fees=1)
    page = desk(lines[1]).page
    enter(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Informe a conta")).to_be_visible()
    page.keyboard.type("4;1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="O código de débito")).to_be_visible()
    expect(page.get_by_label("Conta débito")).to_be_focused()
    shoot(page, "mesa-lancar-recusado")
    page.keyboard.press("Control+a")
    page.keyboard.type("4.1")
    page.keyboard.press("Enter")
    wait_for(page, lines[0])

    assert [one[0] for one in written(school)] == ["4.1"]


def test_all_alike_are_entered_as_one(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=1, fees=3)
    page = desk(lines[1]).page
    enter(page, "4.1.07")
    page.get_by_role("button", name="Todas iguais…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 lançamentos, R$ 37,50: cada um recebe")).to_be_visible()
    shoot(page, "mesa-lancar-iguais")
    page.locator("[data-many-save]:visible").wait_for()
    page.keyboard.press("Enter")
    wait_for(page, lines[0])
    assert len({text for _, _, text in written(school)}) == 3

    press(page, "z")
    wait_for(page, lines[1])
    assert written(school) == []


def test_who_comes_second_sees_who_did_what_and_own_codes(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=0, fees=2)
    page = desk(lines[0]).page
    enter(page, "4.1.07")
    with session(EVERY):
        seen, manager = standing_of(lines[0]).version, school.people[Role.MANAGER]
        decide_line(lines[0].pk, author=manager, version=seen, decision=Decision(NO_DOCUMENT))
    page.keyboard.press("Enter")

    expect(page.locator("[data-alert]")).to_contain_text("Marcos Vilela disse que não há nota")
    expect(page.locator("[data-clash]")).to_contain_text("4.1.07")
    assert written(school) == []


@pytest.mark.parametrize("look", LOOKS)
def test_how_the_dialog_looks(desk: Desk, school: School, look: str) -> None:
    lines = doubtful_month(school.organization, doubts=0, fees=2)
    watched = desk(lines[0], **LOOKS[look])
    enter(watched.page, "4.1.07", "1.1.1.02")
    shoot(watched.page, f"mesa-lancar-{look}")

    check(watched)


@pytest.mark.parametrize("look", LOOKS)
def test_how_an_entered_line_looks(desk: Desk, school: School, look: str) -> None:
    lines = doubtful_month(school.organization, doubts=0, fees=2)
    watched = desk(lines[0], **LOOKS[look])
    page = watched.page
    enter(page, "4.1.07")
    page.keyboard.press("Enter")
    wait_for(page, lines[1])
    page.locator(f"[data-row='{lines[0].pk}']").click()
    wait_for(page, lines[0])
    expect(page.get_by_role("region", name="Lançamento contábil")).to_be_visible()
    shoot(page, f"mesa-lancado-{look}")
    check(watched)
