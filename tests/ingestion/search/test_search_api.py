"""The search box over the API and on the page: everything a person may see, and nothing else."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from conciliacontag.errors import Unavailable
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document
from ingestion.services.indexing import rebuild_index
from tests.data.envelope import refusal
from tests.data.requests import get
from tests.data.rows import CUSTOMER, DAY, make_document, make_transaction

Sign = Callable[..., Client]
PAGE = "/admin/buscar"


@pytest.fixture
def filled(organization: Organization, other_organization: Organization) -> Document:
    document = make_document(organization, "1234.56", number=4242)
    make_transaction(organization, "-1234.56", memo="TED MERCADO HORIZONTE")
    make_document(other_organization, "1234.56", number=777)
    for row in (organization, other_organization):
        rebuild_index(row)
    return document


def found(client: Client, typed: str, **more: Any) -> list[dict[str, Any]]:
    answer = get(client, "/v1/search", {"q": typed, **more})
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("4242", {"document"}),
        (CUSTOMER, {"document"}),
        (CUSTOMER[:8], {"document"}),
        ("1.234,56", {"document", "transaction"}),
        ("horizonte", {"document", "transaction"}),
        ("ted merc", {"transaction"}),
        ("05/10/2026", {"document", "transaction"}),
        ("777", set()),
    ],
)
def test_each_way_of_asking(
    filled: Document, operator: User, api: Sign, typed: str, kinds: set[str]
) -> None:
    assert {row["kind"] for row in found(api(operator), typed)} == kinds


def test_the_state_is_that_of_now(filled: Document, operator: User, api: Sign) -> None:
    Document.objects.filter(pk=filled.pk).update(status="reconciled")

    row = found(api(operator), filled.key)[0]
    assert (row["id"], row["status"], row["amount"]) == (str(filled.pk), "reconciled", "1234.56")


def test_money_that_left_keeps_its_sign(filled: Document, operator: User, api: Sign) -> None:
    assert found(api(operator), "ted")[0]["amount"] == "-1234.56"


def test_somebody_elses_rows_are_not_found(
    filled: Document, stranger: User, api: Sign, organization: Organization
) -> None:
    assert found(api(stranger), filled.key) == []
    assert len(found(api(stranger), "horizonte")) == 1
    named = {"q": "horizonte", "organization_id": str(organization.pk)}
    refusal(get(api(stranger), "/v1/search", named), 403, "organization_mismatch")


def test_pages_lead_through_everything(
    organization: Organization, operator: User, api: Sign
) -> None:
    for number in range(5):
        make_document(organization, number=100 + number, issue_date=DAY + timedelta(days=number))
    rebuild_index(organization)
    client, seen, cursor = api(operator), [], ""
    for _ in range(3):
        answer = get(client, "/v1/search", {"q": "horizonte", "limit": 2, "cursor": cursor}).json()
        seen += [row["day"] for row in answer["data"]]
        cursor = answer["next_cursor"] or ""

    assert seen == [str(DAY + timedelta(days=number)) for number in reversed(range(5))]
    assert not answer["has_more"]


def test_a_cursor_of_another_search_is_refused(filled: Document, operator: User, api: Sign) -> None:
    first = get(api(operator), "/v1/search", {"q": "1.234,56", "limit": 1}).json()
    again = {"q": "horizonte", "cursor": first["next_cursor"]}

    refusal(get(api(operator), "/v1/search", again), 400, "invalid")
    refusal(get(api(operator), "/v1/search", {"q": "x", "cursor": "falso"}), 400, "invalid")
    refusal(get(api(operator), "/v1/search"), 400, "invalid")


def test_the_page_groups_what_was_found(
    filled: Document, operator: User, screen: Callable[[User], Client]
) -> None:
    page = screen(operator).get(PAGE, {"q": "horizonte"}).content.decode()

    assert "Documentos (1)" in page
    assert "Lançamentos (1)" in page
    assert f"/admin/ingestion/document/{filled.pk}/change/" in page
    assert "R$ 1.234,56" in page


def test_the_page_helps_when_nothing_is_typed_or_found(
    operator: User, screen: Callable[[User], Client]
) -> None:
    client = screen(operator)

    assert "O que você procura?" in client.get(PAGE).content.decode()
    nothing = client.get(PAGE, {"q": "<b>zzz"}).content.decode()
    assert "Nada encontrado para “&lt;b&gt;zzz”" in nothing


def test_the_page_says_that_the_index_is_down(
    operator: User, screen: Callable[[User], Client], settings: Any
) -> None:
    settings.SEARCH_INDEX = f"{__name__}.Down"
    answer = screen(operator).get(PAGE, {"q": "horizonte"})

    assert answer.status_code == 503
    assert "A busca não respondeu." in answer.content.decode()


class Down:
    """An index whose server does not answer."""

    def find(self, *_: Any, **__: Any) -> Any:
        raise Unavailable


def test_every_page_has_the_box(operator: User, screen: Callable[[User], Client]) -> None:
    page = screen(operator).get("/admin/").content.decode()

    assert 'action="/admin/buscar"' in page
    assert "js/search.js" in page


def test_the_page_is_for_people_who_are_logged_in(everything: None) -> None:
    assert Client().get(PAGE, {"q": "x"}).status_code == 302


def test_everybody_who_may_read_may_search(
    filled: Document, person: Any, api: Sign, organization: Organization
) -> None:
    viewer = person(Role.VIEWER, organization)

    row = found(api(viewer), "horizonte", organization_id=str(organization.pk))[0]
    assert Decimal(row["amount"]).copy_abs() == Decimal("1234.56")
    assert date.fromisoformat(row["day"]) == DAY
