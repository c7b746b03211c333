"""Correcting and forgetting over the API what was said of a table's columns."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import TableLayout, Transaction
from ingestion.services.mapping import Said, map_file
from tests.data.envelope import refusal
from tests.data.requests import forgiven
from tests.data.tables import as_csv
from tests.ingestion.conftest import Send

HEADER = ("Quando", "O que", "Quanto", "Saldo")
ROW = ("01/08/2026", "ALUGUEL", "-900,00", "100,00")
WRONG = Said(source="bank", columns={"date": 0, "amount": 3}, account="237/1/2")
Sign = Callable[..., Client]


@pytest.fixture
def operator(seller: Organization, person: Callable[..., User]) -> User:
    return person(Role.OPERATOR, seller)


@pytest.fixture
def layout(operator: User, send: Send) -> TableLayout:
    file = send(as_csv((HEADER, ROW)), "agosto.csv")
    return map_file(file, user=operator, said=WRONG)[0]


def path(layout: TableLayout) -> str:
    return f"/v1/table-layouts/{layout.pk}"


def patch(client: Client, layout: TableLayout, **body: Any) -> Any:
    return forgiven(client.patch(path(layout), body, content_type="application/json"))


def test_a_correction_touches_only_what_was_sent(
    layout: TableLayout, operator: User, api: Sign, send: Send
) -> None:
    right = {"date": 0, "memo": 1, "amount": 2}
    answer = patch(api(operator), layout, columns=right)
    send(as_csv((HEADER, ("05/10/2026", "LUZ", "-80,00", "20,00"))), "outubro.csv")

    assert (answer.status_code, answer.json()["columns"]) == (200, right)
    assert answer.json()["account"] == "237/1/2"
    assert str(Transaction.objects.get(memo="LUZ").amount) == "-80.00"
    assert AuditLog.objects.filter(action="layout.saved").count() == 2


def test_the_same_correction_again_writes_nothing(
    layout: TableLayout, operator: User, api: Sign
) -> None:
    answers = [patch(api(operator), layout, decimal=",") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert AuditLog.objects.filter(action="layout.saved").count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"columns": {"memo": 1}}, "columns.date"),
        ({"columns": {"date": 0, "amount": 9}}, "columns.amount"),
        ({"decimal": ";"}, "decimal"),
        ({"source": "cofre"}, "source"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_changes(
    body: dict[str, Any], field: str, layout: TableLayout, operator: User, api: Sign
) -> None:
    details = refusal(patch(api(operator), layout, **body), 400, "invalid")

    assert field in details["fields"]
    layout.refresh_from_db()
    assert layout.columns == WRONG.columns


def test_a_layout_is_forgotten_once(layout: TableLayout, operator: User, api: Sign) -> None:
    client = api(operator)
    first, again = (forgiven(client.delete(path(layout))) for _ in range(2))

    assert (first.status_code, again.status_code) == (204, 404)
    assert not TableLayout.objects.exists()
    assert AuditLog.objects.get(action="layout.removed").diff == {
        "name": "Quando, O que, Quanto, Saldo"
    }


def test_a_viewer_looks_and_changes_nothing(
    layout: TableLayout, seller: Organization, person: Callable[..., User], api: Sign
) -> None:
    client = api(person(Role.VIEWER, seller))

    assert client.get(path(layout)).json()["header"] == list(HEADER)
    refusal(patch(client, layout, decimal=","), 403, "permission_denied")
    refusal(forgiven(client.delete(path(layout))), 403, "permission_denied")
    assert TableLayout.objects.get().decimal == ""


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_another_companys_layout_is_not_there(
    method: str,
    layout: TableLayout,
    other_organization: Organization,
    person: Callable[..., User],
    api: Sign,
) -> None:
    client = api(person(Role.MANAGER, other_organization))
    ask = getattr(client, method)

    refusal(forgiven(ask(path(layout), content_type="application/json")), 404, "not_found")
