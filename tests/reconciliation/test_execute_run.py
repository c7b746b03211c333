"""What one pass of the engine leaves in the rows."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import MatchStatus
from reconciliation.models import Reconciliation, ReconciliationStatus, Run, RunStatus
from reconciliation.services import execute_run, start_run
from tests.data.rows import make_document, make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]


def test_a_named_pair_is_booked(organization: Organization, reconcile: Reconcile) -> None:
    document, line = make_pair(organization)

    run = reconcile(organization)

    row = Reconciliation.objects.get()
    assert (row.document_id, row.transaction_id, row.status) == (document.pk, line.pk, "matched")
    assert row.score >= 95
    assert {evidence["factor"] for evidence in row.evidence} >= {"amount", "number", "tax_id"}
    assert (run.status, run.matched, run.documents, run.transactions) == (RunStatus.DONE, 1, 1, 1)


def test_booked_rows_become_reconciled(organization: Organization, reconcile: Reconcile) -> None:
    document, line = make_pair(organization)
    reconcile(organization)
    document.refresh_from_db()
    line.refresh_from_db()

    assert document.status == line.status == MatchStatus.RECONCILED


def test_every_candidate_of_a_doubt_is_a_proposal(
    organization: Organization, reconcile: Reconcile
) -> None:
    documents, line = make_doubt(organization)

    run = reconcile(organization)

    rows = Reconciliation.objects.filter(transaction=line)
    assert {row.document_id for row in rows} == {document.pk for document in documents}
    assert {row.status for row in rows} == {ReconciliationStatus.PARTIAL}
    assert (run.matched, run.partial, run.unmatched) == (0, 1, 0)


def test_a_line_without_candidate_says_why(
    organization: Organization, reconcile: Reconcile
) -> None:
    line = make_transaction(organization, "77.10")

    reconcile(organization)

    row = Reconciliation.objects.get()
    line.refresh_from_db()
    assert (row.status, row.document_id, row.amount) == ("unmatched", None, Decimal("77.10"))
    assert "Nenhuma nota" in row.reason
    assert line.status == MatchStatus.UNMATCHED


def test_a_note_for_which_nothing_was_found_is_unmatched(
    organization: Organization, reconcile: Reconcile
) -> None:
    document = make_document(organization, "99.00")
    reconcile(organization)
    document.refresh_from_db()

    assert document.status == MatchStatus.UNMATCHED


def test_declared_instalments_are_paid_one_by_one(
    organization: Organization, reconcile: Reconcile
) -> None:
    declared = [
        {"number": "001", "due_on": "2026-10-05", "amount": "600.00"},
        {"number": "002", "due_on": "2026-11-05", "amount": "400.00"},
    ]
    document = make_document(organization, "1000.00", number=77, installments=declared)
    make_transaction(organization, "600.00", memo=f"NF 77 {document.receiver_cnpj}")
    reconcile(organization)
    document.refresh_from_db()
    assert (Reconciliation.objects.get().installment, document.status) == ("001", "pending")

    make_transaction(
        organization, "400.00", memo=f"NF 77 {document.receiver_cnpj}", date="2026-11-05"
    )
    reconcile(organization)
    document.refresh_from_db()
    assert document.status == MatchStatus.RECONCILED


def test_instalments_that_do_not_add_up_are_ignored(
    organization: Organization, reconcile: Reconcile
) -> None:
    declared = [{"number": "001", "due_on": None, "amount": "1.00"}]
    make_pair(organization, installments=declared)
    reconcile(organization)

    assert Reconciliation.objects.get().installment == ""


def test_delivered_twice_it_works_once(organization: Organization, reconcile: Reconcile) -> None:
    make_doubt(organization)
    run = reconcile(organization)
    before = set(Reconciliation.objects.values_list("pk", flat=True))

    execute_run(organization.pk, run.pk)

    assert set(Reconciliation.objects.values_list("pk", flat=True)) == before
    assert AuditLog.objects.filter(action="run.finished").count() == 1


def test_a_later_run_replaces_proposals(organization: Organization, reconcile: Reconcile) -> None:
    documents, line = make_doubt(organization)
    reconcile(organization)
    make_document(organization, str(documents[0].total_amount))

    second = reconcile(organization)

    proposals = Reconciliation.objects.filter(transaction=line)
    assert {row.run_id for row in proposals} == {second.pk}
    assert proposals.count() == 3


def test_force_decides_again_what_only_the_machine_decided(
    organization: Organization, reconcile: Reconcile
) -> None:
    make_pair(organization)
    reconcile(organization)
    kept = Reconciliation.objects.get()

    assert reconcile(organization).transactions == 0
    assert Reconciliation.objects.get() == kept

    Reconciliation.objects.update(reason="outra razão", content_hash="")
    forced = reconcile(organization, force=True)
    again = Reconciliation.objects.get()
    assert (again.run_id, again.status) == (forced.pk, "matched")
    assert again.reason == kept.reason
    assert AuditLog.objects.filter(action="run.finished").count() == 3


def test_a_pass_limited_to_documents_stores_only_what_concerns_them(
    organization: Organization,
) -> None:
    wanted, _ = make_pair(organization)
    make_pair(organization, "60.00")
    run, _ = start_run(organization, requested_by=None, documents=[wanted.pk])

    execute_run(organization.pk, run.pk)

    assert [row.document_id for row in Reconciliation.objects.all()] == [wanted.pk]


def test_three_attempts_that_died_end_the_run(organization: Organization) -> None:
    run, _ = start_run(organization, requested_by=None)
    Run.objects.update(status="running", attempts=3, locked_until=timezone.now())

    execute_run(organization.pk, run.pk)

    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert "3 vezes" in run.error


def test_a_living_worker_is_not_overtaken(organization: Organization) -> None:
    make_pair(organization)
    run, _ = start_run(organization, requested_by=None)
    later = timezone.now() + timedelta(seconds=30)
    Run.objects.update(status="running", attempts=1, locked_until=later)

    execute_run(organization.pk, run.pk)

    assert not Reconciliation.objects.exists()


@pytest.mark.parametrize("rows", [3, 30])
def test_queries_do_not_grow_with_the_rows(
    organization: Organization, operator: User, rows: int, django_assert_max_num_queries: object
) -> None:
    for _ in range(rows):
        make_pair(organization, "10.00")
    run, _ = start_run(organization, requested_by=operator)

    with django_assert_max_num_queries(65):  # type: ignore[operator]
        execute_run(organization.pk, run.pk)
