"""Suppliers' preferences over the API and on their pages: thin skins over one service."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import SupplierPreference
from ingestion.services.preferences import save_preference
from tests.data.envelope import refusal
from tests.data.identity import cnpj
from tests.data.requests import get, post

Sign = Callable[..., Client]
ROUTE = "/v1/supplier-preferences"
LIST = "/admin/ingestion/supplierpreference/"
SUPPLIER = cnpj(900)
BODY = {"supplier": SUPPLIER, "operation": "resale", "debit": "1140101"}


@pytest.fixture
def saved(organization: Organization, manager: User) -> SupplierPreference:
    values = {"operation": "resale", "debit": "1140101"}
    return save_preference(organization, user=manager, supplier=SUPPLIER, values=values)[0]


def test_saying_it_twice_answers_the_same_preference(
    organization: Organization, manager: User, api: Sign
) -> None:
    first, again = (post(api(manager), ROUTE, **BODY) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert get(api(manager), ROUTE, {"supplier": SUPPLIER}).json()["data"] == [again.json()]


def test_a_change_touches_only_what_was_sent(
    saved: SupplierPreference, manager: User, api: Sign
) -> None:
    path = f"{ROUTE}/{saved.pk}"
    answer = api(manager).patch(path, {"credit": "7"}, content_type="application/json").json()

    assert (answer["credit"], answer["debit"], answer["operation"]) == ("7", "1140101", "resale")
    assert get(api(manager), path).json() == answer


def test_wrong_values_are_named(organization: Organization, manager: User, api: Sign) -> None:
    answer = post(api(manager), ROUTE, **BODY | {"debit": "x", "cfop": "9999"})

    refusal(answer, 400, "invalid")
    assert set(answer.json()["details"]["fields"]) == {"debit", "cfop"}


def test_a_preference_can_be_removed(saved: SupplierPreference, manager: User, api: Sign) -> None:
    path = f"{ROUTE}/{saved.pk}"

    assert api(manager).delete(path).status_code == 204
    refusal(get(api(manager), path), 404, "not_found")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.VIEWER])
def test_who_may_not_configure_reads_only(
    saved: SupplierPreference, person: Any, organization: Organization, api: Sign, role: str
) -> None:
    client = api(person(role, organization))

    assert get(client, ROUTE).status_code == 200
    refusal(post(client, ROUTE, **BODY), 403, "permission_denied")
    assert client.delete(f"{ROUTE}/{saved.pk}").status_code == 403


def test_a_person_says_it_on_the_page(
    organization: Organization, manager: User, screen: Callable[[User], Client]
) -> None:
    form = {"organization": str(organization.pk), **BODY, "supplier": "00.000.900/0001-90"}
    form["supplier"] = SUPPLIER
    answer = screen(manager).post(f"{LIST}add/", form)

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert SupplierPreference.objects.get().debit == "1140101"
    assert "Nova preferência" not in screen(manager).get(LIST).content.decode()


def test_what_is_wrong_is_said_beside_what_was_typed(
    organization: Organization, manager: User, screen: Callable[[User], Client]
) -> None:
    form = {"organization": str(organization.pk), **BODY, "debit": "12a"}
    answer = screen(manager).post(f"{LIST}add/", form)
    page = answer.content.decode()

    assert answer.status_code == 400
    assert "A conta débito tem só algarismos" in page
    assert 'value="12a"' in page


def test_a_second_one_for_a_supplier_is_refused_with_a_way_to_the_first(
    saved: SupplierPreference, manager: User, screen: Callable[[User], Client]
) -> None:
    form = {"organization": str(saved.organization_id), "supplier": SUPPLIER, "cfop": "1102"}
    answer = screen(manager).post(f"{LIST}add/", form)
    page = answer.content.decode()

    assert answer.status_code == 400
    assert "Já há uma preferência para este fornecedor" in page
    assert f'href="{LIST}{saved.pk}/change/"' in page
    saved.refresh_from_db()
    assert (saved.operation, saved.cfop, saved.debit) == ("resale", "", "1140101")


def test_the_page_of_one_changes_and_removes_it(
    saved: SupplierPreference, manager: User, screen: Callable[[User], Client]
) -> None:
    client, path = screen(manager), f"{LIST}{saved.pk}/change/"
    assert "Guardar" in client.get(path).content.decode()
    client.post(path, {"operation": "service", "debit": "5"})
    saved.refresh_from_db()
    assert (saved.operation, saved.debit) == ("service", "5")

    client.post(path, {"remove": "1"})
    assert not SupplierPreference.objects.exists()


def test_an_operator_sees_the_page_without_buttons(
    saved: SupplierPreference, operator: User, screen: Callable[[User], Client]
) -> None:
    client = screen(operator)

    assert "Guardar" not in client.get(f"{LIST}{saved.pk}/change/").content.decode()
    assert client.get(f"{LIST}add/").status_code == 403
    client.post(f"{LIST}{saved.pk}/change/", {"remove": "1"})
    assert SupplierPreference.objects.exists()
