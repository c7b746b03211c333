"""The desk by keyboard alone: accepting, refusing, putting aside, all alike, taking back."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Role
from ingestion.models import Transaction
from reconciliation.desk.deciding import NO_DOCUMENT, Decision, decide_line
from reconciliation.desk.standing import standing_of
from tests.browser.conftest import School, Watched
from tests.data.desk_months import doubtful_month

pytestmark = pytest.mark.browser

Desk = Callable[..., Watched]


def press(page: Page, *keys: str) -> None:
    """Each key when the page has answered the one before."""
    for key in keys:
        page.wait_for_function("!document.querySelector('[data-desk]').hasAttribute('aria-busy')")
        page.keyboard.press(key)


def wait_for(page: Page, line: Transaction) -> None:
    page.locator(f"[data-card='{line.pk}']").wait_for()


def states(organization: Organization) -> list[str]:
    with session(EVERY):
        lines = Transaction.objects.filter(organization=organization).order_by("date", "id")
        return [standing_of(line).state for line in lines]


def told(page: Page) -> Any:
    return page.locator("[data-told]")


def test_enter_accepts_and_the_next_opens_in_place(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=3)
    watched = desk()
    page = watched.page
    page.evaluate("window.stayed = true")
    press(page, "Enter")
    wait_for(page, lines[1])

    assert states(school.organization) == ["matched", "waiting", "waiting"]
    expect(told(page)).to_contain_text("Conciliado com NF-e")
    expect(page.locator(f"[data-row='{lines[0].pk}'] [data-word]")).to_have_text("conciliado")
    assert str(lines[1].pk) in page.url
    assert (page.evaluate("window.stayed"), watched.faults) == (True, [])


def test_a_number_chooses_and_the_result_and_the_marks_follow(desk: Desk, school: School) -> None:
    doubtful_month(school.organization, doubts=1)
    page = desk().page
    result = page.locator("[data-result] [data-equation]")
    before = result.inner_text()
    press(page, "2")

    assert result.inner_text() != before
    assert page.locator("[data-text=memo] mark").count() > 0
    chosen = page.locator("[data-candidate]").nth(1).get_attribute("data-equation") or ""
    expect(result).to_have_text(chosen)
    press(page, "Enter")
    page.locator("[data-done]").wait_for()

    with session(EVERY):
        line = Transaction.objects.get(organization=school.organization)
        assert str(standing_of(line).booked[0].document) in chosen


def test_no_document_and_not_yet_keep_the_reason(desk: Desk, school: School) -> None:
    doubtful_month(school.organization, doubts=0, fees=2)
    page = desk().page
    press(page, "m")
    page.keyboard.type("tarifa do banco")
    press(page, "Escape", "n")
    expect(told(page)).to_contain_text("Marcado como sem nota.")
    press(page, "v")
    page.locator("[data-done]").wait_for()

    assert states(school.organization) == ["no_document", "held"]
    with session(EVERY):
        line = Transaction.objects.filter(organization=school.organization).earliest("date")
        nothing = standing_of(line).nothing
    assert nothing is not None and nothing.reason == "tarifa do banco"


def test_z_takes_back_what_was_decided_last_and_again_what_came_before(
    desk: Desk, school: School
) -> None:
    lines = doubtful_month(school.organization, doubts=3)
    page = desk().page
    press(page, "Enter")
    wait_for(page, lines[1])
    press(page, "n")
    wait_for(page, lines[2])
    press(page, "z")
    wait_for(page, lines[1])
    assert states(school.organization) == ["matched", "waiting", "waiting"]
    press(page, "z")
    wait_for(page, lines[0])

    assert states(school.organization) == ["waiting", "waiting", "waiting"]


def test_all_alike_are_decided_and_taken_back_as_one(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=1, fees=4)
    page = desk(lines[1]).page
    press(page, "t")
    page.locator("[data-many-save]:visible").wait_for()
    page.keyboard.press("Enter")
    wait_for(page, lines[0])
    assert states(school.organization) == ["waiting", *["no_document"] * 4]
    press(page, "z")
    wait_for(page, lines[1])

    assert states(school.organization) == ["waiting"] * 5


def test_a_note_is_looked_for_and_chosen_without_the_mouse(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=2, fees=0)
    page = desk(lines[0]).page
    press(page, "/")
    page.keyboard.type("813")
    page.keyboard.press("Enter")
    page.locator("[data-found] [name=choice]:checked").wait_for()
    expect(page.locator("[data-result] [data-equation]")).to_contain_text("parte de NF-e")
    press(page, "Enter")
    wait_for(page, lines[1])

    assert states(school.organization) == ["matched", "waiting"]


def test_j_and_k_go_round_without_deciding(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=3)
    page = desk().page
    for key, line in (("j", 1), ("j", 2), ("j", 0), ("k", 2), ("k", 1)):
        press(page, key)
        wait_for(page, lines[line])

    assert states(school.organization) == ["waiting"] * 3


def test_arrows_move_among_candidates_and_round_the_end(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=2)
    page = desk(lines[0]).page
    radios = page.locator("[data-candidate] [name=choice]")
    page.locator("[data-act=help]").focus()  # from wherever the focus is in the desk
    for key, chosen in (("ArrowDown", 1), ("ArrowDown", 0), ("ArrowUp", 1)):
        press(page, key)
        expect(radios.nth(chosen)).to_be_checked()
        expect(radios.nth(chosen)).to_be_focused()
    page.locator("[data-queue] a").first.focus()
    press(page, "ArrowUp")
    expect(radios.nth(1)).to_be_checked()
    wait_for(page, lines[0])


def test_x_says_that_there_is_no_note(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=2)
    page = desk().page
    press(page, "x")
    wait_for(page, lines[1])

    assert states(school.organization) == ["no_document", "waiting"]


def test_enter_without_a_candidate_says_what_lacks_and_decides_nothing(
    desk: Desk, school: School
) -> None:
    lines = doubtful_month(school.organization, doubts=0, fees=2)
    page = desk().page
    press(page, "Enter")

    expect(page.get_by_role("alert")).to_contain_text("Escolha uma nota")
    wait_for(page, lines[0])
    assert states(school.organization) == ["waiting"] * 2


def test_nothing_fires_while_somebody_writes(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=2)
    page = desk(lines[0]).page
    for opens, field in (("/", "#desk-search"), ("m", "#desk-reason")):
        press(page, opens)
        page.keyboard.type("nxcvtzjkgl 12?")
        expect(page.locator(field)).to_have_value("nxcvtzjkgl 12?")
        page.keyboard.press("Escape")

    wait_for(page, lines[0])
    assert states(school.organization) == ["waiting"] * 2


def test_what_was_chosen_and_not_saved_outlives_a_reload(desk: Desk, school: School) -> None:
    doubtful_month(school.organization, doubts=2)
    page = desk().page
    press(page, "2", "m")
    page.keyboard.type("perguntar")
    page.reload()

    expect(page.locator("[data-candidate] [name=choice]").nth(1)).to_be_checked()
    expect(page.locator("#desk-reason")).to_have_value("perguntar")


def test_who_comes_second_sees_who_did_what_and_own_choice(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=2)
    page = desk(lines[0]).page
    with session(EVERY):
        seen = standing_of(lines[0]).version
        manager = school.people[Role.MANAGER]
        decide_line(lines[0].pk, author=manager, version=seen, decision=Decision(NO_DOCUMENT))
    press(page, "Enter")

    expect(page.get_by_role("alert")).to_contain_text("Marcos Vilela disse que não há nota")
    expect(page.locator("[data-clash]")).to_contain_text("Sua escolha, não gravada")
    wait_for(page, lines[0])
    assert states(school.organization) == ["no_document", "waiting"]


def test_two_people_see_each_other(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=1)
    first = desk(lines[0]).page
    with first.expect_response("**/presenca/*"):
        expect(first.locator("[data-others]")).to_have_text("")
    second = desk(lines[0], role=Role.MANAGER).page

    expect(second.locator("[data-others]")).to_have_text("Rita Alves também está nesta linha")


def test_letters_mean_nothing_outside_of_the_desk(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=2)
    page = desk().page
    page.locator("[data-search] input").focus()
    page.keyboard.type("nvztj")

    expect(page.locator("[data-search] input")).to_have_value("nvztj")
    wait_for(page, lines[0])
    assert states(school.organization) == ["waiting"] * 2


def test_without_a_line_nothing_is_lost(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=2)
    page = desk().page
    page.route("**/salvar/*", lambda route: route.fulfill(status=400, body="{}"))
    press(page, "2", "Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[data-candidate] [name=choice]").nth(1)).to_be_checked()
    page.unroute("**/salvar/*")
    press(page, "Enter")
    wait_for(page, lines[1])

    assert states(school.organization) == ["matched", "waiting"]


def test_thirty_lines_cost_a_key_each_and_no_pointer(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=30)
    page = desk().page
    with page.add_init_script(  # before the desk's own listeners, which let no key through
        "window.used = {keydown: 0, pointer: 0};"
        "addEventListener('keydown', () => used.keydown++, true);"
        "for (const one of ['mousedown', 'pointerdown', 'click', 'mousemove'])"
        " addEventListener(one, () => used.pointer++, true)"
    ):
        page.reload()
    shown = [page.locator("[data-row]").nth(place).get_attribute("data-row") for place in range(30)]
    for line in lines:
        wait_for(page, line)
        page.keyboard.press("Enter")
    page.locator("[data-done]").wait_for()

    assert page.evaluate("window.used") == {"keydown": 30, "pointer": 0}
    assert shown == [str(line.pk) for line in lines]
    assert states(school.organization) == ["matched"] * 30
