"""Every page, as a client would see it: in order, in Portuguese, readable, from this host alone."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Q
from playwright.sync_api import Page, expect

from audits.models import Batch
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Delivery, Document, SourceFile, Transaction
from reconciliation.models import Reconciliation, Run
from tests.browser.accessibility import look_over
from tests.browser.conftest import PEOPLE
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SCREENSHOTS", "")
LISTS = {
    "inicio": "",
    "enviar": "ingestion/sourcefile/enviar/",
    "trabalhos": "ingestion/delivery/trabalhos/?aba=concluidos",
    "arquivos": "ingestion/sourcefile/",
    "documentos": "ingestion/document/",
    "lancamentos": "ingestion/transaction/",
    "conciliacoes": "reconciliation/reconciliation/",
    "execucoes": "reconciliation/run/",
    "pendencias": "reconciliation/closing/pendencias/?empresa=distribuidora&competencia=2026-10",
    "sem-nota": "reconciliation/closing/pendencias/payments_without_note/?empresa=distribuidora",
    "vencimentos": "reconciliation/closing/pendencias/overdue/?empresa=distribuidora",
    "pedido": "reconciliation/closing/pendencias/pedido/?empresa=distribuidora",
    "fechar-mes": "reconciliation/closing/mes/?empresa=distribuidora&competencia=2026-10",
    "fechamentos": "reconciliation/closing/",
    "lotes": "audits/batch/",
    "lote-novo": "audits/batch/add/",
    "cartoes": "audits/card/",
    "exportacoes": "audits/export/",
    "empresas": "organizations/organization/",
    "empresa-nova": "organizations/organization/add/",
    "usuarios": "organizations/user/",
    "trilha": "organizations/auditlog/",
    "fornecedores": "ingestion/supplierpreference/",
    "fornecedor-novo": "ingestion/supplierpreference/add/",
    "tabelas": "ingestion/tablelayout/",
    "leiautes": "audits/layoutversion/",
    "busca": "buscar",
    "busca-achou": "buscar?q=pix",
    "busca-nada": "buscar?q=inexistente",
    "senha": "password_change/",
}
# Of the month alone: other tests of the same worker send files, and leave some half-way.
MONTH = Q(organization__tenant_key="distribuidora")
DETAILS: dict[str, tuple[str, Any]] = {
    "envio": ("ingestion/delivery", Delivery.objects.filter(MONTH)),
    "arquivo": ("ingestion/sourcefile", SourceFile.objects.filter(MONTH, kind="zip")),
    "documento": ("ingestion/document", Document.objects.filter(MONTH, status="reconciled")),
    "lancamento": ("ingestion/transaction", Transaction.objects.filter(MONTH, status="reconciled")),
    "conciliacao": (
        "reconciliation/reconciliation",
        Reconciliation.objects.matched().filter(MONTH),
    ),
    "execucao": ("reconciliation/run", Run.objects.filter(MONTH)),
    "lote": ("audits/batch", Batch.objects.filter(MONTH, run__isnull=False)),
    "empresa": (
        "organizations/organization",
        Organization.objects.filter(tenant_key="distribuidora"),
    ),
    "usuario": ("organizations/user", User.objects.filter(email=PEOPLE[Role.AUDITOR][0])),
    "ato": ("organizations/auditlog", AuditLog.objects.filter(MONTH)),
}
ENGLISH = re.compile(
    r"\b(the|and|with|search|save|delete|change|view|home|filters?|add|results?|previous|next|"
    r"welcome|password|log ?in|log ?out|select|all|none|yes|loading|submit|close|history|user|"
    r"system|light|dark|show|back|pending|status|file|error)\b",
    re.IGNORECASE,
)
# Names of files, codes and identifiers are what they are in any language.
OWN_WORDS = re.compile(r"Results?[_.]\w+|results_manifest\.json|status")


def address(name: str) -> str:
    if name in LISTS:
        return f"/admin/{LISTS[name]}"
    place, rows = DETAILS[name]
    with session(EVERY):
        return f"/admin/{place}/{rows.first().pk}/change/"


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def visible_text(page: Page) -> str:
    kept = "[...document.querySelectorAll('.material-symbols-outlined, .mono, code')]"
    page.evaluate(f"{kept}.forEach(one => one.remove())")
    return OWN_WORDS.sub("", page.inner_text("body"))


@pytest.mark.parametrize("name", [*LISTS, *DETAILS])
def test_page_is_in_order(look_at: Callable[..., Any], name: str) -> None:
    watched = look_at(Role.ADMIN if name.startswith("empresa") else Role.MANAGER)
    answer = watched.page.goto(address(name))
    shoot(watched.page, name)
    found = look_over(watched.page)

    assert answer is not None and answer.status == 200
    assert (watched.faults, watched.foreign) == ([], [])
    assert found.violations_count == 0, found.generate_report()
    assert ENGLISH.findall(visible_text(watched.page)) == []


NARROW = ["busca-achou", "enviar", "trabalhos", "envio", "documentos", "documento"]
NARROW += ["lote", "lote-novo", "arquivo"]


@pytest.mark.parametrize("name", NARROW)
def test_page_fits_a_phone(look_at: Callable[..., Any], name: str) -> None:
    watched = look_at(Role.MANAGER, width=390)
    watched.page.goto(address(name))
    shoot(watched.page, f"{name}-390")

    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert watched.faults == []


def test_rows_are_as_low_and_as_large_as_what_they_say(look_at: Callable[..., Any]) -> None:
    page: Page = look_at(Role.MANAGER, width=390).page
    page.goto(address("pendencias"))
    heights = page.locator("table tbody tr").evaluate_all("all => all.map(e => e.offsetHeight)")
    assert max(heights) < 200
    page.goto(address("fechar-mes"))
    sizes = "all => all.map(e => getComputedStyle(e).fontSize)"
    assert len(set(page.locator("table th, table td").evaluate_all(sizes))) == 1


@pytest.mark.parametrize("name", ["trabalhos", "envio", "documentos", "lote"])
def test_page_is_readable_in_the_dark(look_at: Callable[..., Any], name: str) -> None:
    watched = look_at(Role.MANAGER, dark=True)
    watched.page.goto(address(name))
    shoot(watched.page, f"{name}-escuro")
    found = look_over(watched.page)

    assert found.violations_count == 0, found.generate_report()


def test_login_is_in_order(open_page: Callable[..., Any]) -> None:
    watched = open_page(None)
    watched.page.goto("/admin/login/")
    shoot(watched.page, "entrar")
    found = look_over(watched.page)

    assert found.violations_count == 0, found.generate_report()
    assert watched.faults == []
    assert ENGLISH.findall(visible_text(watched.page)) == []


def test_somebody_logs_in_by_keyboard_alone(open_page: Callable[..., Any]) -> None:
    watched = open_page(None)
    page: Page = watched.page
    page.goto("/admin/login/?next=/admin/")
    page.locator("#id_username").focus()
    page.keyboard.type(PEOPLE[Role.MANAGER][0])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/admin/$(?<!next=/admin/)"))
    expect(page.locator("body")).to_contain_text(PEOPLE[Role.MANAGER][1])
    assert watched.faults == []
