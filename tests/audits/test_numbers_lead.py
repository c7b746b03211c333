"""Whatever number a page shows as a link, its list has as many rows and adds up to as much."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Card
from audits.opening import open_batch
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document
from reconciliation.desk.answers import HOLD, Decision
from reconciliation.desk.deciding import decide_line
from reconciliation.desk.standing import standing_of
from reconciliation.models import Run
from reconciliation.services import execute_run, start_run
from tests.data.kpi_rows import book, make_file, mixed_month
from tests.data.rows import make_document, make_doubt, make_transaction

Screen = Callable[[User], Client]
LINK = re.compile(r'<a\b[^>]*href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
WHOLE = re.compile(r"(?<![\w,./])(\d{1,3}(?:\.\d{3})*|\d+)(?![\w,.%/]| dias| de \d)")
MONEY = re.compile(r"R\$\s*(-?[\d.]+,\d\d)")
OCTOBER = "2026-10"
PAGES = {
    "início": ("admin:index", 12),
    "relatórios": ("admin:reconciliation_report", 40),
    "pendências": ("admin:reconciliation_watch", 6),
    "fechar": ("admin:reconciliation_month", 6),
}


@pytest.fixture
def month(
    organization: Organization, other_organization: Organization, auditor: User, stranger: User
) -> Organization:
    """Something of everything in October, another doubt in September, another company's month."""
    mixed_month(organization, auditor)
    mixed_month(other_organization, stranger)
    make_doubt(organization)
    _, held = make_doubt(organization, "810.00")
    make_doubt(organization, "820.00")
    make_transaction(organization, "-45.00", memo="PIX ENVIADO", date=date(2026, 9, 3))
    run_through(organization)
    seen = standing_of(held).version
    decide_line(held.pk, author=auditor, version=seen, decision=Decision(HOLD))
    cancelled = book(organization, "61.10", by=auditor)
    Document.objects.filter(reconciliations=cancelled).update(fiscal_status="cancelled")
    run_through(organization)
    return organization


def run_through(organization: Organization) -> Run:
    run, _ = start_run(organization, requested_by=None)
    execute_run(organization.pk, run.pk)
    open_batch(organization.pk, run.pk)
    return run


def words(inside: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inside)).split())


def told_in(page: str) -> list[tuple[str, str]]:
    """Every link of the page's own part that says a number: where it leads, and its words."""
    part = page.partition('id="content"')[2] or page
    found = [(unescape(where), words(inside)) for where, inside in LINK.findall(part)]
    return [(where, said) for where, said in found if re.search(r"\d", said)]


def rows_at(context: Any) -> int:
    """How many rows the page that was opened has in all."""
    if context.get("cl"):
        return int(context["cl"].result_count)
    if isinstance(context.get("total"), dict):
        return int(context["total"]["count"])
    if context.get("items") is not None:
        return 1  # a month, open
    listed = context.get("rows")
    paginator = getattr(listed, "paginator", None) or context["page"].paginator
    return int(paginator.count)


def faults(client: Client, address: str) -> tuple[int, list[tuple[str, str, object]]]:
    """Links of a page that do not keep what they promise; and how many were tried."""
    tried, wrong = 0, []
    for where, said in told_in(client.get(address).content.decode()):
        context = client.get(where).context
        money, counts = MONEY.search(said), WHOLE.findall(MONEY.sub("", said))
        if money and context.get("amount") is not None:
            amount = Decimal(money[1].replace(".", "").replace(",", "."))
            wrong += [(where, said, context["amount"])] if context["amount"] != amount else []
            tried += 1
        if counts:
            count = int(counts[0].replace(".", ""))
            wrong += [(where, said, rows_at(context))] if rows_at(context) != count else []
            tried += 1
    return tried, wrong


@pytest.mark.parametrize("name", PAGES)
def test_every_number_that_is_a_link_keeps_its_word(
    month: Organization, operator: User, screen: Screen, name: str
) -> None:
    route, least = PAGES[name]
    address = f"{reverse(route)}?competencia={OCTOBER}&empresa={month.tenant_key}"
    tried, wrong = faults(screen(operator), address)

    assert tried >= least
    assert not wrong


@pytest.mark.parametrize("name", ["início", "relatórios"])
def test_so_it_is_for_several_companies_at_once(
    month: Organization,
    other_organization: Organization,
    person: Callable[..., User],
    screen: Screen,
    name: str,
) -> None:
    client = screen(person("viewer", month, other_organization))
    tried, wrong = faults(client, f"{reverse(PAGES[name][0])}?competencia={OCTOBER}&empresa=")

    assert tried >= PAGES[name][1]
    assert not wrong


def test_cards_that_were_opened_again_wait_as_well(
    month: Organization, operator: User, screen: Screen
) -> None:
    card = Card.objects.open()[0]
    Card.objects.filter(pk=card.pk).update(status="reopened")
    _, wrong = faults(screen(operator), f"{reverse('admin:index')}?competencia={OCTOBER}")

    assert not wrong


def test_the_sums_of_the_page_are_the_sums_of_the_rows(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    row = client.get("/admin/", {"competencia": OCTOBER}).context["parts"]["numeros"].value.rows[0]
    parts = ("lines_settled", "lines_answered", "lines_open")
    shown = {code: client.get(f"/admin/reconciliation/closing/relatorios/{code}/").context
             for code in ("lines", *parts)}  # fmt: skip
    counts = {code: context["page"].paginator.count for code, context in shown.items()}

    assert counts["lines"] == row.lines.count == sum(counts[code] for code in parts)
    assert shown["lines"]["amount"] == sum(shown[code]["amount"] for code in parts)


def test_as_many_questions_whatever_the_rows(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    addresses = [f"{reverse(route)}?competencia={OCTOBER}" for route, _ in PAGES.values()]
    addresses += [
        f"{reverse('admin:reconciliation_watch_list', args=[code])}?competencia={OCTOBER}"
        for code in ("payments_without_note", "paid_twice", "overdue", "cancelled_paid")
    ]
    before = [asked(client, address) for address in addresses]
    for number in range(20):
        book(month, f"{number + 1}.10")
        make_document(month, f"{number + 1}.20")
        make_transaction(month, f"-{number + 1}.30", memo=f"PIX ENVIADO LOJA {number}")
        make_file(month, "nfe", status="failed")

    assert [asked(client, address) for address in addresses] == before


def asked(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
