"""Runs and simulations keep to the organization's thresholds; a run remembers them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.transaction import atomic
from django.test import Client

from conciliacontag.database import session
from conciliacontag.errors import Conflict
from conciliacontag.organizations.models import Organization, User
from reconciliation.engine import Options
from reconciliation.models import Reconciliation, Run
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.services import enable_rule, save_rules
from reconciliation.rules.simulation import execute_simulation, start_simulation
from reconciliation.thresholds.models import Thresholds
from reconciliation.thresholds.options import options_of

Reconcile = Callable[..., Run]
Put = Callable[..., Thresholds]
Likely = Callable[[Organization], Any]


def booked() -> list[Decimal]:
    return [row.score for row in Reconciliation.objects.matched()]


def test_without_any_the_engine_decides_as_it_always_did(organization: Organization) -> None:
    assert options_of(organization) == Options()


def test_a_lower_threshold_books_what_a_person_was_asked_before(
    organization: Organization, reconcile: Reconcile, thresholds: Put, likely_pair: Likely
) -> None:
    note, line = likely_pair(organization)
    first = reconcile(organization)
    before = booked()
    thresholds("80")
    second = reconcile(organization)

    assert not before
    assert (str(first.accept_at), str(first.propose_at)) == ("99.00", "30.00")
    row = Reconciliation.objects.matched().get()
    assert (row.document, row.transaction) == (note, line)
    assert 80 <= row.score < 90
    assert (second.matched, str(second.accept_at)) == (1, "80.00")


def test_a_higher_threshold_leaves_to_people_what_was_booked(
    organization: Organization, reconcile: Reconcile, thresholds: Put, likely_pair: Likely
) -> None:
    likely_pair(organization)
    thresholds("80")
    reconcile(organization)
    thresholds("95")
    usual = reconcile(organization)
    kept = booked()
    reconcile(organization, force=True)

    assert (len(kept), str(usual.accept_at)) == (1, "95.00")
    assert not booked()


def test_the_same_thresholds_again_write_nothing(
    organization: Organization, reconcile: Reconcile, thresholds: Put, likely_pair: Likely
) -> None:
    likely_pair(organization)
    thresholds("85", "20")
    reconcile(organization)

    assert reconcile(organization).written == 0


def test_the_engine_gets_both(
    organization: Organization, reconcile: Reconcile, thresholds: Put
) -> None:
    thresholds("98", "40")

    assert options_of(organization) == Options(accept_at=Decimal("98"), propose_at=Decimal("40"))
    assert str(reconcile(organization).propose_at) == "40.00"


def test_another_organization_keeps_its_own(
    other_organization: Organization, reconcile: Reconcile, thresholds: Put, likely_pair: Likely
) -> None:
    likely_pair(other_organization)
    thresholds("80")

    assert reconcile(other_organization).matched == 0


def test_nobody_reads_another_organization_s(
    other_organization: Organization, thresholds: Put
) -> None:
    row = thresholds()
    with session([other_organization.pk]):
        assert not Thresholds.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("said", [("79.99", "30"), ("100.01", "30"), ("90", "1.99"), ("90", "90")])
def test_the_database_refuses_what_cannot_be(thresholds: Put, said: tuple[str, str]) -> None:
    with pytest.raises(IntegrityError), atomic():
        thresholds(*said)


@pytest.fixture
def rule(organization: Organization, manager: User) -> Rule:
    text = "name: Teste\nwhen: document_total == 77\nthen: forbid"
    return save_rules(organization, text, user=manager)[0][0]


def simulate(rule: Rule, user: User) -> RuleSimulation:
    row, _ = start_simulation(rule, user=user)
    execute_simulation(rule.organization_id, row.pk)
    row.refresh_from_db()
    return row


def test_a_simulation_decides_by_them_as_well(
    organization: Organization, manager: User, thresholds: Put, likely_pair: Likely
) -> None:
    likely_pair(organization)
    thresholds("80")
    text = "name: Pergunte\nwhen: document_total == 1500\nthen: propose"
    row = simulate(save_rules(organization, text, user=manager)[0][0], manager)

    assert row.counts["kinds"] == {"matched_to_partial": 1}
    assert row.sample[0]["before"]["status"] == "matched"


def test_a_rule_simulated_before_they_changed_is_simulated_again(
    rule: Rule, manager: User, thresholds: Put
) -> None:
    simulate(rule, manager)
    thresholds("80")
    with pytest.raises(Conflict) as refused:
        enable_rule(rule, user=manager)
    simulate(rule, manager)

    assert refused.value.code == "rule_simulation_stale"
    assert enable_rule(rule, user=manager)[0].is_enabled


def test_the_page_of_a_run_tells_what_it_ran_with(
    organization: Organization,
    reconcile: Reconcile,
    thresholds: Put,
    operator: User,
    screen: Callable[[User], Client],
) -> None:
    thresholds("97.5", "40")
    run = reconcile(organization)
    text = screen(operator).get(f"/admin/reconciliation/run/{run.pk}/change/").content.decode()

    assert "Conciliou a partir de 97,5 pontos e sugeriu a partir de 40." in text
