"""Several notes for one line, several lines for one note, groups, and what is left of a line."""

from decimal import Decimal
from typing import Any

import pytest

from conciliacontag.errors import Conflict, InvalidInput, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Document, Transaction
from reconciliation.desk.answers import ACCEPT, NO_DOCUMENT, Choice, Decision
from reconciliation.desk.deciding import decide_line, undo_line
from reconciliation.desk.offers import offers_of
from reconciliation.desk.standing import Standing, standing_of
from reconciliation.models import Reconciliation
from tests.data.links import make_booking, make_group
from tests.data.rows import make_document, make_transaction


def accept(line: Transaction, user: User, *notes: Document, **named: Any) -> Standing:
    decision = Decision(ACCEPT, [Choice(note.pk) for note in notes], **named)
    seen = standing_of(line).version
    return decide_line(line.pk, author=user, version=seen, decision=decision)


def are_open(*rows: Document | Transaction) -> list[bool]:
    for row in rows:
        row.refresh_from_db()
    return [row.is_open for row in rows]


def test_notes_marked_together_are_one_link(organization: Organization, auditor: User) -> None:
    notes = [make_document(organization, amount) for amount in ("600.00", "400.00")]
    line = make_transaction(organization, "1000.00")
    stands = accept(line, auditor, *notes)

    assert (stands.state, stands.left) == ("matched", Decimal(0))
    assert Reconciliation.objects.values("link").distinct().count() == 1
    assert are_open(line, *notes) == [False] * 3
    undone = undo_line(line.pk, author=auditor, version=stands.version)
    assert undone.state == "waiting"
    assert are_open(line, *notes) == [True] * 3


def test_the_same_word_again_changes_nothing(organization: Organization, auditor: User) -> None:
    notes = [make_document(organization, amount) for amount in ("600.00", "400.00")]
    line = make_transaction(organization, "1000.00")
    seen = standing_of(line).version
    decision = Decision(ACCEPT, [Choice(note.pk) for note in notes])
    first = decide_line(line.pk, author=auditor, version=seen, decision=decision)
    again = decide_line(line.pk, author=auditor, version=seen, decision=decision)

    assert first.version == again.version
    assert AuditLog.objects.filter(action="match.allocated").count() == 1


def test_two_lines_pay_one_note(organization: Organization, auditor: User) -> None:
    note = make_document(organization, "1000.00")
    lines = [make_transaction(organization, amount) for amount in ("600.00", "400.00")]
    stands = accept(lines[0], auditor, note, lines=[lines[1].pk])

    assert are_open(note, *lines) == [False] * 3
    assert [row.transaction_id for row in stands.others] == [lines[1].pk]
    undo_line(lines[1].pk, author=auditor, version=standing_of(lines[1]).version)
    assert are_open(note, *lines) == [True] * 3


def test_a_group_is_one_offer_and_one_word_books_it(
    organization: Organization, auditor: User
) -> None:
    notes = [make_document(organization, amount) for amount in ("600.00", "400.00")]
    line = make_transaction(organization, "1000.00")
    rows = make_group(organization, notes, line, status="partial")
    single = make_booking(line, make_document(organization, "999.00"), "999.00", status="partial")
    Reconciliation.objects.filter(pk=single.pk).update(score=10)
    offers = offers_of(standing_of(line))

    assert [len(offer.debts) for offer in offers] == [2, 1]
    assert offers[0].balance.rest() == "sobra R$ 0,00"
    accept(line, auditor, *notes)
    assert {row.pk for row in Reconciliation.objects.matched()} == {row.pk for row in rows}


def test_a_group_of_lines_is_shown_with_them_and_booked_whole(
    organization: Organization, auditor: User
) -> None:
    note = make_document(organization, "1000.00")
    lines = [make_transaction(organization, amount) for amount in ("600.00", "400.00")]
    first = make_booking(lines[0], note, "600.00", status="partial")
    make_booking(lines[1], note, "400.00", status="partial", link=first.link)
    offer = offers_of(standing_of(lines[0]))[0]

    assert offer.other_lines == [lines[1]]
    assert offer.balance.paid == Decimal(1000)
    accept(lines[0], auditor, note, lines=[lines[1].pk])
    assert are_open(note, *lines) == [False] * 3


def test_what_is_left_of_a_line_waits_and_the_preview_counts_it(
    organization: Organization, auditor: User
) -> None:
    first, second = make_document(organization, "700.00"), make_document(organization, "300.00")
    line = make_transaction(organization, "1000.00")
    stands = accept(line, auditor, first)
    assert (stands.state, stands.left, stands.is_divided) == ("waiting", Decimal(300), True)

    make_booking(line, second, "300.00", status="partial")
    offer = offers_of(standing_of(line))[0]
    assert offer.balance.sentence() == f"R$ 300,00 = {second} de R$ 300,00"
    assert accept(line, auditor, second).state == "matched"
    assert are_open(line, first, second) == [False] * 3


