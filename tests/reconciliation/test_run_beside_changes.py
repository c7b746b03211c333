"""A run books nothing on what has changed since it read it: the next run decides that."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from time import sleep
from uuid import UUID

import pytest
from django.db import connection

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from conciliacontag.visibility import visible
from ingestion.models import Document, MatchStatus, Transaction
from reconciliation.ledger import books
from reconciliation.models import Reconciliation, Run
from reconciliation.services import execute_run, start_run, sweep_runs
from tests.conftest import make_organization
from tests.data.rows import make_doubt, make_pair

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
