"""A warning at the desk in a browser: seen at once, and answered without leaving the desk."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from ingestion.models import Document
from reconciliation.models import Reconciliation
from reconciliation.services import confirm_match, execute_run, start_run
from tests.browser.conftest import School, Watched
from tests.browser.test_pages import shoot
from tests.browser.test_review_looks import check
from tests.data.rows import make_pair

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {"claro": {}, "escuro": {"dark": True}, "390": {"width": 390}}
DESK = "/admin/reconciliation/reconciliation/mesa/?competencia=2026-10&situacao=com-alerta"
Desk = Callable[..., Watched]


@pytest.fixture
def warned(school: School) -> School:
    """What somebody booked, and whose note was cancelled afterwards."""
    organization = school.organization
    with session(EVERY):
        note, _ = make_pair(organization)
    run_through(school)
    with session(EVERY):
        row = Reconciliation.objects.get(document=note)
        assert row.organization
    confirm_match(row, user=school.people[Role.MANAGER])
    with session(EVERY):
        Document.objects.filter(pk=note.pk).update(fiscal_status="cancelled")
    run_through(school)
    return school


def run_through(school: School) -> None:
    run, _ = start_run(school.organization, requested_by=None)
    execute_run(school.organization.pk, run.pk)


@pytest.mark.parametrize("look", LOOKS)
def test_the_warning_reads_well(desk: Desk, warned: School, look: str) -> None:
    watched = desk(**LOOKS[look])
    watched.page.goto(DESK)
    expect(watched.page.locator("[data-warning]")).to_contain_text("está cancelada, depois de")
    watched.page.wait_for_load_state("networkidle")
    shoot(watched.page, f"mesa-alerta-{look}")

    check(watched)


def test_it_is_answered_in_its_place(desk: Desk, warned: School) -> None:
    page = desk().page
    page.goto(DESK)
    page.get_by_role("button", name="Manter conciliado").click()

    expect(page.get_by_text("Conciliação confirmada.")).to_be_visible()
    expect(page.locator("[data-count='com-alerta']")).to_have_text("0")
    assert "/mesa/" in page.url
