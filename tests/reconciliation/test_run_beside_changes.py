"""A run books nothing on what has changed since it read it: the next run decides that."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Role
from conciliacontag.visibility import visible
from ingestion.models import Document, MatchStatus, Transaction
from reconciliation.allocating import Allocation
from reconciliation.ledger import books
from reconciliation.models import Reconciliation, Run
from reconciliation.services import (
    allocate,
    execute_run,
    propose_match,
    refuse_matches,
    start_run,
    sweep_runs,
)
from tests.conftest import make_organization, make_person
from tests.data.rows import make_document, make_doubt, make_pair

LONG_ENOUGH = 1.5  # seconds in which the other thread reads, compares and waits for the books
DEAR = Decimal("4321.00")


@pytest.fixture
def organization(committed: None) -> Organization:
    with session(EVERY):
        return make_organization("Padaria Aurora Ltda", 1)


def carry_out_beside(organization: Organization, change: Callable[[], object]) -> Run:
    """A run whose rows are changed between its reading and its writing."""
    run, _ = start_run(organization, requested_by=None)

    def deliver(run_id: UUID) -> None:
        visible.set("")
        execute_run(organization.pk, run_id)
        connection.close()

    with ThreadPoolExecutor(1) as other:
        with books(organization.pk):
            done = other.submit(deliver, run.pk)
            sleep(LONG_ENOUGH)
            change()
        done.result()
    with session(EVERY):
        run.refresh_from_db()
    return run


@pytest.mark.parametrize(
    "change",
    [
        lambda: Document.objects.update(total_amount=DEAR),
        lambda: Document.objects.update(fiscal_status="cancelled"),
        lambda: Transaction.objects.update(amount=DEAR),
        lambda: Transaction.objects.update(date="2026-01-02"),
    ],
)
def test_a_pair_that_changed_is_not_booked(
    organization: Organization, change: Callable[[], object]
) -> None:
    with session(EVERY):
        make_pair(organization)

    run = carry_out_beside(organization, change)

    with session(EVERY):
        assert not Reconciliation.objects.exists()
        assert run.matched == 0
        assert set(Document.objects.values_list("status", flat=True)) == {MatchStatus.PENDING}
        assert set(Transaction.objects.values_list("status", flat=True)) == {MatchStatus.PENDING}


def test_a_line_that_a_person_leaves_without_a_note_is_not_booked(
    organization: Organization,
) -> None:
    with session(EVERY):
        _, line = make_pair(organization)
        user = make_person(Role.AUDITOR, organization)

    run = carry_out_beside(
        organization, lambda: refuse_matches(line, user=user, reason="Aporte dos sócios.")
    )

    with session(EVERY):
        row = Reconciliation.objects.get()
        assert (row.performed_by, row.status, run.matched) == (user, "unmatched", 0)
        line.refresh_from_db()
        assert line.status == MatchStatus.UNMATCHED


def test_a_part_that_a_person_books_is_not_booked_again(organization: Organization) -> None:
    """Neither the note nor its line changes: both wait for their rest."""
    with session(EVERY):
        note, line = make_pair(organization)
        user = make_person(Role.AUDITOR, organization)
    part = Allocation(line.pk, note.pk, amount=Decimal("500.00"))
    before = versions(organization)

    run = carry_out_beside(organization, lambda: allocate(organization, [part], user=user))

    with session(EVERY):
        row = Reconciliation.objects.get()
        assert (row.performed_by, row.amount, run.matched) == (user, Decimal(500), 0)
    assert versions(organization) == before


def test_a_line_for_which_a_person_chose_another_note_is_not_booked(
    organization: Organization,
) -> None:
    """Choosing leaves a row and no act: the person has not confirmed it yet."""
    with session(EVERY):
        note, line = make_pair(organization)
        other = make_document(organization, "1600.00")
        user = make_person(Role.AUDITOR, organization)

    run = carry_out_beside(organization, lambda: propose_match(line, other, user=user))

    with session(EVERY):
        assert Reconciliation.objects.get().document == other
        assert run.matched == 0
        note.refresh_from_db()
        assert note.status == MatchStatus.PENDING


def test_a_file_that_brings_new_rows_changes_nothing_of_those_compared(
    organization: Organization,
) -> None:
    with session(EVERY):
        make_pair(organization)

    def upload() -> None:
        record(organization, "file.processed", organization, actor=None)
        make_pair(organization, "77.00")

    run = carry_out_beside(organization, upload)

    with session(EVERY):
        assert run.matched == 1
        assert Reconciliation.objects.get().amount == Decimal(1500)


def versions(organization: Organization) -> list[Any]:
    with session(EVERY), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, xmin::text FROM ingestion_document"
            " UNION ALL SELECT id, xmin::text FROM ingestion_transaction ORDER BY 1"
        )
        return list(cursor.fetchall())


def test_what_was_left_out_is_decided_by_the_next_run(organization: Organization) -> None:
    with session(EVERY):
        make_pair(organization)

    carry_out_beside(organization, lambda: Document.objects.update(total_amount=DEAR))

    assert sweep_runs() == 1


def test_a_doubt_keeps_the_candidates_that_did_not_change(organization: Organization) -> None:
    with session(EVERY):
        documents, line = make_doubt(organization)
    changed = Document.objects.filter(pk=documents[0].pk)

    carry_out_beside(organization, lambda: changed.update(total_amount=DEAR))

    with session(EVERY):
        rows = Reconciliation.objects.values_list("transaction_id", "document_id")
        assert list(rows) == [(line.pk, documents[1].pk)]