def test_the_rest_of_a_line_may_have_no_note(organization: Organization, auditor: User) -> None:
    note, line = make_document(organization, "700.00"), make_transaction(organization, "1000.00")
    seen = accept(line, auditor, note).version
    decision = Decision(NO_DOCUMENT, reason="adiantamento")
    stands = decide_line(line.pk, author=auditor, version=seen, decision=decision)

    assert stands.state == "no_document"
    assert "não há nota para R$ 300,00" in stands.sentence()


def test_a_note_paid_in_part_expects_the_rest(organization: Organization, auditor: User) -> None:
    note = make_document(organization, "1000.00")
    accept(make_transaction(organization, "600.00"), auditor, note)
    line = make_transaction(organization, "400.00")
    make_booking(line, note, "400.00", status="partial")

    assert offers_of(standing_of(line))[0].balance.sentence() == f"R$ 400,00 = {note} de R$ 400,00"


def test_an_instalment_paid_in_part_expects_the_rest(
    organization: Organization, auditor: User
) -> None:
    parts = [
        {"number": "1", "due_on": "2026-10-10", "amount": "600.00"},
        {"number": "2", "due_on": "2026-11-10", "amount": "400.00"},
    ]
    note = make_document(organization, "1000.00", installments=parts)
    make_booking(make_transaction(organization, "500.00"), note, "500.00", installment="1")
    line = make_transaction(organization, "100.00")
    make_booking(line, note, "100.00", status="partial", installment="1")

    assert offers_of(standing_of(line))[0].balance.rest() == "sobra R$ 0,00"


def test_what_the_preview_calls_withheld_is_booked_so(
    organization: Organization, auditor: User
) -> None:
    note = make_document(organization, "1000.00", withheld_amount=Decimal("61.50"))
    line = make_transaction(organization, "938.50")
    accept(line, auditor, note)

    row = Reconciliation.objects.get()
    assert (row.amount, row.difference, row.difference_kind) == (
        Decimal("938.50"), Decimal("-61.50"), "withheld",
    )  # fmt: skip
    assert are_open(line, note) == [False, False]


@pytest.mark.parametrize(
    ("paid", "kind", "difference"), [("950.00", "discount", "-50"), ("1020.00", "interest", "20")]
)
def test_a_person_names_the_difference(
    organization: Organization, auditor: User, paid: str, kind: str, difference: str
) -> None:
    note, line = make_document(organization, "1000.00"), make_transaction(organization, paid)
    accept(line, auditor, note, kind=kind)

    row = Reconciliation.objects.get()
    assert (row.difference, row.difference_kind) == (Decimal(difference), kind)
    assert are_open(line, note) == [False, False]


def test_a_name_on_the_wrong_side_is_refused(organization: Organization, auditor: User) -> None:
    note, line = make_document(organization, "1000.00"), make_transaction(organization, "950.00")
    for kind, code in (("interest", "difference_on_the_wrong_side"), ("x", "unknown_difference")):
        with pytest.raises(InvalidInput) as refused:
            accept(line, auditor, note, kind=kind)
        assert refused.value.code == code
    assert are_open(line, note) == [True, True]


def test_money_in_and_money_out_are_not_joined(organization: Organization, auditor: User) -> None:
    note, line = make_document(organization, "50.00"), make_transaction(organization, "30.00")
    out = make_transaction(organization, "-20.00")

    with pytest.raises(InvalidInput) as refused:
        accept(line, auditor, note, lines=[out.pk])
    assert refused.value.code == "lines_of_both_sides"


def test_another_organizations_line_or_note_is_not_joined(
    organization: Organization, other_organization: Organization, auditor: User
) -> None:
    note, line = make_document(organization, "50.00"), make_transaction(organization, "30.00")
    foreign = make_transaction(other_organization, "20.00")
    with pytest.raises(NotFound):
        accept(line, auditor, note, lines=[foreign.pk])
    with pytest.raises(NotFound):
        accept(line, auditor, note, make_document(other_organization, "5.00"))
    assert not Reconciliation.objects.exists()


def test_a_paid_note_is_not_paid_again(organization: Organization, auditor: User) -> None:
    note = make_document(organization, "50.00")
    accept(make_transaction(organization, "50.00"), auditor, note)

    with pytest.raises(Conflict) as refused:
        accept(make_transaction(organization, "50.00"), auditor, note)
    assert refused.value.code == "document_already_reconciled"


def test_only_a_few_cents_are_called_cents(organization: Organization, auditor: User) -> None:
    note, line = make_document(organization, "100.00"), make_transaction(organization, "90.00")
    with pytest.raises(InvalidInput) as refused:
        accept(line, auditor, note, kind="cents")

    assert refused.value.code == "difference_not_cents"
