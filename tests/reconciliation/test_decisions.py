"""What people decide about matches, and how the machine gives way."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from conciliacontag.errors import Conflict, NotAllowed
from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import MatchStatus
from reconciliation.engine import Outcome, match
from reconciliation.models import Reconciliation, ReconciliationStatus, Run
from reconciliation.services import confirm_match, propose_match, refuse_matches, undo_match
from tests.data.rows import make_document, make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]


def test_confirming_books_and_drops_the_other_proposals(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    documents, line = make_doubt(organization)
    reconcile(organization)
    proposal = Reconciliation.objects.get(document=documents[1])

    confirm_match(proposal, user=auditor)

    row = Reconciliation.objects.get()
    line.refresh_from_db()
    assert (row.status, row.document, row.performed_by) == ("matched", documents[1], auditor)
    assert line.status == MatchStatus.RECONCILED
    assert AuditLog.objects.filter(action="match.confirmed").count() == 1


def test_confirming_twice_changes_nothing(
    organization: Organization, auditor: User, manager: User, reconcile: Reconcile
) -> None:
    make_pair(organization)
    reconcile(organization)
    row = Reconciliation.objects.get()
    confirm_match(row, user=auditor)
    again = confirm_match(row, user=manager)

    assert again.performed_by == auditor
    assert AuditLog.objects.filter(action="match.confirmed").count() == 1


def test_no_run_touches_what_a_person_decided(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    documents, line = make_doubt(organization)
    refused = make_transaction(organization, "31.00")
    reconcile(organization)
    confirm_match(Reconciliation.objects.get(document=documents[1]), user=auditor)
    refuse_matches(refused, user=auditor, reason="tarifa")

    run = reconcile(organization, force=True)

    assert run.transactions == 0
    kept = Reconciliation.objects.by_people()
    assert set(kept.values_list("transaction_id", "status")) == {
        (line.pk, "matched"),
        (refused.pk, "unmatched"),
    }
    assert Reconciliation.objects.count() == 2


def test_an_undone_match_is_not_booked_again_unasked(
    organization: Organization, manager: User, reconcile: Reconcile
) -> None:
    document, line = make_pair(organization)
    reconcile(organization)

    assert undo_match(line, user=manager) is True
    assert undo_match(line, user=manager) is False
    reconcile(organization)

    document.refresh_from_db()
    row = Reconciliation.objects.get(transaction=line)
    assert row.status == ReconciliationStatus.PARTIAL
    assert document.is_open


def test_a_line_booked_by_a_person_is_not_booked_again(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    documents, line = make_doubt(organization)
    reconcile(organization)
    confirm_match(Reconciliation.objects.get(document=documents[0]), user=auditor)
    other = propose_match(line, documents[1], user=auditor)

    with pytest.raises(Conflict) as refused:
        confirm_match(other, user=auditor)
    assert refused.value.code == "transaction_already_reconciled"


def test_a_paid_document_is_not_paid_twice(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    document, _ = make_pair(organization, "50.00")
    reconcile(organization)
    second = make_transaction(organization, "50.00")

    with pytest.raises(Conflict) as refused:
        confirm_match(propose_match(second, document, user=auditor), user=auditor)
    assert refused.value.code == "document_already_reconciled"


def test_two_payments_settle_one_document(organization: Organization, auditor: User) -> None:
    document = make_document(organization, "1000.00")
    for amount in ("600.00", "450.00"):
        line = make_transaction(organization, amount)
        confirm_match(propose_match(line, document, user=auditor), user=auditor)
        document.refresh_from_db()
        assert document.is_open is (amount == "600.00")

    booked = Reconciliation.objects.order_by("created_at").values_list("amount", flat=True)
    assert list(booked) == [Decimal("600.00"), Decimal("400.00")]
    line.refresh_from_db()
    assert line.is_open  # R$ 50,00 of it are nobody's


def test_refusing_twice_is_one_decision(organization: Organization, auditor: User) -> None:
    line = make_transaction(organization, "12.00")
    first = refuse_matches(line, user=auditor, reason="aluguel")
    again = refuse_matches(line, user=auditor, reason="outra coisa")

    assert first == again
    assert AuditLog.objects.filter(action="match.refused").count() == 1


def test_only_roles_that_decide_decide(
    organization: Organization, operator: User, stranger: User
) -> None:
    line, document = make_transaction(organization, "5.00"), make_document(organization, "5.00")
    for user in (operator, stranger):
        with pytest.raises(NotAllowed):
            propose_match(line, document, user=user)
        with pytest.raises(NotAllowed):
            refuse_matches(line, user=user, reason="")


def test_an_auditor_undoes_own_decisions_only(
    organization: Organization, auditor: User, manager: User
) -> None:
    line, document = make_transaction(organization, "5.00"), make_document(organization, "5.00")
    confirm_match(propose_match(line, document, user=manager), user=manager)

    with pytest.raises(NotAllowed):
        undo_match(line, user=auditor)
    assert undo_match(line, user=manager)


def test_decisions_taken_while_the_engine_works_stand(
    organization: Organization, auditor: User, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, line = make_pair(organization)

    def interrupted(*opened: Any, **asked: Any) -> Outcome:
        refuse_matches(line, user=auditor, reason="devolução")
        return match(*opened, **asked)

    monkeypatch.setattr("reconciliation.services.match", interrupted)
    reconcile(organization)

    assert Reconciliation.objects.get().performed_by == auditor
    document.refresh_from_db()
    assert document.is_open
