"""Thirty left-overs of a month cleared by keyboard alone, each in the way that it asks for."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conciliacontag.database import EVERY, session
from ingestion.models import Transaction
from reconciliation.desk.standing import standing_of
from reconciliation.models import Reconciliation
from tests.browser.conftest import School, Watched
from tests.browser.test_pages import shoot
from tests.data.desk_months import thirty_left_overs

pytestmark = pytest.mark.browser

Desk = Callable[..., Watched]
COUNT_POINTER = """
window.pointer = 0;
for (const name of ['mousedown', 'pointerdown', 'mousemove', 'touchstart', 'wheel']) {
    addEventListener(name, () => { pointer += 1; }, true);
}
"""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.wait_for_function("!document.querySelector('[data-desk]').hasAttribute('aria-busy')")
        page.keyboard.press(key)


def search(page: Page, words: str) -> None:
    """Look for a note and mark it."""
    press(page, "/")
    page.keyboard.press("Control+a")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    found = page.locator("[data-found]", has_text=words)
    found.locator("[name=choice]:checked").wait_for()
    press(page, " ")
    expect(found.locator("[data-mark]")).to_be_checked()


def mark_two(page: Page) -> None:
    search(page, "700001")
    search(page, "700002")
    result = page.locator("[data-result]")
    expect(result).to_contain_text("R$ 600,00 = NF-e 700001 R$ 410,00 + NF-e 700002 R$ 190,00")
    expect(result).to_contain_text("sobra R$ 0,00")
    shoot(page, "mesa-duas-notas")
    press(page, "Enter")


def join_line(page: Page) -> None:
    expect(page.locator("[data-result]")).to_contain_text("ficam em aberto R$ 1.900,00 na nota")
    press(page, "l")
    page.locator("[data-join]:focus").wait_for()
    page.keyboard.press(" ")
    expect(page.locator("[data-result]")).to_contain_text("sobra R$ 0,00")
    shoot(page, "mesa-dois-lancamentos")
    press(page, "Enter")


def take_group(page: Page) -> None:
    expect(page.locator("[data-group] [data-document]")).to_have_count(1)
    expect(page.locator("[data-group] .desk-list li")).to_have_count(3)
    press(page, "g", "Enter")


WAYS: dict[str, Callable[[Page], None]] = {
    "doubts": lambda page: press(page, "2", "Enter"),
    "fees": lambda page: press(page, "n"),
    "groups": take_group,
    "pairs": mark_two,
    "parts": join_line,
}


def test_thirty_lines_without_the_mouse(desk: Desk, school: School) -> None:
    month = thirty_left_overs(school.organization)
    way = {str(line.pk): WAYS[kind] for kind, lines in month.items() for line in lines}
    assert len(way) == 30
    watched = desk()
    page: Page = watched.page
    page.evaluate(COUNT_POINTER)
    shown: list[str] = []
    while page.locator("[data-card]").count():
        line = page.locator("[data-card]").get_attribute("data-card") or ""
        assert line not in shown, "a line is shown once"
        shown.append(line)
        assert is_in_sight(page, line)
        way[line](page)
        page.wait_for_function(
            "line => document.querySelector('[data-card]')?.dataset.card !== line", arg=line
        )
    expect(page.locator("[data-left]")).to_have_text("0")
    shoot(page, "mesa-trinta")

    assert page.evaluate("pointer") == 0
    assert watched.faults == []
    assert is_cleared(month)
    days = order_of(month)
    assert shown == [pk for pk in days if pk in shown]


def is_in_sight(page: Page, line: str) -> bool:
    """Whether the queue shows the row of the line in hand."""
    script = """line => {
        const row = document.querySelector(`[data-row="${line}"]`).getBoundingClientRect();
        const list = document.querySelector('[data-queue]').getBoundingClientRect();
        return row.top >= list.top - 1 && row.bottom <= list.bottom + 1;
    }"""
    return bool(page.evaluate(script, line))


def is_cleared(month: dict[str, list[Transaction]]) -> bool:
    with session(EVERY):
        lines = [line for lines in month.values() for line in lines]
        states = {standing_of(line).state for line in lines}
        sizes = {
            kind: Reconciliation.objects.matched().filter(transaction__in=month[kind]).count()
            for kind in ("groups", "pairs", "parts")
        }
    assert sizes == {"groups": 9, "pairs": 2, "parts": 2}
    return states == {"matched", "no_document"}


def order_of(month: dict[str, list[Transaction]]) -> list[Any]:
    lines = [line for lines in month.values() for line in lines]
    return [str(line.pk) for line in sorted(lines, key=lambda line: (line.date, line.pk))]
