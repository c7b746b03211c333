"""Two people work on the rules of one company at the same instant."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connections

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.access import look_around
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role
from reconciliation.rules.figures import suggestions_for
from reconciliation.rules.models import ForgottenSuggestion, Rule, RuleSimulation, RuleVersion
from reconciliation.rules.ordering import move_rule, order_of
from reconciliation.rules.services import enable_rule, find_rule, forget_suggestion, save_rules
from reconciliation.rules.simulation import execute_simulation, start_simulation
from reconciliation.services import refuse_matches
from tests.conftest import make_organization
from tests.data.at_once import at_once
from tests.data.rows import make_pair, make_transaction

TEXT = "- {name: a, when: transaction_credit, then: forbid}\n"
OTHER = "- {name: b, when: document_total > 1, then: {points: -40}}\n"


@pytest.fixture
def office(committed: None, person: Callable[..., User]) -> tuple[Organization, list[User]]:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        users = [person(Role.MANAGER, organization), person(Role.MANAGER, organization)]
        make_pair(organization)
    return organization, users


def saved(office: Any, text: str = TEXT) -> list[Rule]:
    organization, users = office
    look_around(users[0])
    with session([organization.pk]):
        return [rule for rule, _ in save_rules(organization, text, user=users[0])]


def test_the_same_text_is_saved_once(office: Any) -> None:
    organization, users = office

    def save(user: User) -> Any:
        look_around(user)
        return save_rules(organization, TEXT, user=user)[0][1]

    assert sorted(at_once(save, users)) == [False, True]
    with session(EVERY):
        assert RuleVersion.objects.count() == Rule.objects.count() == 1


def test_two_ask_for_one_simulation_and_two_workers_carry_it_out_once(office: Any) -> None:
    organization, users = office
    (rule,) = saved_with(office, TEXT)

    def ask(user: User) -> Any:
        look_around(user)
        row, created = start_simulation(rule, user=user)
        execute_simulation(organization.pk, row.pk)
        return created

    assert sorted(at_once(ask, users)) == [False, True]
    with session(EVERY):
        row = RuleSimulation.objects.get()
        assert (row.status, row.attempts, row.counts["changed"]) == ("done", 1, 1)


def test_simulations_of_two_rules_do_not_disturb_each_other(office: Any) -> None:
    organization, users = office
    rows = [start_simulation(rule, user=users[0])[0] for rule in saved_with(office, TEXT + OTHER)]
    workers = [Thread(target=carry_out, args=(organization, row)) for row in rows]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    with session(EVERY):
        found = RuleSimulation.objects.order_by("version__rule__position")
        assert [(row.status, row.counts["kinds"]) for row in found] == [
            ("done", {"matched_to_unmatched": 1}),
            ("done", {"matched_to_partial": 1}),
        ]


def saved_with(office: Any, text: str) -> list[Rule]:
    rules = saved(office, text)
    with session(EVERY):
        kept = Rule.objects.filter(pk__in=[rule.pk for rule in rules]).order_by("position")
        return list(kept.select_related("organization"))


def carry_out(organization: Organization, row: RuleSimulation) -> None:
    execute_simulation(organization.pk, row.pk)
    connections.close_all()


def test_enabled_by_two_it_starts_one_run(office: Any) -> None:
    organization, users = office
    (rule,) = saved(office)
    with session([organization.pk]):
        row, _ = start_simulation(rule, user=users[0])
    execute_simulation(organization.pk, row.pk)

    def enable(user: User) -> Any:
        look_around(user)
        with session([organization.pk]):
            return enable_rule(find_rule(rule.pk), user=user)[1] is not None

    assert sorted(at_once(enable, users)) == [False, True]
    with session(EVERY):
        assert AuditLog.objects.filter(action="rule.enabled").count() == 1


def test_an_order_changed_by_two_has_no_gaps(office: Any) -> None:
    _, users = office
    rules = saved_with(office, TEXT + OTHER)
    seen = order_of(rules)

    def move(user: User) -> Any:
        look_around(user)
        move_rule(rules[0], place=2, user=user, seen=seen)

    assert at_once(move, users) == [None, None]
    with session(EVERY):
        kept = Rule.objects.kept().values_list("name", "position")
        assert list(kept) == [("b", 1), ("a", 2)]
        assert AuditLog.objects.filter(action="rule.moved").count() == 1


def test_a_suggestion_forgotten_by_two_is_forgotten_once(office: Any) -> None:
    organization, users = office
    look_around(users[0])
    with session(EVERY):
        for number in range(3):
            line = make_transaction(organization, "-35.00", memo=f"TARIFA PACOTE {number}")
            refuse_matches(line, user=users[0], reason="")
        (found,) = suggestions_for(organization)

    def forget(user: User) -> None:
        look_around(user)
        forget_suggestion(organization, found.fingerprint, user=user)

    assert at_once(forget, users) == [None, None]
    with session(EVERY):
        assert ForgottenSuggestion.objects.count() == 1
        assert suggestions_for(organization) == []
