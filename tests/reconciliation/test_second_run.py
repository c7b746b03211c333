"""A run writes what changed, and nothing else."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Reconciliation, Run
from reconciliation.services import confirm_match, start_run
from reconciliation.versions import ENGINE
from tests.data.rows import make_document, make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]


def versions_of_rows() -> list[Any]:
    """Where each row stands in its table: it moves when the row is written, whatever is written."""
    tables = ("reconciliation_reconciliation", "ingestion_document", "ingestion_transaction")
    with connection.cursor() as cursor:
        found: list[Any] = []
        for table in tables:
            cursor.execute(f"SELECT id, ctid::text, xmin::text FROM {table} ORDER BY id")
            found += cursor.fetchall()
    return found


@pytest.fixture
def month(organization: Organization) -> None:
    for amount in ("100.00", "250.50", "31.00"):
        make_pair(organization, amount)
    make_doubt(organization)
    make_transaction(organization, "77.10")
    make_document(organization, "12345.67")


@pytest.mark.parametrize("force", [False, True])
def test_a_second_run_over_the_same_rows_writes_none(
    organization: Organization, month: None, reconcile: Reconcile, force: bool
) -> None:
    first = reconcile(organization)
    before = versions_of_rows()

    second = reconcile(organization, force=force)

    assert (first.written, second.written) == (6, 0)
    assert versions_of_rows() == before
    assert (second.partial, second.unmatched) == (first.partial, first.unmatched)


def test_a_new_statement_writes_what_it_brings(
    organization: Organization, month: None, reconcile: Reconcile
) -> None:
    reconcile(organization)
    before = set(Reconciliation.objects.values_list("pk", flat=True))
    make_pair(organization, "990.00")

    run = reconcile(organization)

    assert run.written == 1
    assert set(Reconciliation.objects.values_list("pk", flat=True)) > before


def test_a_full_run_says_what_the_small_ones_said(
    organization: Organization, reconcile: Reconcile
) -> None:
    def said() -> set[tuple[Any, ...]]:
        columns = ("transaction_id", "document_id", "status", "amount", "link")
        return set(Reconciliation.objects.values_list(*columns))

    for amount in ("100.00", "250.50", "31.00"):
        make_pair(organization, amount)
        reconcile(organization)
    in_steps = said()
    Reconciliation.objects.all().delete()

    reconcile(organization, force=True)
    assert said() == in_steps


def test_force_leaves_a_persons_word_alone(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    documents, _ = make_doubt(organization)
    reconcile(organization)
    chosen = confirm_match(Reconciliation.objects.get(document=documents[1]), user=auditor)
    reconcile(organization)
    before = versions_of_rows()

    assert reconcile(organization, force=True).written == 0
    assert versions_of_rows() == before
    assert Reconciliation.objects.get() == chosen


def test_another_engine_puts_everything_in_its_own_words(
    organization: Organization, month: None, reconcile: Reconcile
) -> None:
    reconcile(organization)
    Run.objects.update(engine="an older one")
    Reconciliation.objects.update(content_hash="of older words")

    assert reconcile(organization).written > 0


def test_a_run_tells_the_engine_that_wrote(
    organization: Organization, month: None, reconcile: Reconcile
) -> None:
    run = reconcile(organization)

    assert run.engine == ENGINE
    assert len(ENGINE) == 16
    assert Reconciliation.objects.exclude(run=run).count() == 0


def test_rows_of_the_same_link_share_its_identifier_for_ever(
    organization: Organization, reconcile: Reconcile
) -> None:
    make_pair(organization)
    reconcile(organization)
    kept = Reconciliation.objects.get().link
    Reconciliation.objects.all().delete()

    reconcile(organization, force=True)
    assert Reconciliation.objects.get().link == kept


def test_a_limited_run_leaves_the_rest_unwritten(
    organization: Organization, month: None, reconcile: Reconcile
) -> None:
    reconcile(organization)
    document, _ = make_pair(organization, "64.00")
    make_pair(organization, "65.00")
    run, _ = start_run(organization, requested_by=None, documents=[document.pk])

    assert reconcile(organization).pk == run.pk
    booked = Reconciliation.objects.matched().filter(amount__in=[Decimal(64), Decimal(65)])
    assert [row.document_id for row in booked] == [document.pk]
