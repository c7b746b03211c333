"""A rule that the grammar of today does not understand stops nothing, and people are told."""

from collections.abc import Callable

import pytest
from django.test import Client

from conciliacontag.organizations.models import AuditLog, Organization, User
from reconciliation.models import Run, RunStatus
from reconciliation.rules import tokens
from reconciliation.rules.grammar import NAMES
from reconciliation.rules.models import Rule, RuleHit, RuleSimulation
from reconciliation.rules.services import disable_rule, enable_rule
from reconciliation.rules.simulation import execute_simulation, start_simulation
from tests.data.rows import make_pair

Reconcile = Callable[..., Run]
Screen = Callable[[User], Client]
OLD = 'transaction_payee == "PADARIA"'


@pytest.fixture
def old(
    organization: Organization,
    manager: User,
    save: Callable[..., Rule],
    simulate: Callable[..., RuleSimulation],
    monkeypatch: pytest.MonkeyPatch,
) -> Rule:
    """A rule at work that asks about a name which is gone since, beside one that is understood."""
    make_pair(organization)
    rules = [save(OLD, "forbid", "Antiga"), save("transaction_credit", "{flag: x}", "Nova")]
    for rule in rules:
        simulate(rule)
        enable_rule(rule, user=manager)
    Run.objects.update(status=RunStatus.DONE, finished_at="2026-11-01T12:00:00Z")
    left = {name: known for name, known in NAMES.items() if name != "transaction_payee"}
    monkeypatch.setattr(tokens, "NAMES", left)
    return rules[0]


def test_the_run_goes_on_without_it_and_the_rule_is_marked_once(
    old: Rule, reconcile: Reconcile
) -> None:
    runs = [reconcile(old.organization, force=True) for _ in range(2)]

    assert [(run.status, run.attempts) for run in runs] == [("done", 1)] * 2
    assert set(RuleHit.objects.values_list("rule__name", flat=True)) == {"Nova"}
    old.refresh_from_db()
    assert "a versão 1 não se entende mais" in old.trouble
    assert "transaction_payee" in old.trouble
    said = AuditLog.objects.get(action="rule.cut")
    assert (said.entity_id, said.diff) == (str(old.pk), {"reason": old.trouble})


def test_it_is_marked_even_where_it_is_the_only_one(
    old: Rule, manager: User, reconcile: Reconcile
) -> None:
    disable_rule(Rule.objects.get(name="Nova"), user=manager)
    reconcile(old.organization, force=True)

    old.refresh_from_db()
    assert "não se entende mais" in old.trouble


def test_a_rule_at_rest_keeps_no_trouble(old: Rule, manager: User, reconcile: Reconcile) -> None:
    reconcile(old.organization, force=True)
    disable_rule(old, user=manager)

    old.refresh_from_db()
    assert (old.is_enabled, old.trouble) == (False, "")


def test_its_simulation_fails_at_the_first_attempt_and_says_why(old: Rule, manager: User) -> None:
    row, _ = start_simulation(old, user=manager)
    execute_simulation(old.organization_id, row.pk)

    row.refresh_from_db()
    assert (row.status, row.attempts) == ("failed", 1)
    assert "não se entende mais" in row.error


def test_its_pages_show_what_it_said(old: Rule, manager: User, screen: Screen) -> None:
    client, place = screen(manager), f"/admin/reconciliation/rule/{old.pk}/"
    page = client.get(f"{place}change/").content.decode()
    form = client.get(f"{place}editar/").content.decode()

    assert "não se entende mais" in page
    assert all("transaction_payee ==" in one for one in (page, form))
