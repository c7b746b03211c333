"""The month's work by keyboard: send, decide, export, clean up; a colleague in between."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from audits.models import Batch, Card, ClosingRecord, Decision, Export, Verdict
from audits.services import decide_card, open_batch
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Membership
from conciliacontag.organizations.roles import Role
from conciliacontag.storage import open_stored
from ingestion.models import SourceFile
from ingestion.services.processing import process_file
from reconciliation.services import execute_run, start_run
from tests.browser.conftest import Site
from tests.conftest import make_organization
from tests.data.files import invoices, xml
from tests.data.rows import make_doubt

pytestmark = pytest.mark.browser


def open_cards(site: Site) -> list[Card]:
    with session(EVERY):
        return list(Card.objects.open().filter(organization=site.organization).order_by("line"))


def open_card(page: Page, card: Card) -> None:
    page.goto(f"/admin/audits/card/{card.pk}/change/")
    page.wait_for_function("document.activeElement !== document.body")


def verdict_of(card: Card) -> str:
    with session(EVERY):
        return Decision.objects.filter(card_id=card.pk).latest("at").verdict


def test_a_file_is_sent_read_and_told_about(open_page: Callable[..., Any], site: Site) -> None:
    watched = open_page(Role.OPERATOR)
    page: Page = watched.page
    page.goto("/admin/ingestion/sourcefile/enviar/?empresa=empresa-1")
    content = FilePayload(name="nota.xml", mimeType="text/xml", buffer=xml(invoices(1)[0]))

    page.set_input_files("#files", files=[content])
    expect(page.locator("[data-lines] .chip", has_text="Na fila")).to_be_visible()
    read_waiting(site)
    expect(page.locator("[data-lines] .chip", has_text="Lido")).to_be_visible()
    page.set_input_files("#files", files=[content])

    expect(page.locator("[data-lines] .chip", has_text="Já existia")).to_be_visible()
    assert (watched.faults, watched.foreign) == ([], [])


def read_waiting(site: Site) -> None:
    with session(EVERY):
        waiting = list(SourceFile.objects.waiting().values_list("organization_id", "pk"))
    for organization_id, pk in waiting:
        process_file(organization_id, pk)


def test_a_doubt_is_decided_by_keyboard_and_the_next_one_opens(
    open_page: Callable[..., Any], site: Site
) -> None:
    first = next(card for card in open_cards(site) if card.candidates)
    watched = open_page(Role.AUDITOR)
    page: Page = watched.page
    open_card(page, first)

    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: str(first.pk) not in url)

    assert verdict_of(first) == Verdict.ACCEPT
    expect(page.get_by_role("status").first).to_contain_text(f"linha {first.line} salvo.")
    assert watched.faults == []


def test_x_says_that_there_is_no_document(open_page: Callable[..., Any], site: Site) -> None:
    card = open_cards(site)[-1]
    page: Page = open_page(Role.AUDITOR).page
    open_card(page, card)

    page.keyboard.press("x")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: str(card.pk) not in url)

    assert verdict_of(card) == Verdict.NO_DOCUMENT


def test_letters_typed_into_a_field_are_text(open_page: Callable[..., Any], site: Site) -> None:
    card = open_cards(site)[0]
    page: Page = open_page(Role.AUDITOR).page
    open_card(page, card)

    page.locator("#note").focus()
    page.keyboard.type("x 1 j k ?")

    expect(page.locator("#note")).to_have_value("x 1 j k ?")
    expect(page).to_have_url(re.compile(str(card.pk)))


def test_a_colleague_who_was_faster_is_shown_and_nothing_is_overwritten(
    open_page: Callable[..., Any], site: Site
) -> None:
    card = open_cards(site)[-2]
    page: Page = open_page(Role.AUDITOR).page
    open_card(page, card)
    with session([site.organization.pk]):
        decide_card(
            card.pk,
            author=site.people[Role.MANAGER],
            version=card.version,
            verdict=Verdict.NO_DOCUMENT,
        )

    page.keyboard.press("c")
    page.keyboard.type("110")
    page.keyboard.press("Enter")
    page.locator("#debito").press("Enter")

    expect(page.get_by_text("Sua escolha, não gravada")).to_be_visible()
    expect(page.get_by_text("Carla Nunes").first).to_be_visible()
    assert verdict_of(card) == Verdict.NO_DOCUMENT


@pytest.fixture
def batch(site: Site) -> Batch:
    """A batch of a company of its own: cleaned up, it leaves the others their pages."""
    with session(EVERY):
        organization = make_organization("Mercearia Estrela Ltda", 3)
        Membership.objects.create(
            user=site.people[Role.MANAGER], organization=organization, role=Role.MANAGER
        )
        make_doubt(organization)
    run, _ = start_run(organization, requested_by=None)
    execute_run(organization.pk, run.pk)
    opened = open_batch(organization.pk, run.pk)
    assert opened is not None
    return opened


def test_a_batch_leaves_with_its_manifest_and_is_cleaned_up(
    open_page: Callable[..., Any], batch: Batch
) -> None:
    watched = open_page(Role.MANAGER)
    page: Page = watched.page
    page.goto(f"/admin/audits/batch/{batch.pk}/change/")

    page.get_by_label("Exportar mesmo com").check()
    page.get_by_role("button", name="Exportar").press("Enter")
    expect(page.get_by_text("Revisão 1 exportada.")).to_be_visible()
    with session(EVERY):
        export = Export.objects.get(batch=batch)
    page.goto(f"/admin/audits/export/{export.pk}/change/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Baixar CSV").press("Enter")
    assert download.value.path().read_bytes() == open_stored(export.csv_path).read()

    clean_up(page, batch)
    expect(page.get_by_text("Lote limpo.")).to_be_visible()
    with session(EVERY):
        assert not Batch.objects.filter(pk=batch.pk).exists()
        assert ClosingRecord.objects.get(batch_id=batch.pk).counts["cards"] > 0
    assert watched.faults == []


def clean_up(page: Page, batch: Batch) -> None:
    page.goto(f"/admin/audits/batch/{batch.pk}/change/")
    page.locator("summary", has_text="Limpar este lote").press("Enter")
    page.locator("#cleanup-name").fill("outro nome")
    page.get_by_role("button", name="Limpar").press("Enter")
    expect(page.get_by_text("O nome digitado não é o deste lote.")).to_be_visible()
    page.locator("summary", has_text="Limpar este lote").press("Enter")
    page.locator("#cleanup-name").fill(batch.name)
    page.get_by_role("button", name="Limpar").press("Enter")
