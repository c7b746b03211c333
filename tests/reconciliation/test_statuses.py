"""Statuses of documents and bank lines follow from the sums of what links them."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from psycopg import sql

from conciliacontag.organizations.models import Organization
from ingestion.models import Document, Transaction
from reconciliation.models import Reconciliation
from reconciliation.statuses import settle, settle_rows
from tests.data.rows import make_document, make_transaction


@pytest.fixture
def note(organization: Organization) -> Document:
    return make_document(organization, "100.00")


@pytest.fixture
def line(organization: Organization) -> Transaction:
    return make_transaction(organization, "-100.00")


def link(line: Transaction, note: Document | None, amount: str, **named: Any) -> Reconciliation:
    values = {"status": "matched", "score": 99, "reason": "Confere."} | named
    return Reconciliation.objects.create(
        organization=line.organization,
        transaction=line,
        document=note,
        amount=Decimal(amount),
        **values,
    )


def settled(line: Transaction, note: Document, **named: Any) -> tuple[str, str]:
    settle([line.pk, None], [str(note.pk), None], **named)
    line.refresh_from_db()
    note.refresh_from_db()
    return line.status, note.status


@pytest.mark.parametrize(
    ("amount", "difference", "kind", "expected"),
    [
        ("100.00", "0", "", ("reconciled", "reconciled")),
        ("99.99", "0", "", ("pending", "pending")),
        ("90.00", "10.00", "interest", ("reconciled", "pending")),
        ("90.00", "-10.00", "withheld", ("pending", "reconciled")),
        ("90.00", "10.00", "unexplained", ("pending", "pending")),
        ("100.00", "-10.00", "unexplained", ("reconciled", "reconciled")),
    ],
)
def test_a_named_difference_settles_its_side(
    line: Transaction,
    note: Document,
    amount: str,
    difference: str,
    kind: str,
    expected: tuple[str, str],
) -> None:
    named = {"difference": Decimal(difference), "difference_kind": kind}
    link(line, note, amount, **named)

    assert settled(line, note) == expected


def test_parts_are_added_up(organization: Organization, line: Transaction, note: Document) -> None:
    other = make_document(organization, "300.00")
    link(line, note, "60.00")
    link(line, other, "40.00")

    assert settled(line, note) == ("reconciled", "pending")


def test_a_line_without_a_note_is_unmatched(line: Transaction, note: Document) -> None:
    link(line, None, "100.00", status="unmatched", score=0)

    assert settled(line, note) == ("unmatched", "pending")


def test_what_is_used_up_is_reconciled_though_nothing_else_was_found(
    line: Transaction, note: Document
) -> None:
    link(line, note, "100.00")
    link(line, None, "0.00", status="unmatched", score=0)

    assert settled(line, note) == ("reconciled", "reconciled")


def test_what_is_taken_back_waits_again(line: Transaction, note: Document) -> None:
    row = link(line, note, "100.00")
    settled(line, note)
    row.delete()

    assert settled(line, note) == ("pending", "pending")


@pytest.mark.parametrize(
    ("before", "alone", "expected"),
    [
        ("pending", True, "unmatched"),
        ("pending", False, "pending"),
        ("unmatched", False, "unmatched"),
        ("reconciled", True, "unmatched"),
        ("reconciled", False, "pending"),
    ],
)
def test_a_note_that_nothing_speaks_of(
    line: Transaction, note: Document, before: str, alone: bool, expected: str
) -> None:
    Document.objects.update(status=before)

    assert settled(line, note, alone=[note.pk] if alone else [])[1] == expected


def test_a_note_that_was_proposed_waits_for_a_person(line: Transaction, note: Document) -> None:
    Document.objects.update(status="unmatched")
    link(line, note, "100.00", status="partial")

    assert settled(line, note, alone=[note.pk]) == ("pending", "pending")


def test_a_note_worth_nothing_is_never_paid(organization: Organization, line: Transaction) -> None:
    note = make_document(organization, "0.00")
    link(line, note, "0.00")

    assert settled(line, note)[1] == "pending"


def test_nothing_is_written_again(line: Transaction, note: Document) -> None:
    def version() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ctid::text FROM ingestion_document"
                " UNION ALL SELECT ctid::text FROM ingestion_transaction"
            )
            return list(cursor.fetchall())

    link(line, note, "100.00")
    settled(line, note)
    before = version()

    assert settled(line, note) == ("reconciled", "reconciled")
    assert version() == before


def test_others_are_left_as_they_are(
    organization: Organization, line: Transaction, note: Document
) -> None:
    other = make_transaction(organization, "50.00", status="reconciled")

    settled(line, note)
    other.refresh_from_db()
    assert other.status == "reconciled"


@pytest.mark.parametrize("rows", ["reconciliation_reconciliation", "nothing_new"])
def test_what_links_in_a_table_are_of_is_settled(
    organization: Organization, line: Transaction, note: Document, rows: str
) -> None:
    link(line, note, "100.00")
    link(make_transaction(organization, "7.00"), None, "7.00", status="unmatched", score=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE nothing_new AS SELECT * FROM reconciliation_reconciliation LIMIT 0"
        )
        settle_rows(cursor, sql.Identifier(rows))

    found = Transaction.objects.order_by("amount").values_list("status", flat=True)
    note.refresh_from_db()
    expected = ["reconciled", "unmatched", "reconciled"]
    assert [*found, note.status] == (expected if rows != "nothing_new" else ["pending"] * 3)
