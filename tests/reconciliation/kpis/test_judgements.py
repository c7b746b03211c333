"""How often people let stand what the machine said, counted from real runs and real decisions."""

from datetime import date
from decimal import Decimal

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.allocating import Allocation, allocate
from reconciliation.kpis.bands import AUTOMATIC
from reconciliation.kpis.judgements import standing
from reconciliation.kpis.period import Period
from reconciliation.kpis.report import BandFigures, precision_by_band
from reconciliation.models import Reconciliation
from reconciliation.services import confirm_match, refuse_matches, undo_match
from tests.data.rows import make_document, make_doubt, make_pair
from tests.reconciliation.conftest import Reconcile

ALWAYS = Period(date(2020, 1, 1), date(2100, 1, 1))


def bands(organization: Organization) -> dict[str, BandFigures]:
    return {one.code: one for one in precision_by_band([organization], ALWAYS)}


def judged(organization: Organization) -> tuple[int, int]:
    """Kept and dropped suggestions, whatever their points."""
    found = [one for one in bands(organization).values() if one.code != AUTOMATIC]
    return sum(one.kept for one in found), sum(one.wrong for one in found)


def proposal(line: Transaction) -> Reconciliation:
    return Reconciliation.objects.filter(transaction=line, status="partial").order_by("pk")[0]


def test_nothing_said_is_no_history(organization: Organization) -> None:
    assert all(one.precision is None for one in bands(organization).values())


def test_what_the_machine_booked_stands_until_somebody_takes_it_back(
    organization: Organization, manager: User, reconcile: Reconcile
) -> None:
    _, first = make_pair(organization, "100.00")
    make_pair(organization, "200.00")
    reconcile(organization)
    before = bands(organization)[AUTOMATIC]
    undo_match(first, user=manager)
    after = bands(organization)[AUTOMATIC]

    assert (before.kept, before.wrong, before.precision) == (2, 0, Decimal("100.00"))
    assert (after.kept, after.wrong, after.precision) == (1, 1, Decimal("50.00"))
    assert not undo_match(first, user=manager)
    assert bands(organization)[AUTOMATIC] == after


def test_taking_back_ones_own_decision_says_nothing_of_the_machine(
    organization: Organization, manager: User, reconcile: Reconcile
) -> None:
    _, line = make_doubt(organization)
    reconcile(organization)
    confirm_match(proposal(line), user=manager)
    undo_match(line, user=manager)

    assert bands(organization)[AUTOMATIC].wrong == 0
    assert judged(organization) == (0, 0)


def test_confirming_one_of_two_keeps_one_and_drops_one(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    _, line = make_doubt(organization)
    reconcile(organization)
    chosen = proposal(line)
    confirm_match(chosen, user=auditor)
    confirm_match(chosen, user=auditor)

    assert judged(organization) == (1, 1)
    assert standing().count() == 0


def test_saying_without_note_drops_all_that_was_proposed(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    _, line = make_doubt(organization)
    reconcile(organization)
    offered = Reconciliation.objects.filter(transaction=line, status="partial").count()
    refuse_matches(line, user=auditor, reason="")
    refuse_matches(line, user=auditor, reason="")

    assert judged(organization) == (0, offered)


def test_another_note_instead_of_the_machines_counts_against_it(
    organization: Organization, manager: User, reconcile: Reconcile
) -> None:
    _, line = make_pair(organization, "100.00")
    other = make_document(organization, "100.00")
    reconcile(organization)
    allocate(organization, [Allocation(line.pk, other.pk)], user=manager)
    found = bands(organization)[AUTOMATIC]

    assert (found.kept, found.wrong) == (0, 1)


def test_the_same_pair_booked_by_hand_does_not(
    organization: Organization, manager: User, reconcile: Reconcile
) -> None:
    document, line = make_pair(organization, "100.00")
    reconcile(organization)
    same = Allocation(line.pk, document.pk, amount=Decimal("60.00"))
    allocate(organization, [same], user=manager)

    assert bands(organization)[AUTOMATIC].wrong == 0


def test_others_decisions_are_not_counted(
    organization: Organization,
    other_organization: Organization,
    stranger: User,
    reconcile: Reconcile,
) -> None:
    _, line = make_doubt(other_organization)
    make_pair(other_organization, "70.00")
    reconcile(other_organization)
    confirm_match(proposal(line), user=stranger)

    assert judged(other_organization)[0] == 1
    assert judged(organization) == (0, 0)
    assert bands(organization)[AUTOMATIC].total == 0


def test_precision_comes_with_its_interval() -> None:
    none, few, all_kept = (
        BandFigures("95", "", kept, "", (("x", wrong),))
        for kept, wrong in ((0, 0), (81, 19), (10, 0))
    )

    assert none.interval is None
    assert few.interval == (Decimal("72.22"), Decimal("87.49"))  # Wilson, 81 of 100
    assert all_kept.interval == (Decimal("72.25"), Decimal("100.0"))
