"""What a careful desk does when hands are quick, lists are long and answers are late."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, Route, expect

from conciliacontag.database import EVERY, session
from ingestion.models import Document, Transaction
from reconciliation.models import Reconciliation
from tests.browser.conftest import School, Watched
from tests.browser.test_desk_keys import press, states, wait_for
from tests.data.desk_months import doubtful_month
from tests.data.rows import make_document, make_transaction

pytestmark = pytest.mark.browser

Desk = Callable[..., Watched]


def notes_of(line: Transaction) -> list[Document]:
    """The candidates of a line, as the desk numbers them."""
    with session(EVERY):
        rows = Reconciliation.objects.filter(transaction=line).order_by("-score", "created_at")
        return [row.document for row in rows.select_related("document") if row.document]


def long_month(school: School, count: int) -> list[Transaction]:
    with session(EVERY):
        for number in range(count):
            memo, day = f"TARIFA AVULSA {number:03}", date(2026, 10, 1 + number // 8)
            make_transaction(school.organization, "-3.00", memo=memo, date=day)
        found = Transaction.objects.filter(organization=school.organization)
        return list(found.order_by("date", "id"))


def chosen_by_search(desk: Desk, school: School) -> tuple[Page, Transaction]:
    """A line for which a note was looked for and chosen, and its page."""
    (line,) = doubtful_month(school.organization, doubts=1)
    with session(EVERY):
        make_document(school.organization, "55.00", number=810001)
    page = desk(line).page
    press(page, "/")
    page.keyboard.type("810001")
    page.keyboard.press("Enter")
    expect(page.locator("[data-found] [name=choice]:checked")).to_have_count(1)
    return page, line


def test_a_key_held_down_decides_one_line(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=3)
    page = desk().page
    for _ in range(6):  # the second time and on, the keyboard repeats by itself
        page.keyboard.down("Enter")
        page.wait_for_timeout(150)
    page.keyboard.up("Enter")
    wait_for(page, lines[1])

    assert states(school.organization) == ["matched", "waiting", "waiting"]


def test_a_late_answer_to_an_older_search_changes_nothing(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=1)
    with session(EVERY):
        for number in (810001, 820002):
            make_document(school.organization, "55.00", number=number)
    page = desk(lines[0]).page
    late: list[Route] = []
    page.route("**/procurar/*q=810001*", lambda route: late.append(route))
    press(page, "/")
    with page.expect_request("**/procurar/*q=810001*"):
        page.keyboard.type("810001")
    page.keyboard.press("Control+a")
    page.keyboard.type("820002")
    page.keyboard.press("Enter")
    chosen = page.locator("[data-found] [name=choice]:checked")
    expect(chosen).to_have_count(1)
    with page.expect_response("**/procurar/*q=810001*"):
        late[0].continue_()
    page.wait_for_timeout(200)

    expect(chosen).to_have_count(1)
    expect(page.locator("[data-found]")).to_contain_text("820002")


def test_looking_for_a_candidate_chooses_it(desk: Desk, school: School) -> None:
    lines = doubtful_month(school.organization, doubts=1)
    page = desk(lines[0]).page
    press(page, "/")
    page.keyboard.type(notes_of(lines[0])[1].key)
    page.keyboard.press("Enter")

    expect(page.locator("[data-candidate] [name=choice]").nth(1)).to_be_checked()
    expect(page.locator("[data-candidate]")).to_have_count(2)


def test_another_search_leaves_what_is_chosen(desk: Desk, school: School) -> None:
    page, _ = chosen_by_search(desk, school)
    press(page, "/")
    page.keyboard.press("Control+a")
    page.keyboard.type("nada com este nome")
    expect(page.get_by_text("Nenhuma nota em aberto com estas palavras.")).to_be_visible()

    expect(page.locator("[data-found] [name=choice]:checked")).to_have_count(1)


def test_after_a_reload_nothing_is_chosen_in_the_place_of_a_note_that_was_looked_for(
    desk: Desk, school: School
) -> None:
    page, line = chosen_by_search(desk, school)
    page.reload()
    wait_for(page, line)

    expect(page.get_by_text("procure-a de novo")).to_be_visible()
    expect(page.locator("[name=choice]:checked")).to_have_count(0)
    expect(page.locator("[data-result]")).to_contain_text("Nenhuma nota escolhida")
    press(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text("Escolha uma nota")
    assert states(school.organization) == ["waiting"]


def test_scrolling_the_queue_brings_the_rest_of_it(desk: Desk, school: School) -> None:
    lines = long_month(school, 150)
    page = desk(lines[75]).page
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(66)
    page.locator("[data-queue]").evaluate("list => { list.scrollTop = list.scrollHeight; }")
    expect(rows).to_have_count(80)
    page.locator("[data-queue]").evaluate("list => { list.scrollTop = 0; }")
    page.locator(f"[data-row='{lines[10].pk}']").wait_for(state="attached")

    shown = rows.evaluate_all("rows => rows.map((row) => row.dataset.row)")
    everything = [str(line.pk) for line in lines]
    assert shown == everything[everything.index(shown[0]) :]


def test_round_the_end_the_queue_shows_where_one_is(desk: Desk, school: School) -> None:
    lines = long_month(school, 150)
    page = desk().page
    press(page, "k")
    wait_for(page, lines[-1])
    current = page.locator("[data-queue] [aria-current]")
    expect(current).to_contain_text("TARIFA AVULSA 149")
    press(page, "j")
    wait_for(page, lines[0])

    expect(current).to_contain_text("TARIFA AVULSA 000")
    expect(current).to_be_in_viewport()
