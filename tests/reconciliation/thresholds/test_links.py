"""Links of several notes, and differences with a name, are accepted and taken back whole."""

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest

from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import MatchStatus, Transaction
from reconciliation.desk.together import undo_together
from reconciliation.models import Reconciliation
from reconciliation.thresholds.accepting import carry_out_acceptance, preview_acceptance
from reconciliation.thresholds.history import judgements
from reconciliation.thresholds.models import Acceptance
from tests.data.rows import make_document, make_transaction
from tests.data.suggestions import propose

Suggest = Callable[..., Transaction]


@pytest.fixture
def group(organization: Organization) -> Transaction:
    """A line that pays two notes, as one link."""
    line, link = make_transaction(organization, "100.00"), uuid4()
    for amount in ("60.00", "40.00"):
        row = propose(line, make_document(organization, amount), "97")
        row.link, row.amount = link, Decimal(amount)
        row.save()
    return line


def accept(organization: Organization, user: User) -> Acceptance:
    seen = preview_acceptance(organization, points=Decimal(90), user=user)
    return carry_out_acceptance(seen.pk, user=user)


def test_a_line_that_pays_two_notes(
    organization: Organization, group: Transaction, auditor: User
) -> None:
    done = accept(organization, auditor)
    group.refresh_from_db()

    assert (done.booked, done.booked_amount) == (1, Decimal("100.00"))
    assert Reconciliation.objects.matched().count() == 2
    assert group.status == MatchStatus.RECONCILED
    assert len(AuditLog.objects.get(action="match.confirmed").diff["allocations"]) == 2


def test_taken_back_whole(organization: Organization, group: Transaction, auditor: User) -> None:
    done = accept(organization, auditor)
    assert done.together is not None
    undone = undo_together(done.together, author=auditor)
    group.refresh_from_db()

    assert undone.decided == [group]
    assert group.status == MatchStatus.PENDING
    assert Reconciliation.objects.by_machine().filter(status="partial").count() == 2
    assert accept(organization, auditor).booked == 1


def test_it_is_unseen_as_a_whole(
    organization: Organization, group: Transaction, auditor: User
) -> None:
    accept(organization, auditor)

    assert not list(judgements(organization))


def test_a_note_of_the_link_that_is_taken_keeps_the_line_out(
    organization: Organization, group: Transaction, suggest: Suggest, auditor: User
) -> None:
    rows = Reconciliation.objects.filter(transaction=group).order_by("amount")
    suggest("40.00", "99", document=rows[0].document)
    done = accept(organization, auditor)

    assert (done.booked, done.left_out) == (1, {"taken": 1})


@pytest.mark.parametrize(("difference", "paid"), [("-61.50", "938.50"), ("20.00", "1020.00")])
def test_a_difference_with_a_name_settles_both_sides(
    organization: Organization, auditor: User, difference: str, paid: str
) -> None:
    note, line = make_document(organization, "1000.00"), make_transaction(organization, paid)
    row = propose(line, note, "97")
    row.amount, row.difference = min(Decimal(paid), Decimal(1000)), Decimal(difference)
    row.difference_kind = "withheld" if row.difference < 0 else "interest"
    row.save()
    done = accept(organization, auditor)
    note.refresh_from_db()
    line.refresh_from_db()

    assert done.booked_amount == Decimal(paid)
    assert note.status == line.status == MatchStatus.RECONCILED
