"""Several allocations of one link: accepted together, undone together."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from conciliacontag.errors import Conflict, InvalidInput, NotAllowed
from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Document, Transaction
from reconciliation.decisions import Share
from reconciliation.models import Reconciliation, Run
from reconciliation.services import accept_link, refuse_matches, undo_link, undo_match
from tests.data.links import is_decided_by, make_booking, make_group
from tests.data.rows import make_document, make_transaction

Reconcile = Callable[..., Run]
Group = tuple[list[Reconciliation], list[Document], Transaction]


@pytest.fixture
def group(organization: Organization) -> Group:
    """A payment of R$ 1.000,00 proposed for three notes."""
    documents = [make_document(organization, amount) for amount in ("500.00", "300.00", "200.00")]
    line = make_transaction(organization, "1000.00")
    return make_group(organization, documents, line, status="partial"), documents, line


def is_settled(*rows: Document | Transaction) -> bool:
    for row in rows:
        row.refresh_from_db()
    return all(row.status == "reconciled" for row in rows)


def test_accepting_one_row_accepts_its_link(group: Group, auditor: User) -> None:
    rows, documents, line = group
    accepted = accept_link(rows[1], user=auditor)

    assert len(accepted) == 3
    assert is_decided_by(rows, auditor)
    assert is_settled(line, *documents)


def test_accepting_twice_is_one_decision(group: Group, auditor: User, manager: User) -> None:
    rows, *_ = group
    first = accept_link(rows[0], user=auditor)
    again = accept_link(rows[2], user=manager)

    assert [row.pk for row in again] == [row.pk for row in first]
    assert is_decided_by(rows, auditor)
    (entry,) = AuditLog.objects.filter(action="match.confirmed")
    assert len(entry.diff["allocations"]) == 3


def test_a_link_is_undone_whole(group: Group, auditor: User, manager: User) -> None:
    rows, documents, line = group
    accept_link(rows[0], user=auditor)

    undone = undo_link(rows[2], user=manager)
    again = undo_link(rows[0], user=manager)

    assert [row.status for row in undone] == ["partial"] * 3
    assert [row.pk for row in again] == [row.pk for row in undone]
    assert not is_settled(line)
    assert not any(is_settled(note) for note in documents)
    assert AuditLog.objects.filter(action="match.undone").count() == 1


def test_an_earlier_link_is_undone_under_a_later_one(
    organization: Organization, auditor: User
) -> None:
    document = make_document(organization, "1000.00")
    links = [
        make_booking(make_transaction(organization, amount), document, amount, status="partial")
        for amount in ("600.00", "400.00")
    ]
    for row in links:
        accept_link(row, user=auditor)

    undo_link(links[0], user=auditor)

    assert not is_settled(document)
    assert is_decided_by([links[1]], auditor)
    accept_link(links[0], user=auditor)
    assert is_settled(document)


def test_undoing_by_line_takes_all_that_was_said_of_it(
    group: Group, auditor: User, manager: User
) -> None:
    rows, documents, line = group
    accept_link(rows[0], user=auditor)

    assert undo_match(line, user=manager) is True
    assert undo_match(line, user=manager) is False
    assert not is_settled(line)
    assert not any(is_settled(note) for note in documents)


def test_no_run_books_an_undone_link_again(
    group: Group, organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    rows, *_ = group
    accept_link(rows[0], user=auditor)
    undo_link(rows[0], user=auditor)
    reconcile(organization, force=True)

    assert set(Reconciliation.objects.values_list("status", "performed_by")) == {
        ("partial", auditor.pk)
    }


def test_an_auditor_undoes_no_link_of_others(group: Group, auditor: User, manager: User) -> None:
    rows, *_ = group
    accept_link(rows[0], user=manager)
    with pytest.raises(NotAllowed):
        undo_link(rows[0], user=auditor)
    assert is_decided_by(rows, manager)


def test_other_amounts_are_accepted_with_the_difference_named(
    organization: Organization, auditor: User
) -> None:
    document, line = make_document(organization, "100.00"), make_transaction(organization, "95.00")
    row = make_booking(line, document, "90.00", status="partial")
    shares = {row.pk: Share(Decimal("95.00"), Decimal("-5.00"), "discount")}

    (accepted,) = accept_link(row, user=auditor, shares=shares)

    assert (accepted.amount, accepted.difference_kind) == (Decimal("95.00"), "discount")
    assert is_settled(document, line)
    assert accept_link(row, user=auditor, shares=shares) == [accepted]
    with pytest.raises(Conflict) as refused:
        accept_link(row, user=auditor, shares={row.pk: Share(Decimal("1.00"))})
    assert refused.value.code == "already_accepted"


@pytest.mark.parametrize(
    ("share", "code"),
    [
        (Share(Decimal("0")), "invalid_amount"),
        (Share(Decimal("-1")), "invalid_amount"),
        (Share(Decimal("9"), Decimal("1")), "difference_without_kind"),
        (Share(Decimal("9"), Decimal("0"), "cents"), "difference_without_kind"),
    ],
)
def test_impossible_amounts_are_refused(
    group: Group, auditor: User, share: Share, code: str
) -> None:
    rows, *_ = group
    with pytest.raises(InvalidInput) as refused:
        accept_link(rows[0], user=auditor, shares={rows[0].pk: share})
    assert refused.value.code == code


def test_more_than_is_left_is_refused(group: Group, auditor: User) -> None:
    rows, documents, _ = group
    with pytest.raises(Conflict) as refused:
        accept_link(rows[0], user=auditor, shares={rows[0].pk: Share(Decimal("500.01"))})
    assert refused.value.code == "document_already_reconciled"
    assert not is_settled(documents[0])


def test_a_machines_group_gives_way_whole(group: Group, auditor: User) -> None:
    _, documents, line = group
    Reconciliation.objects.update(status="matched")
    other = make_document(line.organization, "1000.00")
    chosen = make_booking(line, other, "1000.00", status="partial")

    accept_link(chosen, user=auditor)

    assert Reconciliation.objects.get() == chosen
    assert is_settled(line, other)
    assert not any(is_settled(note) for note in documents)


def test_a_machines_part_stays_where_there_is_room(
    organization: Organization, auditor: User
) -> None:
    line = make_transaction(organization, "1000.00")
    notes = [make_document(organization, amount) for amount in ("600.00", "400.00")]
    kept = make_booking(line, notes[0], "600.00")
    accept_link(make_booking(line, notes[1], "400.00", status="partial"), user=auditor)

    assert Reconciliation.objects.matched().filter(pk=kept.pk).exists()
    assert is_settled(line, notes[1])


def test_the_rest_of_a_line_may_have_no_note(organization: Organization, auditor: User) -> None:
    line = make_transaction(organization, "1000.00")
    document = make_document(organization, "600.00")
    accept_link(make_booking(line, document, "600.00", status="partial"), user=auditor)

    said = refuse_matches(line, user=auditor, reason="tarifa")

    assert (said.amount, said.status) == (Decimal("400.00"), "unmatched")
    assert is_settled(document)
    line.refresh_from_db()
    assert line.status == "unmatched"
