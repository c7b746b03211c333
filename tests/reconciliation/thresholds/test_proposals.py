"""Which suggestion a line has, and what speaks for it beside the amount."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.desk.together import undo_together
from reconciliation.models import Reconciliation
from reconciliation.thresholds.accepting import carry_out_acceptance, preview_acceptance
from reconciliation.thresholds.figures import Figures
from reconciliation.thresholds.proposals import proposals
from tests.data.suggestions import propose

Suggest = Callable[..., Transaction]


def queries(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as said:
        work()
    return len(said)


def test_the_surest_come_first(organization: Organization, suggest: Suggest) -> None:
    lines = [suggest("10.00", score) for score in ("60", "99", "80")]
    found = proposals(organization)

    assert [one.line for one in found] == [lines[1].pk, lines[2].pk, lines[0].pk]


def test_below_even_odds_nothing_is_suggested(organization: Organization, suggest: Suggest) -> None:
    suggest("10.00", "49.99")

    assert proposals(organization) == []


@pytest.mark.parametrize(("second", "out"), [("84.01", "close"), ("84", ""), ("98.99", "close")])
def test_a_second_candidate_within_fifteen_points_is_near(
    organization: Organization, suggest: Suggest, second: str, out: str
) -> None:
    suggest("10.00", "99", second)

    assert [one.offer.out for one in proposals(organization)] == [out]


def test_a_witness_beside_the_amount_is_noticed(
    organization: Organization, suggest: Suggest
) -> None:
    for witness in ("number", "name", "", "date"):
        suggest("10.00", "99", witness=witness)
    row = Reconciliation.objects.filter(evidence__contains=[{"factor": "name"}]).get()
    row.evidence[1]["points"] = "-3.00"
    row.save()

    assert sum(one.offer.witnessed for one in proposals(organization)) == 1


def test_what_pays_part_of_a_line_counts_with_its_own_amount(
    organization: Organization, suggest: Suggest
) -> None:
    line = suggest("100.00", "99")
    Reconciliation.objects.filter(transaction=line).update(amount=Decimal("40.00"))
    found = proposals(organization)[0]

    assert found.offer.amount == Decimal("40.00")


def test_a_line_that_is_booked_in_part_offers_the_rest_alone(
    organization: Organization, suggest: Suggest, auditor: User
) -> None:
    line = suggest("100.00", "99", "60")
    Reconciliation.objects.filter(score=60).update(amount=Decimal("70.00"), status="matched")
    Reconciliation.objects.filter(score=99).update(amount=Decimal("30.00"))
    whole = proposals(organization)[0]
    Reconciliation.objects.filter(score=99).update(amount=Decimal("30.01"))
    too_much = proposals(organization)[0]

    assert (whole.line, whole.offer.out, too_much.offer.out) == (line.pk, "", "taken")


def test_a_pair_that_is_booked_is_not_booked_again(
    organization: Organization, suggest: Suggest, auditor: User
) -> None:
    line = suggest("100.00", "99")
    row = Reconciliation.objects.get(transaction=line)
    row.amount = Decimal("60.00")
    row.save()
    assert row.document is not None
    part = propose(line, row.document, "98")
    Reconciliation.objects.filter(pk=part.pk).update(amount=Decimal("40.00"), status="matched")
    seen = preview_acceptance(organization, points=Decimal(90), user=auditor)

    assert (seen.lines, seen.left_out) == ([], {"taken": 1})


def test_a_line_said_to_have_no_note_waits_for_nobody(
    organization: Organization, suggest: Suggest, auditor: User
) -> None:
    line = suggest("100.00", "99")
    Reconciliation.objects.create(
        organization=organization,
        transaction=line,
        status="unmatched",
        amount=Decimal("100.00"),
        score=0,
        reason="Sem nota.",
        performed_by=auditor,
    )

    assert proposals(organization) == []


def test_a_hundred_lines_are_as_many_queries_as_ten(
    organization: Organization, suggest: Suggest, auditor: User
) -> None:
    def work() -> None:
        list(Figures(organization).bands())
        seen = preview_acceptance(organization, points=Decimal(90), user=auditor)
        done = carry_out_acceptance(seen.pk, user=auditor)
        assert done.together is not None
        undo_together(done.together, author=auditor)

    for _ in range(10):
        suggest("10.00", "99", "50")
    few = queries(work)
    for _ in range(50):
        suggest("10.00", "99", "50")

    assert queries(work) <= few
