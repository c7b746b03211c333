"""Taking a decision back brings back what had given way to it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.allocating import Allocation
from reconciliation.decisions import Share
from reconciliation.desk.models import Displaced
from reconciliation.models import Reconciliation, Run
from reconciliation.services import (
    accept_link,
    allocate,
    confirm_match,
    propose_match,
    refuse_matches,
    undo_link,
    undo_match,
)
from tests.data.links import make_booking, make_group
from tests.data.rows import make_document, make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]


def said(line: Transaction) -> set[tuple[Any, ...]]:
    """What stands of a line, but for who touched it last."""
    rows = Reconciliation.objects.filter(transaction=line)
    columns = ("document_id", "status", "amount", "difference", "score", "reason", "link")
    return set(rows.values_list(*columns))


@pytest.fixture
def doubt(organization: Organization, reconcile: Reconcile) -> tuple[list[Document], Transaction]:
    """A line with two proposals of the machine."""
    made = make_doubt(organization)
    reconcile(organization)
    return made


def test_the_other_candidates_come_back(
    doubt: tuple[list[Document], Transaction], auditor: User
) -> None:
    documents, line = doubt
    before = said(line)
    confirm_match(Reconciliation.objects.get(document=documents[1]), user=auditor)
    assert len(said(line)) == 1

    undo_match(line, user=auditor)

    assert said(line) == before
    assert Reconciliation.objects.by_machine().get().document == documents[0]
    assert not Displaced.objects.exists()


def test_a_refusal_gives_the_candidates_back(
    doubt: tuple[list[Document], Transaction], auditor: User
) -> None:
    _, line = doubt
    before = said(line)
    refuse_matches(line, user=auditor, reason="aluguel")
    undo_match(line, user=auditor)

    assert said(line) == before
    assert not Reconciliation.objects.by_people().exists()


def test_why_nothing_was_found_comes_back(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    line = make_transaction(organization, "77.00")
    reconcile(organization)
    before = said(line)
    refuse_matches(line, user=auditor, reason="")
    undo_match(line, user=auditor)
    assert said(line) == before

    note = make_document(organization, "9999.00")
    confirm_match(propose_match(line, note, user=auditor), user=auditor)
    undo_match(line, user=auditor)
    assert before < said(line)


def test_what_the_machine_had_booked_is_booked_again(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    document, line = make_pair(organization)
    reconcile(organization)
    before = said(line)
    refuse_matches(line, user=auditor, reason="engano")
    document.refresh_from_db()
    assert document.is_open

    undo_match(line, user=auditor)

    document.refresh_from_db()
    assert said(line) == before
    assert not document.is_open


def test_a_booking_whose_note_was_paid_meanwhile_is_proposed(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    document, line = make_pair(organization)
    reconcile(organization)
    refuse_matches(line, user=auditor, reason="engano")
    other = make_transaction(organization, "1500.00")
    confirm_match(propose_match(other, document, user=auditor), user=auditor)

    undo_match(line, user=auditor)

    assert [row[1] for row in said(line)] == ["partial"]


def test_a_group_of_the_machine_comes_back_whole(organization: Organization, auditor: User) -> None:
    notes = [make_document(organization, amount) for amount in ("600.00", "400.00")]
    line = make_transaction(organization, "1000.00")
    make_group(organization, notes, line)
    other = make_document(organization, "1000.00")
    before = said(line)

    rows, _ = allocate(organization, [Allocation(line.pk, other.pk)], user=auditor)
    assert len(said(line)) == 1
    undo_link(rows[0], user=auditor)

    assert before < said(line)
    booked = Reconciliation.objects.matched()
    assert {row.document_id for row in booked} == {note.pk for note in notes}


def test_amounts_are_again_those_that_were_proposed(
    organization: Organization, auditor: User
) -> None:
    note, line = make_document(organization, "1000.00"), make_transaction(organization, "938.50")
    row = make_booking(line, note, "938.50", "-61.50", difference_kind="withheld", status="partial")
    accept_link(row, user=auditor, shares={row.pk: Share(Decimal("100.00"))})
    undo_link(row, user=auditor)

    row.refresh_from_db()
    assert (row.amount, row.difference, row.difference_kind) == (
        Decimal("938.50"), Decimal("-61.50"), "withheld",
    )  # fmt: skip


def test_what_came_back_outlives_the_next_run(
    organization: Organization,
    doubt: tuple[list[Document], Transaction],
    auditor: User,
    reconcile: Reconcile,
) -> None:
    documents, line = doubt
    confirm_match(Reconciliation.objects.get(document=documents[1]), user=auditor)
    undo_match(line, user=auditor)
    before = said(line)
    make_document(organization, "31.00")
    reconcile(organization)

    assert said(line) == before


def test_a_note_cancelled_meanwhile_does_not_come_back(
    doubt: tuple[list[Document], Transaction], auditor: User
) -> None:
    documents, line = doubt
    confirm_match(Reconciliation.objects.get(document=documents[1]), user=auditor)
    Document.objects.filter(pk=documents[0].pk).update(fiscal_status="cancelled")
    undo_match(line, user=auditor)

    assert [row[0] for row in said(line)] == [documents[1].pk]


def test_decisions_taken_back_one_after_the_other_end_where_they_began(
    doubt: tuple[list[Document], Transaction], auditor: User
) -> None:
    documents, line = doubt
    before = said(line)
    for document in (documents[1], documents[0], documents[1]):
        row = Reconciliation.objects.filter(document=document, transaction=line).first()
        assert row is not None
        confirm_match(row, user=auditor)
        undo_match(line, user=auditor)
    refuse_matches(line, user=auditor, reason="")
    undo_match(line, user=auditor)

    assert said(line) == before


def test_a_refusal_of_the_rest_leaves_what_the_machine_booked(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    note, line = make_document(organization, "700.00"), make_transaction(organization, "1000.00")
    booked = make_booking(line, note, "700.00")
    row = refuse_matches(line, user=auditor, reason="adiantamento")
    reconcile(organization, force=True)

    assert row.amount == Decimal("300.00")
    assert Reconciliation.objects.matched().get() == booked
    undo_match(line, user=auditor, entitled=True)
    assert not Reconciliation.objects.by_people().filter(status="unmatched").exists()
