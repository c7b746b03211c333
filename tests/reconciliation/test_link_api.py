"""Links decided over HTTP: accept, undo, allocate; twice, in a race, by the wrong person."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.models import Reconciliation
from tests.data.links import make_booking, make_group
from tests.data.rows import make_document, make_transaction

Screen = Callable[[User], Client]
ACCEPT = "/v1/reconciliations/{}/accept"
UNDO = "/v1/reconciliations/{}/undo"
ALLOCATE = "/v1/reconciliations/allocate"


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


@pytest.fixture
def rows(organization: Organization) -> list[Reconciliation]:
    documents = [make_document(organization, amount) for amount in ("600.00", "400.00")]
    line = make_transaction(organization, "1000.00")
    return make_group(organization, documents, line, status="partial")


def allocation(line: Transaction, document: Document, **named: Any) -> dict[str, Any]:
    return {"transaction_id": str(line.pk), "document_id": str(document.pk), **named}


def test_a_link_is_accepted_and_undone(
    rows: list[Reconciliation], auditor: User, screen: Screen
) -> None:
    client = screen(auditor)
    accepted = post(client, ACCEPT.format(rows[0].pk)).json()
    assert accepted["link"] == str(rows[0].link)
    assert [row["status"] for row in accepted["reconciliations"]] == ["matched"] * 2
    assert post(client, ACCEPT.format(rows[1].pk)).json() == accepted

    undone = post(client, UNDO.format(rows[1].pk)).json()
    assert [row["status"] for row in undone["reconciliations"]] == ["partial"] * 2
    assert post(client, UNDO.format(rows[0].pk)).json() == undone


def test_other_amounts_are_accepted(
    rows: list[Reconciliation], auditor: User, screen: Screen
) -> None:
    share = {
        "reconciliation_id": str(rows[0].pk), "amount": "590.00", "difference": "-10.00",
        "difference_kind": "discount",
    }  # fmt: skip
    said = post(screen(auditor), ACCEPT.format(rows[0].pk), allocations=[share]).json()

    first = next(row for row in said["reconciliations"] if row["id"] == str(rows[0].pk))
    assert (first["amount"], first["difference"]) == ("590.00", "-10.00")
    assert first["difference_kind"] == "discount"


def test_a_payment_is_divided_by_hand(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    notes = [make_document(organization, amount) for amount in ("600.00", "400.00")]
    line = make_transaction(organization, "1000.00")
    body = {"allocations": [allocation(line, note) for note in notes], "note": "Pago junto."}
    first, again = (post(screen(auditor), ALLOCATE, **body) for _ in "12")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert [row["amount"] for row in first.json()["reconciliations"]] == ["600.00", "400.00"]
    assert first.json()["reconciliations"][0]["reason"] == "Pago junto."


def test_who_comes_second_gets_409(
    organization: Organization, auditor: User, manager: User, screen: Screen
) -> None:
    line = make_transaction(organization, "600.00")
    notes = [make_document(organization, "600.00") for _ in range(2)]
    post(screen(manager), ALLOCATE, allocations=[allocation(line, notes[0])])
    late = post(screen(auditor), ALLOCATE, allocations=[allocation(line, notes[1], amount="600")])

    assert (late.status_code, late.json()["code"]) == (409, "transaction_already_reconciled")
    assert manager.name in late.json()["message"]


def test_a_replaced_proposal_is_409(
    rows: list[Reconciliation], auditor: User, screen: Screen
) -> None:
    other = make_document(rows[0].organization, "1000.00")
    line = rows[0].transaction
    assert line is not None
    chosen = make_booking(line, other, "1000.00", status="partial")
    gone = rows[0].pk
    post(screen(auditor), ACCEPT.format(chosen.pk))

    assert post(screen(auditor), ACCEPT.format(gone)).status_code == 404
    assert Reconciliation.objects.get() == chosen


def test_amounts_beyond_the_line_are_422(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    line, note = make_transaction(organization, "80.00"), make_document(organization, "100.00")
    said = post(screen(auditor), ALLOCATE, allocations=[allocation(line, note, amount="80.01")])

    assert (said.status_code, said.json()["code"]) == (422, "allocation_exceeds_line")
    assert "R$ 0,01" in said.json()["message"]


@pytest.mark.parametrize(
    "broken",
    [{"amount": "muito"}, {"difference_kind": "presente"}, {"transaction_id": "7"}],
)
def test_malformed_requests_are_400(
    organization: Organization, auditor: User, screen: Screen, broken: dict[str, str]
) -> None:
    line, note = make_transaction(organization, "80.00"), make_document(organization, "100.00")
    asked = allocation(line, note) | broken
    assert post(screen(auditor), ALLOCATE, allocations=[asked]).status_code == 400
    assert post(screen(auditor), ALLOCATE, allocations=[]).status_code == 400
    assert not Reconciliation.objects.exists()


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_roles_that_do_not_decide_may_not(
    rows: list[Reconciliation], person: Callable[..., User], screen: Screen, role: str
) -> None:
    client = screen(person(role, rows[0].organization))
    line, note = rows[0].transaction, rows[0].document
    assert line is not None
    assert note is not None
    for path in (ACCEPT.format(rows[0].pk), UNDO.format(rows[0].pk)):
        assert post(client, path).status_code == 403
    assert post(client, ALLOCATE, allocations=[allocation(line, note)]).status_code == 403
    assert not Reconciliation.objects.matched().exists()


def test_links_of_others_do_not_exist(
    rows: list[Reconciliation], person: Callable[..., User], screen: Screen,
    other_organization: Organization,
) -> None:  # fmt: skip
    client = screen(person("manager", other_organization))
    line, note = rows[0].transaction, rows[0].document
    assert line is not None
    assert note is not None
    for path in (ACCEPT, UNDO):
        assert post(client, path.format(rows[0].pk)).status_code == 404
        assert post(client, path.format(uuid4())).status_code == 404
    assert post(client, ALLOCATE, allocations=[allocation(line, note)]).status_code == 404
    named = post(
        client, ALLOCATE, allocations=[allocation(line, note)],
        organization_id=str(rows[0].organization_id),
    )  # fmt: skip
    assert (named.status_code, named.json()["code"]) == (403, "organization_mismatch")
    assert not Reconciliation.objects.matched().exists()


def test_the_list_is_narrowed_by_link_and_alert(
    rows: list[Reconciliation], auditor: User, screen: Screen
) -> None:
    client = screen(auditor)
    found = client.get("/v1/reconciliations", {"link": str(rows[0].link)}).json()["data"]
    assert {row["id"] for row in found} == {str(row.pk) for row in rows}
    alerts = client.get("/v1/reconciliations", {"alert": "document_cancelled"})
    assert alerts.json()["data"] == []
