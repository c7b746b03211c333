"""The page of a document and the page that names columns, in a real Chromium."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, SourceFile, Transaction
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from ingestion.services.reprocessing import execute_reprocessing
from tests.browser.accessibility import look_over
from tests.browser.conftest import Site
from tests.data import nfse
from tests.data.pdfs import pdf, text_page
from tests.data.tables import as_csv

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SCREENSHOTS", "")
LOOKS: dict[str, dict[str, Any]] = {"": {}, "-390": {"width": 390}, "-escuro": {"dark": True}}
HEADER = ("Quando", "O que aconteceu", "Quanto", "Sobra")
TABLE = as_csv(
    (
        HEADER,
        ("01/09/2026", "PIX RECEBIDO MERCADO MODELO", "1.234,56", "1.234,56"),
        ("02/09/2026", "TARIFA COBRANÇA", "-3,35", "1.231,21"),
        ("31/09/2026", "DIA QUE NÃO HÁ", "10,00", ""),
    )
)


def arrive(site: Site, content: bytes, name: str) -> SourceFile:
    file, created = receive_file(
        site.organization, uploader=site.people[Role.OPERATOR], filename=name, chunks=[content]
    )
    if created:
        process_file(site.organization.pk, file.pk)
    with session(EVERY):
        return SourceFile.objects.get(pk=file.pk)


def file_page(file: SourceFile, more: str = "change/") -> str:
    return f"/admin/ingestion/sourcefile/{file.pk}/{more}"


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def document_page(site: Site, **wanted: Any) -> str:
    with session(EVERY):
        own = Document.objects.filter(organization=site.organization, **wanted)
        document = own.order_by("number").first()
        assert document is not None
        return f"/admin/ingestion/document/{document.pk}/change/"


@pytest.mark.parametrize("look", ["", "-390"])
def test_the_printed_page_opens_in_the_page(
    look_at: Callable[..., Any], site: Site, look: str
) -> None:
    watched = look_at(Role.MANAGER, **LOOKS[look])
    page = watched.page
    page.goto(document_page(site, doc_type="nfe", status="reconciled"))
    with page.expect_event("framenavigated", lambda frame: frame.url.endswith("/danfe/")):
        page.get_by_role("link", name="Ver DANFE").click()
        page.locator("iframe.printed").scroll_into_view_if_needed()

    assert is_pictured(page), "the reader of PDF was not let in"
    if SHOTS:
        page.wait_for_timeout(1_500)  # the reader of PDF tells nobody when it has drawn
        page.screenshot(path=f"{SHOTS}/nota-danfe{look}.png")
    assert watched.faults == []


def is_pictured(page: Page) -> bool:
    """Whether the reader of PDF comes into the page: a frame of its own, which tells nobody."""
    for _ in range(200):
        if any(frame.url.startswith("chrome-extension:") for frame in page.frames):
            return True
        page.wait_for_timeout(100)
    return False


@pytest.mark.parametrize("look", LOOKS)
def test_a_service_note_is_readable_everywhere(
    look_at: Callable[..., Any], site: Site, look: str
) -> None:
    taxes = nfse.WITHHELD.format(code="3")
    arrive(site, nfse.nfse(number=81, taxes=taxes, net="778.50"), "nfse.xml")
    watched = look_at(Role.MANAGER, **LOOKS[look])
    watched.page.goto(document_page(site, doc_type="nfse"))
    watched.page.get_by_label("Mostrar de onde veio cada valor").press("Space")
    found = look_over(watched.page)
    shoot(watched.page, f"nota-servico{look}")

    expect(watched.page.get_by_text("de infNFSe/valores/vLiq").first).to_be_visible()
    assert found.violations_count == 0, found.generate_report()
    width = watched.page.viewport_size["width"]
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_check_answers_in_place(look_at: Callable[..., Any], site: Site) -> None:
    watched = look_at(Role.MANAGER)
    watched.page.goto(document_page(site, doc_type="nfe"))
    watched.page.get_by_role("button", name="Conferir assinatura e esquema").click()
    watched.page.locator("#conferencia .note").wait_for()
    found = look_over(watched.page)
    shoot(watched.page, "nota-conferida")

    assert watched.faults == []
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("look", LOOKS)
def test_columns_are_named_with_a_live_preview(
    look_at: Callable[..., Any], site: Site, look: str
) -> None:
    file = arrive(site, TABLE + look.encode() + b"\r\n", f"planilha{look}.csv")
    watched = look_at(Role.OPERATOR, **LOOKS[look])
    page = watched.page
    page.goto(file_page(file, "colunas/"))
    page.get_by_text("Escolha a coluna da data.").wait_for()
    page.get_by_label("Quando").select_option("date")
    page.get_by_label("O que aconteceu").select_option("memo")
    page.get_by_label("Quanto").select_option("amount")
    page.get_by_text("2 lançamentos").wait_for()
    found = look_over(page)
    shoot(page, f"colunas{look}")

    expect(page.get_by_text("R$ 1.234,56")).to_have_count(1)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert watched.faults == []


def test_saved_columns_read_the_file(look_at: Callable[..., Any], site: Site) -> None:
    content = as_csv((("Que dia", "Quantia paga"), ("07/09/2026", "-77,77")))
    file = arrive(site, content, "gasto.csv")
    page = look_at(Role.OPERATOR).page
    page.goto(file_page(file))
    shoot(page, "arquivo-recusado")
    page.get_by_role("link", name="Dizer o que é cada coluna").click()
    expect(page.get_by_text("Escolha a coluna da data.")).to_be_visible()
    page.get_by_label("Que dia").select_option("date")
    page.get_by_label("Quantia paga").select_option("amount")
    page.get_by_role("button", name="Guardar e ler o arquivo").click()
    page.get_by_text("Colunas guardadas.").wait_for()
    with session(EVERY):
        job = file.rereadings.get().reprocessing_id
    execute_reprocessing(site.organization.pk, job)
    page.reload()
    shoot(page, "arquivo-relido")

    with session(EVERY):
        read = Transaction.objects.filter(organization=site.organization, amount="-77.77")
        assert read.count() == 1
    expect(page.get_by_text("lidos 1")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_a_file_shows_pages_and_findings(
    look_at: Callable[..., Any], site: Site, look: str
) -> None:
    file = arrive(site, pdf([text_page("Comprovante de pagamento", "R$ 10,00")]), "recibo.pdf")
    watched = look_at(Role.MANAGER, **LOOKS[look])
    watched.page.goto(file_page(file))
    picture = watched.page.get_by_alt_text("Página 1 de recibo.pdf")
    picture.scroll_into_view_if_needed()
    drawn = "one => one.complete && one.naturalWidth > 0"
    watched.page.wait_for_function(f"({drawn})(document.querySelector('img.evidence'))")
    found = look_over(watched.page)
    shoot(watched.page, f"arquivo-pdf{look}")

    assert found.violations_count == 0, found.generate_report()
    assert watched.faults == []
