"""What a run leaves does not depend on how its rows were cut into batches."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from conciliacontag import database
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, MatchStatus, Transaction
from reconciliation.models import Reconciliation, Run
from tests.data.rows import make_document, make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]
PARTS = [
    {"number": "001", "due_on": "2026-10-05", "amount": "600.00"},
    {"number": "002", "due_on": "2026-11-05", "amount": "400.00"},
]


@pytest.fixture(params=[1, 2, 5_000])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(database, "BATCH", request.param)
    return int(request.param)


def pay_in_two(organization: Organization) -> Document:
    note = make_document(organization, "1000.00", number=77, installments=PARTS)
    for amount, day in (("600.00", "2026-10-05"), ("400.00", "2026-11-05")):
        memo = f"NF 77 {note.receiver_cnpj}"
        make_transaction(organization, amount, memo=memo, date=day)
    return note


def statuses(model: type[Document] | type[Transaction]) -> list[str]:
    return sorted(model.objects.values_list("status", flat=True))


def test_a_note_paid_by_rows_of_two_batches_is_reconciled(
    organization: Organization, reconcile: Reconcile, batch: int
) -> None:
    note = pay_in_two(organization)

    run = reconcile(organization)

    note.refresh_from_db()
    assert (run.matched, note.status) == (2, MatchStatus.RECONCILED)
    assert statuses(Transaction) == [MatchStatus.RECONCILED] * 2


def test_a_line_whose_proposals_come_in_two_batches_waits(
    organization: Organization, reconcile: Reconcile, batch: int
) -> None:
    make_doubt(organization)
    Transaction.objects.update(status=MatchStatus.UNMATCHED)

    run = reconcile(organization)

    assert (run.partial, run.written) == (1, 2)
    assert statuses(Transaction) == [MatchStatus.PENDING]
    assert statuses(Document) == [MatchStatus.PENDING] * 2


def test_what_no_row_is_of_is_settled_too(
    organization: Organization, reconcile: Reconcile, batch: int
) -> None:
    make_pair(organization)
    make_document(organization, "99.00")
    make_transaction(organization, "77.10")

    run = reconcile(organization)

    assert (run.matched, run.unmatched) == (1, 1)
    assert statuses(Document) == statuses(Transaction) == ["reconciled", "unmatched"]


def test_a_line_whose_note_went_is_unmatched(
    organization: Organization, reconcile: Reconcile, batch: int
) -> None:
    note, _ = make_pair(organization)
    reconcile(organization)
    Document.objects.update(fiscal_status="cancelled", status=MatchStatus.PENDING)
    Reconciliation.objects.update(alert="")

    reconcile(organization, force=True)

    assert statuses(Transaction) == [MatchStatus.UNMATCHED]
    assert not Reconciliation.objects.filter(document=note, alert="").exists()


def test_each_line_and_note_is_written_once(
    organization: Organization, reconcile: Reconcile, batch: int
) -> None:
    pay_in_two(organization)
    make_pair(organization)
    written: list[int] = []

    def count(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        done = execute(sql, params, many, context)
        if isinstance(sql, str) and sql.startswith("UPDATE ingestion_"):
            written.append(context["cursor"].rowcount)
        return done

    with connection.execute_wrapper(count):
        reconcile(organization)
    assert sum(written) == 5
