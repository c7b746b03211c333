"""Rules as rows: written once, versioned, enabled only when simulated, forgotten."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, ProgrammingError
from django.db.transaction import atomic
from django.utils import timezone

from conciliacontag.database import session
from conciliacontag.errors import Conflict, InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from reconciliation.models import Run
from reconciliation.rules.models import Rule, RuleSimulation, RuleVersion
from reconciliation.rules.services import (
    disable_rule,
    enable_rule,
    find_rule,
    forget_rule,
    save_rules,
)

Save = Callable[..., Rule]
Simulate = Callable[..., RuleSimulation]


def test_the_same_text_twice_is_one_version(save: Save) -> None:
    first = save("transaction_credit")
    again = save("transaction_credit")

    assert first == again
    assert RuleVersion.objects.count() == 1
    assert AuditLog.objects.filter(action="rule.version_saved").count() == 1


def test_another_text_of_the_same_name_is_the_next_version(save: Save) -> None:
    save("transaction_credit")
    save("not transaction_credit")

    assert list(RuleVersion.objects.values_list("number", flat=True)) == [2, 1]


def test_several_rules_of_one_text_keep_their_order(
    organization: Organization, manager: User
) -> None:
    text = "".join(f"- {{name: {name}, when: transaction_credit, then: accept}}\n" for name in "ba")
    save_rules(organization, text, user=manager)

    assert [rule.name for rule in Rule.objects.kept()] == ["b", "a"]


def test_a_fault_saves_nothing_and_tells_line_and_column(
    organization: Organization, manager: User
) -> None:
    text = "- {name: a, when: transaction_credit, then: accept}\n- {name: b, when: x, then: accept}"
    with pytest.raises(InvalidInput) as caught:
        save_rules(organization, text, user=manager)

    fault = caught.value.details["fields"]["text"][0]
    assert (caught.value.code, fault["line"], fault["column"]) == ("rule_refused", 2, 19)
    assert "Linha 2, coluna 19" in caught.value.message
    assert not Rule.objects.exists()


def test_who_may_not_configure_saves_and_enables_nothing(
    organization: Organization, operator: User, auditor: User, stranger: User, save: Save
) -> None:
    rule = save("transaction_credit")
    for user in (operator, auditor, stranger):
        for act in (
            lambda user=user: save_rules(organization, "x", user=user),
            lambda user=user: enable_rule(rule, user=user),
            lambda user=user: disable_rule(rule, user=user),
            lambda user=user: forget_rule(rule, user=user),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_another_organization_neither_sees_nor_finds_the_rule(
    save: Save, other_organization: Organization
) -> None:
    rule = save("transaction_credit")
    with session([other_organization.pk]):
        assert not Rule.objects.exists()
        with pytest.raises(NotFound):
            find_rule(rule.pk)


def test_a_version_without_simulation_is_not_enabled(save: Save, manager: User) -> None:
    with pytest.raises(Conflict) as caught:
        enable_rule(save("transaction_credit"), user=manager)

    assert caught.value.code == "rule_not_simulated"


def test_the_database_refuses_it_too(save: Save) -> None:
    rule = save("transaction_credit")
    with pytest.raises(IntegrityError, match="no finished simulation"), atomic():
        Rule.objects.update(enabled=RuleVersion.objects.get(rule=rule), enabled_at=timezone.now())


def test_a_version_is_never_changed(save: Save) -> None:
    save("transaction_credit")
    with pytest.raises(ProgrammingError, match="permission denied"), atomic():
        RuleVersion.objects.update(definition={})


def test_enabling_twice_is_once(save: Save, simulate: Simulate, manager: User) -> None:
    rule = save("transaction_credit")
    simulate(rule)
    row, run = enable_rule(rule, user=manager)
    again, no_run = enable_rule(rule, user=manager)

    assert run is not None
    assert (row.is_enabled, again.is_enabled, no_run, run.force) == (True, True, None, True)
    assert Run.objects.count() == 1
    assert AuditLog.objects.filter(action="rule.enabled").count() == 1


def test_a_newer_version_needs_its_own_simulation_and_the_older_works_on(
    save: Save, simulate: Simulate, manager: User
) -> None:
    rule = save("transaction_credit")
    simulate(rule)
    enable_rule(rule, user=manager)
    save("not transaction_credit")
    with pytest.raises(Conflict):
        enable_rule(rule, user=manager)

    enabled = find_rule(rule.pk).enabled
    assert enabled is not None
    assert enabled.number == 1


def test_a_simulation_beside_other_rules_is_stale(
    save: Save, simulate: Simulate, manager: User
) -> None:
    one, other = save("transaction_credit", name="Uma"), save("transaction_credit", name="Outra")
    simulate(one)
    simulate(other)
    enable_rule(other, user=manager)
    with pytest.raises(Conflict) as caught:
        enable_rule(one, user=manager)

    assert caught.value.code == "rule_simulation_stale"


def test_forgetting_disables_and_frees_the_name(
    save: Save, simulate: Simulate, manager: User
) -> None:
    rule = save("transaction_credit")
    simulate(rule)
    enable_rule(rule, user=manager)
    forget_rule(rule, user=manager)
    forget_rule(rule, user=manager)

    rule.refresh_from_db()
    assert (rule.is_enabled, rule.forgotten_at is None) == (False, False)
    assert AuditLog.objects.filter(action="rule.forgotten").count() == 1
    assert save("transaction_credit") != rule


def test_disabling_twice_is_once(save: Save, simulate: Simulate, manager: User) -> None:
    rule = save("transaction_credit")
    simulate(rule)
    enable_rule(rule, user=manager)
    disable_rule(rule, user=manager)
    disable_rule(rule, user=manager)

    assert AuditLog.objects.filter(action="rule.disabled").count() == 1
