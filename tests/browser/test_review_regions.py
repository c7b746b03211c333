"""The image follows the field in hand where the layout says where it lies."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audits.models import Batch
from conciliacontag.database import session
from tests.browser.conftest import Watched
from tests.browser.test_review_keys import TWO_DOUBTS, expect_focus, press, wait_for

pytestmark = pytest.mark.browser

REGIONS = [{"fields": "q1..7", "x": 0.06, "y": 0.08, "w": 0.28, "h": 0.025, "dy": 0.0295}]
IN_SIGHT = """() => {
    const sheet = document.querySelector("[data-sheet]").getBoundingClientRect();
    const frame = document.querySelector("[data-frame]").getBoundingClientRect();
    return frame.width > sheet.width / 4 && frame.left >= sheet.left && frame.top >= sheet.top
        && frame.right <= sheet.right && frame.bottom <= sheet.bottom;
}"""

TOP = "parseFloat(document.querySelector('[data-frame]').style.top)"


@pytest.fixture
def page(review: Callable[..., Watched], answers: Any) -> Page:
    batch: Batch = answers(TWO_DOUBTS, TWO_DOUBTS, sheets=True)
    with session([batch.organization_id]):
        batch.definition |= {"regions": REGIONS, "regions_on": "output_path"}
        batch.save(update_fields=["definition"])
    return review(batch).page


def top(page: Page) -> float:
    return float(page.evaluate(TOP))


def test_the_image_shows_the_region_of_the_field(page: Page) -> None:
    shown = page.locator("[data-sheet] img:visible")
    expect(shown).to_have_attribute("alt", "Marcada: m_c0001.png")
    page.wait_for_function(IN_SIGHT)
    expect_focus(page, "q2")
    assert top(page) == pytest.approx(10.95)
    expect(page.locator("[data-scale]")).to_have_text("150%")

    press(page, "a")
    expect_focus(page, "q4")
    page.wait_for_function(f"{TOP} > 16")
    page.wait_for_function(IN_SIGHT)
    assert top(page) == pytest.approx(16.85)


def test_a_zoom_of_ones_own_stays_and_a_turned_sheet_is_followed(page: Page) -> None:
    press(page, "+", "r")
    expect(page.locator("[data-scale]")).to_have_text("200%")
    press(page, "a", "b", "Enter")
    wait_for(page, 2)

    expect(page.locator("[data-scale]")).to_have_text("200%")
    expect_focus(page, "q2")
    expect(page.locator("[data-frame]")).to_be_attached()
    left = page.evaluate("parseFloat(document.querySelector('[data-frame]').style.left)")
    assert left == pytest.approx(100 - 10.95 - 2.5)


def test_an_image_that_was_not_measured_shows_no_region(page: Page) -> None:
    expect(page.locator("[data-frame]")).to_be_visible()
    press(page, "o")

    expect(page.locator("[data-frame]")).to_be_hidden()
