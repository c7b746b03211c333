"""Runs and reconciliations over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Reconciliation, Run
from tests.data.rows import make_document, make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]
Screen = Callable[[User], Client]


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


def test_triggering_answers_202_then_200(operator: User, screen: Screen) -> None:
    client = screen(operator)
    first = post(client, "/v1/reconciliations/trigger")
    again = post(client, "/v1/reconciliations/trigger")

    assert (first.status_code, again.status_code) == (202, 200)
    assert first["Location"] == f"/v1/runs/{first.json()['id']}"
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["progress"] == {"done": 0, "total": 0, "percent": 0.0}


def test_the_same_address_answers_below_api(operator: User, screen: Screen) -> None:
    assert post(screen(operator), "/api/reconciliations/trigger").status_code == 202


def test_a_finished_run_tells_its_counts(
    organization: Organization, operator: User, screen: Screen, reconcile: Reconcile
) -> None:
    make_pair(organization)
    make_doubt(organization)
    run = reconcile(organization)

    said = screen(operator).get(f"/v1/runs/{run.pk}").json()
    assert (said["status"], said["matched"], said["partial"]) == ("done", 1, 1)
    assert said["progress"] == {"done": 2, "total": 2, "percent": 100.0}


def test_the_list_is_narrowed(
    organization: Organization, operator: User, screen: Screen, reconcile: Reconcile
) -> None:
    document, line = make_pair(organization)
    make_doubt(organization)
    reconcile(organization)
    client = screen(operator)

    def found(**filters: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = client.get("/v1/reconciliations", filters).json()["data"]
        return rows

    assert len(found()) == 3
    assert len(found(status="partial")) == 2
    (row,) = found(document=document.pk, transaction=line.pk)
    assert (row["amount"], row["performed_by"]) == ("1500.00", "system")
    assert client.get(f"/v1/reconciliations/{row['id']}").json()["evidence"] == row["evidence"]


def test_reading_a_page_costs_the_same_for_any_length(
    organization: Organization,
    operator: User,
    screen: Screen,
    reconcile: Reconcile,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(8):
        make_pair(organization, "10.00")
    reconcile(organization)
    client = screen(operator)

    with django_assert_max_num_queries(12):
        assert len(client.get("/v1/reconciliations").json()["data"]) == 8


def test_the_report_counts_by_status_and_period(
    organization: Organization, operator: User, screen: Screen, reconcile: Reconcile
) -> None:
    make_pair(organization)
    make_doubt(organization)
    reconcile(organization)
    client = screen(operator)

    inside = client.get("/v1/reports/reconciliation", {"from": "2026-10-05", "to": "2026-10-05"})
    outside = client.get("/v1/reports/reconciliation", {"from": "2026-10-06"})
    assert inside.json()["transactions"]["reconciled"] == {"count": 1, "amount": "1500.00"}
    assert inside.json()["reconciliations"]["partial"] == {"count": 2, "amount": "1600.00"}
    assert outside.json()["transactions"]["total"] == 0


def test_the_report_leaves_entries_of_the_ledger_out(
    organization: Organization, operator: User, screen: Screen
) -> None:
    make_transaction(organization, "10.00")
    make_transaction(organization, "500.00", source="ledger")

    report = screen(operator).get("/v1/reports/reconciliation").json()
    assert report["transactions"]["total"] == 1
    assert report["transactions"]["pending"] == {"count": 1, "amount": "10.00"}


def test_a_wrong_day_is_a_clear_400(operator: User, screen: Screen) -> None:
    answer = screen(operator).get("/v1/reports/reconciliation", {"from": "05/10/2026"})

    assert answer.status_code == 400
    assert "from" in answer.json()["details"]["fields"]


@pytest.mark.parametrize("role", ["auditor", "viewer"])
def test_roles_that_do_not_send_may_not_trigger(
    organization: Organization, person: Callable[..., User], screen: Screen, role: str
) -> None:
    answer = post(screen(person(role, organization)), "/v1/reconciliations/trigger")

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_foreign_rows_do_not_exist(
    organization: Organization, stranger: User, screen: Screen, reconcile: Reconcile
) -> None:
    make_pair(organization)
    run = reconcile(organization)
    row = Reconciliation.objects.get()
    client = screen(stranger)

    for path in (f"/v1/runs/{run.pk}", f"/v1/reconciliations/{row.pk}", f"/v1/runs/{uuid4()}"):
        assert client.get(path).status_code == 404
    assert client.get("/v1/reconciliations").json()["data"] == []
    foreign = make_document(organization)
    trigger = post(client, "/v1/reconciliations/trigger", document_ids=[str(foreign.pk)])
    assert trigger.status_code == 404
    named = post(client, "/v1/reconciliations/trigger", organization_id=str(organization.pk))
    assert (named.status_code, named.json()["code"]) == (403, "organization_mismatch")
