"""The figures over HTTP are those of the screens, and nobody sees another organization's."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document
from tests.data.kpi_rows import mixed_month
from tests.data.requests import body_of, get
from tests.data.rows import make_document

Api = Callable[[User], Client]
KPIS = "/v1/reports/kpis"
OCTOBER = {"period": "2026-10"}


@pytest.fixture
def month(
    organization: Organization, other_organization: Organization, auditor: User, stranger: User
) -> Organization:
    mixed_month(organization, auditor)
    mixed_month(other_organization, stranger)
    return organization


def figures(answer: Any, place: int = -1) -> dict[str, Any]:
    return {one["code"]: one for one in answer["months"][place]["figures"]}


def test_the_figures_of_a_month(month: Organization, operator: User, api: Api) -> None:
    answer = get(api(operator), KPIS, OCTOBER).json()
    told = figures(answer)

    assert (told["lines"]["count"], told["lines"]["amount"]) == (6, "463.25")
    assert (told["lines_open"]["count"], told["lines_open"]["amount"]) == (2, "100.40")
    only = answer["months"][0]
    assert (only["rate"], only["automatic_rate"]) == ("50.00", "33.33")
    assert only["automatic_documents_rate"] == "50.00"
    assert only["runs"] == {"count": 3, "p50_seconds": 20.0, "p95_seconds": 56.0}
    reading = answer["reading"]
    assert (reading["from"], reading["to"]) == ("2026-10-01", "2026-11-30")
    assert (reading["documents_read"], reading["documents_per_hour"]) == (5, "5.0")
    assert reading["seconds_per_thousand_documents"] == 30.0
    assert reading["kinds"][0] | {"title": ""} == {
        "kind": "nfe", "title": "", "files": 1, "refused": 1, "rate": "100.00",
    }  # fmt: skip


def test_each_url_gives_as_many_rows(month: Organization, operator: User, api: Api) -> None:
    client = api(operator)
    answer = get(client, KPIS, OCTOBER).json()
    every = [*figures(answer).values(), *answer["ages"], answer["missing"]]
    wrong = []
    for one in every:
        rows = get(client, one["url"]).json()
        if not rows["count"] == len(rows["rows"]) == one["count"]:
            wrong.append(one["code"])

    assert not wrong
    assert len(every) > 20


def test_many_months_are_told_in_order(month: Organization, operator: User, api: Api) -> None:
    answer = get(api(operator), KPIS, {"period": "2026-11", "months": 3}).json()

    assert [one["period"] for one in answer["months"]] == ["2026-09", "2026-10", "2026-11"]
    assert [figures(answer, place)["lines"]["count"] for place in range(3)] == [0, 6, 0]


@pytest.mark.parametrize("query", [{}, {"period": "2026-13"}, OCTOBER | {"months": 0},
                                   OCTOBER | {"months": 25}])  # fmt: skip
def test_what_is_no_month_is_refused(operator: User, api: Api, query: dict[str, Any]) -> None:
    answer = get(api(operator), KPIS, query)

    assert answer.status_code == 400
    assert answer.json()["details"]["fields"]


def test_nobody_asks_for_rows_without_end(month: Organization, operator: User, api: Api) -> None:
    client = api(operator)
    far = get(client, f"{KPIS}/lines", OCTOBER | {"offset": 10**20})
    beyond = get(client, f"{KPIS}/lines", OCTOBER | {"offset": 1000})

    assert far.status_code == 400
    assert (beyond.json()["rows"], beyond.json()["count"]) == ([], 6)


def test_another_organization_is_refused(month: Organization, stranger: User, api: Api) -> None:
    client, named = api(stranger), {"organization_id": str(month.pk)}
    routes = (KPIS, f"{KPIS}/lines", f"{KPIS}.csv", f"{KPIS}.xlsx")
    daily = get(client, "/v1/reports/documents-per-day", named)

    assert [get(client, route, OCTOBER | named).status_code for route in routes] == [403] * 4
    assert daily.status_code == 403


def test_who_may_only_read_reads(
    month: Organization, person: Callable[..., User], api: Api
) -> None:
    assert get(api(person(Role.VIEWER, month)), KPIS, OCTOBER).status_code == 200


def test_documents_of_the_last_thirty_days(
    organization: Organization, operator: User, api: Api
) -> None:
    make_document(organization)
    make_document(organization)
    answer = get(api(operator), "/v1/reports/documents-per-day").json()
    today = f"{timezone.localdate():%Y-%m-%d}"

    assert len(answer["days"]) == 30
    assert answer["days"][-1] == {"day": today, "documents": 2}
    assert answer["total"] == Document.objects.count() == 2


def test_the_file_has_a_row_a_company_and_month(
    month: Organization, operator: User, api: Api
) -> None:
    answer = get(api(operator), f"{KPIS}.csv", OCTOBER)
    header, *rows = body_of(answer).decode("utf-8-sig").splitlines()
    told = dict(zip(header.split(";"), rows[0].split(";"), strict=True))

    assert len(rows) == 1
    assert (told["Competência"], told["Lançamentos"]) == ("01/10/2026", "6")
    assert (told["Em aberto"], told["Em aberto, R$"]) == ("2", "100,40")
    assert 'filename="relatorio-2026-10.csv"' in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_workbook_holds_numbers_and_no_formula(
    month: Organization, operator: User, api: Api
) -> None:
    month.name = "=SOMA(A1)"
    month.save()
    answer = get(api(operator), f"{KPIS}.xlsx", OCTOBER)
    book = load_workbook(BytesIO(body_of(answer)))
    header, row = list(book["Empresas e meses"].iter_rows(values_only=True))
    told = dict(zip(header, row, strict=True))

    assert told["Empresa"] == "'=SOMA(A1)"
    assert (told["Lançamentos"], told["Em aberto, R$"]) == (6, 100.4)
    assert book.sheetnames[1:] == [
        "Acerto da máquina", "Tempos", "Leitura por tipo", "Documentos por dia",
    ]  # fmt: skip
    assert len(list(book["Documentos por dia"].rows)) == 31


def test_screen_and_api_give_the_same_file(
    month: Organization, operator: User, api: Api, screen: Api
) -> None:
    place = "/admin/reconciliation/closing/relatorios/arquivo/"
    client = screen(operator)
    shown = client.get(f"{place}csv/", {"competencia": "2026-10"})

    assert body_of(shown) == body_of(get(api(operator), f"{KPIS}.csv", OCTOBER))
    assert client.get(f"{place}pdf/").status_code == 404


def test_the_report_of_a_period_answers_to_the_short_name_too(
    month: Organization, other_organization: Organization, operator: User, api: Api
) -> None:
    client, report = api(operator), "/v1/reports/reconciliation"
    days = {"from": "2026-10-01", "to": "2026-10-31"}
    named = get(client, report, days | {"org": str(month.pk)}).json()

    assert named == get(client, report, days | {"organization_id": str(month.pk)}).json()
    assert named["transactions"]["total"] == 6
    assert get(client, report, days | {"org": str(other_organization.pk)}).status_code == 403


def test_a_period_that_ends_before_it_begins_is_refused(operator: User, api: Api) -> None:
    backwards = {"from": "2026-10-31", "to": "2026-10-01"}
    answer = get(api(operator), "/v1/reports/reconciliation", backwards)

    assert (answer.status_code, answer.json()["code"]) == (400, "period_backwards")
