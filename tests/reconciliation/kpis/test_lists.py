"""Each number leads to a list of as many rows: on the first page, in the reports, over HTTP."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from reconciliation.kpis.measures import MEASURES
from tests.data.kpi_rows import book, mixed_month
from tests.data.requests import get
from tests.data.rows import make_transaction

Screen = Callable[[User], Client]
REPORT = "/admin/reconciliation/closing/relatorios/"
OCTOBER = {"competencia": "2026-10", "empresa": ""}
LINK = re.compile(r'<a[^>]*href="([^"]*/relatorios/[a-z0-9_]+/\?[^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


@pytest.fixture
def month(
    organization: Organization, other_organization: Organization, auditor: User, stranger: User
) -> Organization:
    mixed_month(organization, auditor)
    mixed_month(other_organization, stranger)
    return organization


def counts_told(page: str) -> list[tuple[str, int]]:
    """Each link to a list with the whole number that it shows."""
    found = []
    for address, inside in LINK.findall(page):
        words = re.sub(r"<[^>]+>", " ", inside)
        number = re.search(r"(?<![\w,./])(\d{1,3}(?:\.\d{3})*)(?![\d,.%/])", words)
        if number and "R$" not in words and "%" not in words:
            found.append((unescape(address), int(number[1].replace(".", ""))))
    return found


def rows_at(client: Client, address: str) -> int:
    context: Any = client.get(address).context
    return int(context["page"].paginator.count)


@pytest.mark.parametrize("address", [REPORT, "/admin/"])
def test_every_count_of_a_page_leads_to_as_many_rows(
    month: Organization, operator: User, screen: Screen, address: str
) -> None:
    client = screen(operator)
    told = counts_told(client.get(address, OCTOBER).content.decode())

    assert len(told) >= {REPORT: 25, "/admin/": 3}[address]
    assert any(count > 1 for _, count in told)
    assert [(where, count) for where, count in told if rows_at(client, where) != count] == []


def test_each_bar_leads_to_the_rows_it_stands_for(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    parts = client.get(REPORT, OCTOBER).context["parts"]
    wrong = []
    for name in ("idade", "erros", "taxa"):
        for bar in parts[name].value.bars:
            shown = client.get(bar.url).context if bar.url else None
            if shown is None:
                assert not bar.value
            elif name == "idade":
                wrong += [bar] if shown["amount"] != bar.value else []
            elif name == "erros":
                wrong += [bar] if shown["page"].paginator.count != bar.value else []
            else:
                wrong += [bar] if shown["page"].paginator.count != 3 else []
    assert not wrong


def test_percentages_lead_to_their_numerators(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    row = client.get("/admin/", OCTOBER).context["parts"]["numeros"].value.rows[0]

    assert rows_at(client, row.pages["lines_settled"]) == 3
    assert rows_at(client, row.pages["lines_automatic"]) == 2
    assert client.get(row.pages["lines_open"]).context["amount"] == row.open_amount


@pytest.mark.parametrize("code", [*MEASURES, "missing", "age_7", "age_more"])
def test_every_list_opens(month: Organization, operator: User, screen: Screen, code: str) -> None:
    answer = screen(operator).get(f"{REPORT}{code}/", OCTOBER)

    assert answer.status_code == 200
    assert "Nada nesta lista" in answer.content.decode() or answer.context["shown"]


def test_a_number_that_is_none_is_not_found(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)

    assert client.get(f"{REPORT}nenhum/", OCTOBER).status_code == 404
    assert get(client, "/v1/reports/kpis/nenhum", {"period": "2026-10"}).status_code == 404


def test_a_list_of_one_day_and_of_one_kind(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    day = client.get(f"{REPORT}read_documents/", OCTOBER | {"dia": "2026-10-07"})
    other = client.get(f"{REPORT}read_documents/", OCTOBER | {"dia": "2026-10-06"})
    kind = client.get(f"{REPORT}files/", OCTOBER | {"tipo": "nfe"})
    wrong = [
        client.get(f"{REPORT}read_documents/", OCTOBER | {"dia": day}).status_code
        for day in ("31/02", "9999-12-31", "0001-01-01")
    ]

    assert [one.context["page"].paginator.count for one in (day, other, kind)] == [5, 0, 1]
    assert "07/10/2026" in day.content.decode()
    assert wrong == [200] * 3


def test_pages_of_a_list_keep_its_question(
    month: Organization, operator: User, screen: Screen
) -> None:
    for number in range(55):
        make_transaction(month, f"{number + 1}.00", memo="PIX ENVIADO")
    client = screen(operator)
    first = client.get(f"{REPORT}lines_open/", OCTOBER)
    following = re.search(r'href="(\?[^"]*pagina=2)"', first.content.decode())
    assert following is not None
    asked = parse_qs(urlsplit(unescape(following[1])).query)
    second = client.get(f"{REPORT}lines_open/{unescape(following[1])}")

    assert asked["competencia"] == ["2026-10"]
    assert len(second.context["shown"]) == 7


def test_what_is_missing_is_what_the_watch_lists(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    lists = get(client, "/v1/watch", {"period": "2026-10"}).json()["lists"]
    same = ("payments_without_note", "receipts_without_note", "xml_missing")
    told = get(client, "/v1/reports/kpis", {"period": "2026-10"}).json()["missing"]

    assert told["count"] == sum(one["count"] for one in lists if one["code"] in same) == 2
    assert rows_at(client, told["page"]) == 2


def test_a_list_leaves_as_a_file(month: Organization, operator: User, screen: Screen) -> None:
    client = screen(operator)
    answer = client.get(f"{REPORT}lines_open/", OCTOBER | {"formato": "csv"})
    header, *rows = answer.content.decode("utf-8-sig").splitlines()
    sheet = client.get(f"{REPORT}missing/", OCTOBER | {"formato": "xlsx"})

    assert header == "Data;Empresa;O que é;Situação;Valor"
    assert len(rows) == 2
    assert rows[1].endswith(";Pendente;-30,33")
    assert 'filename="lines_open-2026-10.csv"' in answer["Content-Disposition"]
    assert sheet.content[:2] == b"PK"


def test_bars_of_companies_lead_to_their_lines(
    month: Organization, other_organization: Organization, person: Callable[..., User],
    screen: Screen,
) -> None:  # fmt: skip
    client = screen(person("viewer", month, other_organization))
    bars = client.get("/admin/", OCTOBER).context["parts"]["aberto"].value.bars

    assert len(bars) == 2
    assert all(client.get(bar.url).context["amount"] == bar.value for bar in bars)


def test_a_list_costs_the_same_whatever_its_rows(
    month: Organization, auditor: User, django_assert_max_num_queries: Any, screen: Screen
) -> None:
    for number in range(20):
        book(month, f"{number + 1}.00")
        book(month, f"{number + 1}.50", by=auditor, score="88")
    client = screen(auditor)
    for code in ("lines", "documents", "standing", "kept_80", "files"):
        with django_assert_max_num_queries(25):
            assert client.get(f"{REPORT}{code}/", OCTOBER).context["shown"]


@pytest.mark.parametrize(
    ("code", "place"), [("lines_open", "/mesa/?"), ("missing", "/pendencias/pedido/?")]
)
def test_a_list_leads_to_where_it_is_worked_off(
    month: Organization, operator: User, screen: Screen, code: str, place: str
) -> None:
    client = screen(operator)
    _, url = client.get(f"{REPORT}{code}/", OCTOBER).context["work"]

    assert place in url
    assert client.get(url).status_code == 200
    assert client.get(f"{REPORT}documents/", OCTOBER).context["work"] is None
