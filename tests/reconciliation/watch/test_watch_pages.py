"""The watch over HTTP and on the screen: each count leads to as many rows."""

from collections.abc import Callable

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from tests.data.requests import body_of, get
from tests.data.rows import make_document, make_transaction

Screen = Callable[[User], Client]
PAGES = "/admin/reconciliation/closing/pendencias/"
OCTOBER = {"competencia": "2026-10"}


@pytest.fixture
def month(organization: Organization) -> Organization:
    make_document(organization, "10.00", number=1)
    make_document(organization, "20.00", number=3)
    for number in range(60):
        make_transaction(organization, f"-{number + 1}.00", memo="PIX ENVIADO", payee="=OFICINA")
    return organization


def test_every_count_is_a_link_to_as_many_rows(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    lists = get(client, "/v1/watch", {"period": "2026-10"}).json()["lists"]

    assert {one["code"] for one in lists if one["count"]} >= {
        "payments_without_note",
        "number_gaps",
        "overdue",
    }
    for one in lists:
        for part in (one, *one["groups"]):
            shown = client.get(part["page"])
            assert shown.context["rows"].paginator.count == part["count"], part["page"]
        assert len(get(client, one["url"]).json()["rows"]) == one["count"]


def test_the_overview_shows_the_counts(month: Organization, operator: User, screen: Screen) -> None:
    page = screen(operator).get(PAGES, OCTOBER).content.decode()

    assert "Pendências de outubro de 2026" in page
    assert "Pagamentos sem nota" in page
    assert ">60</a>" in page


def test_long_lists_have_pages(month: Organization, operator: User, screen: Screen) -> None:
    client = screen(operator)
    second = client.get(f"{PAGES}payments_without_note/", OCTOBER | {"pagina": "2"})

    assert "60 linhas, página 2 de 2" in second.content.decode()
    assert len(second.context["rows"].object_list) == 10


def test_the_request_is_copied_and_downloaded(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    said = get(client, "/v1/watch/request", {"period": "2026-10"}).json()
    page = client.get(f"{PAGES}pedido/", OCTOBER).content.decode()
    text = client.get(f"{PAGES}pedido/txt/", OCTOBER)

    assert 'data-copy="Olá!' in page
    assert said["text"].splitlines()[0] in page
    assert body_of(text).decode("utf-8-sig").splitlines() == said["text"].splitlines()
    assert 'filename="pendencias-empresa-1-2026-10.txt"' in text["Content-Disposition"]
    same = get(client, "/v1/watch/request.txt", {"period": "2026-10"})
    assert body_of(same) == body_of(text)


def test_the_spreadsheet_has_a_row_each_and_no_formula(
    month: Organization, operator: User, screen: Screen
) -> None:
    answer = get(screen(operator), "/v1/watch/request.csv", {"period": "2026-10"})
    lines = body_of(answer).decode("utf-8-sig").splitlines()

    assert lines[0] == "O que falta;Data;Valor (R$);Contraparte;Detalhe;Observação"
    assert len(lines) == 1 + 61
    assert lines[1].startswith("Notas de pagamentos que saíram da conta;05/10/2026;1,00;'=OFICINA;")


@pytest.mark.parametrize("path", ["", "/request", "/request.csv", "/payments_without_note"])
def test_others_and_wrong_months_are_refused(
    month: Organization, operator: User, stranger: User, screen: Screen, path: str
) -> None:
    asked = {"period": "2026-10", "organization_id": str(month.pk)}
    assert get(screen(stranger), f"/v1/watch{path}", asked).status_code == 403
    wrong = get(screen(operator), f"/v1/watch{path}", {"period": "10/2026"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid")


def test_another_company_s_page_shows_nothing_of_it(
    month: Organization, stranger: User, screen: Screen
) -> None:
    page = screen(stranger).get(
        f"{PAGES}payments_without_note/", OCTOBER | {"empresa": month.tenant_key}
    )

    assert page.context["rows"].paginator.count == 0


def test_an_unknown_list_or_file_is_404(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    for path in ("nada/", "pedido/pdf/"):
        assert client.get(f"{PAGES}{path}", OCTOBER).status_code == 404
    assert get(client, "/v1/watch/nada", {"period": "2026-10"}).status_code == 404


def test_several_companies_are_chosen_first(
    organization: Organization,
    other_organization: Organization,
    person: Callable[..., User],
    screen: Screen,
) -> None:
    client = screen(person("viewer", organization, other_organization))
    page = client.get(PAGES, OCTOBER).content.decode()

    assert "Escolha a empresa" in page
    assert f"empresa={other_organization.tenant_key}" in page
    assert client.get(f"{PAGES}pedido/", OCTOBER).status_code == 404
