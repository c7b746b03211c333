"""The search box by keyboard, from any page."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conciliacontag.brazil import format_cnpj
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from ingestion.models import Document
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


def document_of_month(site: Site) -> Document:
    """Of the month alone: other tests leave documents of other companies."""
    with session(EVERY):
        found = Document.objects.filter(organization=site.organization)
        return found.filter(receiver_cnpj__regex=r"^.{14}$")[0]


def test_a_document_is_opened_without_the_mouse(look_at: Callable[..., Any], site: Site) -> None:
    document = document_of_month(site)
    watched = look_at(Role.OPERATOR)
    page: Page = watched.page
    page.goto("/admin/")
    page.keyboard.press("Control+k")
    expect(page.locator("[data-search] input")).to_be_focused()
    page.keyboard.type(document.key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/buscar?q=*")

    page.locator(".ledger a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/admin/ingestion/document/{document.pk}/change/")
    assert (watched.faults, watched.foreign) == ([], [])


def test_a_masked_cnpj_is_found(look_at: Callable[..., Any], site: Site) -> None:
    document = document_of_month(site)
    page: Page = look_at(Role.OPERATOR).page
    page.goto(f"/admin/buscar?q={format_cnpj(document.receiver_cnpj)}")

    expect(page.locator(f'a[href$="/document/{document.pk}/change/"]')).to_be_visible()


def test_escape_gives_the_place_back(look_at: Callable[..., Any]) -> None:
    page: Page = look_at(Role.OPERATOR).page
    page.goto("/admin/buscar")
    page.locator("#busca").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("abc")
    page.keyboard.press("Escape")

    expect(page.locator("#busca")).to_be_focused()
    expect(page.locator("[data-search] input")).to_have_value("")
