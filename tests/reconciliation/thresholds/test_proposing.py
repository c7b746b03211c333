"""From so many points on a candidate counts as a suggestion at the desk."""

from collections.abc import Callable
from datetime import date

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.desk.queue import BARE, SUGGESTED, Queue, newest_month, tally
from reconciliation.models import Reconciliation
from reconciliation.thresholds.models import Thresholds

Suggest = Callable[..., Transaction]
OCTOBER = date(2026, 10, 1)


def counts(organization: Organization) -> tuple[int, int]:
    told = tally(Queue(organization, OCTOBER))
    return told[SUGGESTED]["count"], told[BARE]["count"]


def test_the_engine_s_own_threshold_holds_where_nobody_set_one(
    organization: Organization, suggest: Suggest
) -> None:
    suggest("10.00", "30")
    suggest("20.00", "29.99")

    assert counts(organization) == (1, 1)


def test_an_organization_s_own_threshold_parts_the_queue(
    organization: Organization, suggest: Suggest, thresholds: Callable[..., Thresholds]
) -> None:
    for score in ("90", "60", "20"):
        suggest("10.00", score)
    thresholds("95", "10")
    low = counts(organization)
    thresholds("95", "70")

    assert (low, counts(organization)) == ((3, 0), (1, 2))
    assert newest_month(organization) == OCTOBER


def test_a_pair_that_a_person_made_always_counts(
    organization: Organization, suggest: Suggest, auditor: User
) -> None:
    suggest("10.00", "10")
    Reconciliation.objects.update(score=0, performed_by=auditor)

    assert counts(organization) == (1, 0)
