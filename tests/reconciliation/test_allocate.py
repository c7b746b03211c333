"""A person divides a payment: one line for many notes, many lines for one."""

from decimal import Decimal
from typing import Any

import pytest

from conciliacontag.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Document, Transaction
from reconciliation.allocating import Allocation
from reconciliation.models import Reconciliation
from reconciliation.services import allocate, undo_link
from tests.conftest import make_organization
from tests.data.links import make_booking
from tests.data.rows import make_document, make_transaction


def part(line: Transaction, document: Document, amount: str = "", **named: Any) -> Allocation:
    return Allocation(line.pk, document.pk, amount=Decimal(amount) if amount else None, **named)


def statuses(*rows: Document | Transaction) -> list[str]:
    for row in rows:
        row.refresh_from_db()
    return [row.status for row in rows]


def test_one_line_pays_many_notes(organization: Organization, auditor: User) -> None:
    notes = [make_document(organization, amount) for amount in ("500.00", "300.00", "200.00")]
    line = make_transaction(organization, "1000.00")

    rows, is_new = allocate(organization, [part(line, note) for note in notes], user=auditor)

    assert is_new
    assert [row.amount for row in rows] == [Decimal("500.00"), Decimal("300.00"), Decimal("200.00")]
    assert len({row.link for row in rows}) == 1
    assert statuses(line, *notes) == ["reconciled"] * 4
    assert AuditLog.objects.filter(action="match.allocated").count() == 1


def test_many_lines_pay_one_note(organization: Organization, auditor: User) -> None:
    note = make_document(organization, "1000.00")
    lines = [make_transaction(organization, amount) for amount in ("600.00", "450.00")]

    rows, _ = allocate(organization, [part(line, note) for line in lines], user=auditor)

    assert [row.amount for row in rows] == [Decimal("600.00"), Decimal("400.00")]
    assert statuses(note, *lines) == ["reconciled", "reconciled", "pending"]


def test_the_same_request_again_is_answered_with_the_same_rows(
    organization: Organization, auditor: User, manager: User
) -> None:
    notes = [make_document(organization, "500.00") for _ in range(2)]
    line = make_transaction(organization, "1000.00")
    asked = [part(line, note) for note in notes]
    first, _ = allocate(organization, asked, user=auditor)

    again, is_new = allocate(organization, asked[::-1], user=manager)

    assert not is_new
    assert {row.pk for row in again} == {row.pk for row in first}
    assert AuditLog.objects.filter(action="match.allocated").count() == 1


def test_a_named_difference_settles_both_sides(organization: Organization, auditor: User) -> None:
    notes = [make_document(organization, "1000.00"), make_document(organization, "500.00")]
    line = make_transaction(organization, "1438.50")
    withheld: dict[str, Any] = {"difference": Decimal("-61.50"), "kind": "withheld"}

    allocate(organization, [part(line, notes[0], **withheld), part(line, notes[1])], user=auditor)

    assert statuses(line, *notes) == ["reconciled"] * 3
    amounts = Reconciliation.objects.order_by("amount").values_list("amount", flat=True)
    assert list(amounts) == [Decimal("500.00"), Decimal("938.50")]


def test_interest_uses_up_the_line(organization: Organization, auditor: User) -> None:
    note, line = make_document(organization, "1000.00"), make_transaction(organization, "1020.33")
    late: dict[str, Any] = {"difference": Decimal("20.33"), "kind": "interest"}
    allocate(organization, [part(line, note, "1000.00", **late)], user=auditor)

    assert statuses(line, note) == ["reconciled"] * 2


def test_an_unexplained_difference_leaves_the_note_open(
    organization: Organization, auditor: User
) -> None:
    note, line = make_document(organization, "1000.00"), make_transaction(organization, "900.00")
    short: dict[str, Any] = {"difference": Decimal("-100.00"), "kind": "unexplained"}
    allocate(organization, [part(line, note, "900.00", **short)], user=auditor)

    assert statuses(line, note) == ["reconciled", "pending"]


def test_what_a_machine_booked_of_the_line_gives_way(
    organization: Organization, auditor: User
) -> None:
    line = make_transaction(organization, "500.00")
    wrong, right = make_document(organization, "500.00"), make_document(organization, "500.00")
    make_booking(line, wrong, "500.00")

    allocate(organization, [part(line, right)], user=auditor)

    assert Reconciliation.objects.get().document == right
    assert statuses(wrong, right) == ["pending", "reconciled"]


def test_what_a_person_booked_stands(
    organization: Organization, auditor: User, manager: User
) -> None:
    line = make_transaction(organization, "500.00")
    notes = [make_document(organization, "500.00") for _ in range(2)]
    booked, _ = allocate(organization, [part(line, notes[0])], user=manager)
    with pytest.raises(Conflict) as refused:
        allocate(organization, [part(line, notes[1], "500.00")], user=auditor)
    assert refused.value.code == "transaction_already_reconciled"

    undo_link(booked[0], user=manager)
    allocate(organization, [part(line, notes[1], "500.00")], user=auditor)
    assert statuses(*notes) == ["pending", "reconciled"]


def refusal(organization: Organization, asked: list[Allocation], user: User) -> DomainError:
    with pytest.raises(DomainError) as refused:
        allocate(organization, asked, user=user)
    assert not Reconciliation.objects.exists()
    return refused.value


def test_more_than_either_side_holds_is_refused(organization: Organization, auditor: User) -> None:
    note, line = make_document(organization, "100.00"), make_transaction(organization, "80.00")
    too_much = refusal(organization, [part(line, note, "80.01")], auditor)
    assert (too_much.code, too_much.status) == ("allocation_exceeds_line", 422)
    assert "R$ 80,00" in too_much.message

    beyond: dict[str, Any] = {"difference": Decimal("-20.01"), "kind": "discount"}
    code = refusal(organization, [part(line, note, "80.00", **beyond)], auditor).code
    assert code == "allocation_exceeds_document"


@pytest.mark.parametrize(
    ("count", "amount", "code"),
    [
        (0, "", "allocations_out_of_range"),
        (2, "", "allocation_repeated"),
        (1, "-1.00", "invalid_amount"),
    ],
)
def test_requests_that_say_nothing_are_refused(
    organization: Organization, auditor: User, count: int, amount: str, code: str
) -> None:
    note, line = make_document(organization, "100.00"), make_transaction(organization, "80.00")
    refused = refusal(organization, [part(line, note, amount)] * count, auditor)
    assert isinstance(refused, InvalidInput)
    assert refused.code == code


def test_a_cancelled_note_is_not_chosen(organization: Organization, auditor: User) -> None:
    note = make_document(organization, "80.00", fiscal_status="cancelled")
    line = make_transaction(organization, "80.00")
    assert refusal(organization, [part(line, note)], auditor).code == "document_not_payable"


def test_rows_of_others_do_not_exist(organization: Organization, auditor: User) -> None:
    other = make_organization("Oficina Serra Ltda", 77)
    line, note = make_transaction(organization, "80.00"), make_document(other, "80.00")
    assert isinstance(refusal(organization, [part(line, note)], auditor), NotFound)
    ledger = make_transaction(organization, "80.00", source="ledger")
    own = make_document(organization, "80.00")
    assert isinstance(refusal(organization, [part(ledger, own)], auditor), NotFound)


def test_only_roles_that_decide_allocate(
    organization: Organization, operator: User, stranger: User
) -> None:
    line, note = make_transaction(organization, "80.00"), make_document(organization, "80.00")
    for user in (operator, stranger):
        assert isinstance(refusal(organization, [part(line, note)], user), NotAllowed)
