"""The desk for programs does what its screen does, with the same refusals."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.desk.standing import standing_of
from reconciliation.models import Reconciliation, Run
from tests.data.rows import make_document, make_doubt, make_transaction

Reconcile = Callable[..., Run]
Api = Callable[..., Client]
JSON = "application/json"


def post(client: Client, line: Transaction, word: str, **body: Any) -> Any:
    said = {"version": standing_of(line).version, **body}
    return client.post(f"/v1/desk/{line.pk}/{word}", said, content_type=JSON)


def test_the_queue_comes_page_by_page(organization: Organization, auditor: User, api: Api) -> None:
    lines = [make_transaction(organization, text) for text in ("1.00", "2.00", "3.00")]
    client, asked = api(auditor), {"period": "2026-10", "limit": "2"}
    first = client.get("/v1/desk", asked).json()
    second = client.get("/v1/desk", {**asked, "cursor": first["next_cursor"]}).json()

    told = [row["id"] for row in first["data"] + second["data"]]
    assert told == [str(line.pk) for line in lines]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_counts_are_those_of_the_queue(
    organization: Organization, auditor: User, api: Api, reconcile: Reconcile
) -> None:
    make_doubt(organization)
    make_transaction(organization, "-7.00")
    reconcile(organization)
    told = api(auditor).get("/v1/desk/counts", {"period": "2026-10"}).json()["data"]

    counts = {row["state"]: (row["count"], row["sum"]) for row in told}
    assert counts["a-decidir"] == (2, "807.00")
    assert counts["com-sugestao"] == (1, "800.00")


def test_a_line_is_decided_and_taken_back(
    organization: Organization, auditor: User, api: Api, reconcile: Reconcile
) -> None:
    _, line = make_doubt(organization)
    reconcile(organization)
    client = api(auditor)
    seen = client.get(f"/v1/desk/{line.pk}").json()
    first = seen["candidates"][0]
    choice = {"document_id": first["document_id"], "installment": first["installment"]}
    done = post(client, line, "decision", verdict="accept", choices=[choice]).json()
    undone = post(client, line, "undo").json()

    assert first["equation"].startswith("R$ 800,00 = NF-e")
    assert first["evidence"]
    assert (done["state"], undone["state"]) == ("matched", "waiting")
    assert auditor.name in done["told"]


def test_the_second_of_two_is_refused_with_409(
    organization: Organization, auditor: User, manager: User, api: Api
) -> None:
    line = make_transaction(organization, "3.00")
    seen = standing_of(line).version
    post(api(manager), line, "decision", verdict="no_document")
    answer = post(api(auditor), line, "decision", verdict="hold", version=seen)

    assert (answer.status_code, answer.json()["code"]) == (409, "line_changed")
    assert answer.json()["details"]["who"] == manager.name


def test_all_alike_by_program(organization: Organization, auditor: User, api: Api) -> None:
    lines = [make_transaction(organization, "-5.00", memo=f"TARIFA {n}") for n in range(3)]
    client = api(auditor)
    told = post(client, lines[0], "alike", verdict="no_document", dry_run=True).json()
    assert (len(told["decided"]), told["together"]) == (3, None)
    assert not Reconciliation.objects.exists()

    done = post(client, lines[0], "alike", verdict="no_document").json()
    undone = client.post(f"/v1/desk/together/{done['together']}/undo", content_type=JSON).json()
    assert len(done["decided"]) == len(undone["decided"]) == 3
    assert not Reconciliation.objects.exists()


def test_documents_are_looked_for(organization: Organization, auditor: User, api: Api) -> None:
    line, document = make_transaction(organization, "90"), make_document(organization, "99.50")
    told = api(auditor).get(f"/v1/desk/{line.pk}/documents", {"q": "99,50"}).json()["data"]

    assert [row["document_id"] for row in told] == [str(document.pk)]
    assert told[0]["difference"] == "-9.50"


@pytest.mark.parametrize("word", ["decision", "undo", "alike"])
def test_who_may_not_decide_is_refused(
    organization: Organization, operator: User, api: Api, word: str
) -> None:
    line = make_transaction(organization, "3.00")

    assert post(api(operator), line, word, verdict="hold").status_code == 403


def test_another_organizations_line_is_not_found(
    organization: Organization, other_organization: Organization, auditor: User, api: Api
) -> None:
    foreign = make_transaction(other_organization, "3.00")
    client = api(auditor)

    assert client.get(f"/v1/desk/{foreign.pk}").status_code == 404
    assert client.get(f"/v1/desk/{foreign.pk}/documents", {"q": "3"}).status_code == 404
    for word in ("decision", "undo", "alike"):
        assert post(client, foreign, word, verdict="hold").status_code == 404
    asked = {"period": "2026-10", "organization_id": str(other_organization.pk)}
    assert client.get("/v1/desk", asked).status_code == 403


@pytest.mark.parametrize(
    "asked", [{}, {"period": "2026-13"}, {"period": "2026-10", "cursor": "x"},
              {"period": "2026-10", "state": "tudo"}]
)  # fmt: skip
def test_what_cannot_be_asked_is_explained(
    organization: Organization, auditor: User, api: Api, asked: dict[str, str]
) -> None:
    assert api(auditor).get("/v1/desk", asked).status_code == 400
