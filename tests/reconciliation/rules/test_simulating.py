"""A simulation leaves the books as they are, and tells what enabling then does."""

from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from conciliacontag.database import session
from conciliacontag.errors import InvalidInput, NotAllowed
from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Reconciliation, Run
from reconciliation.rules.models import Rule, RuleHit, RuleSimulation
from reconciliation.rules.services import enable_rule, save_rules
from reconciliation.rules.simulation import execute_simulation, start_simulation, sweep_simulations
from reconciliation.services import confirm_match, execute_run
from tests.data.rows import DAY, make_document, make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]
Save = Callable[..., Rule]
Simulate = Callable[..., RuleSimulation]


def fingerprint() -> dict[str, str]:
    """Every table's rows, but those of simulations."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            if table != RuleSimulation._meta.db_table:
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
                found[table] = sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found


def bands() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """The books by line: the band, and the documents with their points."""
    found: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for row in Reconciliation.objects.exclude(transaction=None).order_by("document_id"):
        _, documents = found.setdefault(str(row.transaction_id), (row.status, []))
        documents += [(str(row.document_id), str(row.score))] if row.document_id else []
    return found


def promise(state: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    return state["status"], [(one["id"], one["score"]) for one in state["documents"]]


def a_month(organization: Organization) -> None:
    """Pairs that are certain, doubts, a line without note."""
    make_pair(organization)
    make_pair(organization, "321.00")
    documents, _ = make_doubt(organization)
    documents[0].normalized = {"installments": []}
    make_transaction(organization, "-35.00", memo="TARIFA MENSALIDADE PACOTE")


RULES = [
    ("document_total == 1500", "forbid"),
    ("document_total == 321", "propose"),
    ('document_number == "{number}" and pair_difference == 0', "accept"),
    ("transaction_credit", "{points: -30}"),
    ("not transaction_credit", "{classify: {debit: 3.1.05}, flag: Tarifa acima do contrato}"),
]


@pytest.mark.parametrize(("when", "then"), RULES)
def test_the_simulation_changes_nothing_and_equals_what_enabling_does(
    organization: Organization,
    manager: User,
    reconcile: Reconcile,
    save: Save,
    simulate: Simulate,
    when: str,
    then: str,
) -> None:
    a_month(organization)
    number = make_doubt(organization, "640.00")[0][0].number
    reconcile(organization, force=True)
    rule = save(when.format(number=number), then)
    before, books = fingerprint(), bands()
    simulation = simulate(rule)

    assert (simulation.status, simulation.done, simulation.error) == ("done", 100, "")
    assert fingerprint() == before
    _, run = enable_rule(rule, user=manager)
    assert run is not None
    execute_run(organization.pk, run.pk)
    after = bands()
    promised = {row["transaction"]: promise(row["after"]) for row in simulation.sample}
    assert {line: state for line, state in after.items() if books[line] != state} == promised
    assert simulation.counts["hits"] == RuleHit.objects.filter(rule=rule).count() > 0


MIXED = """
- {name: Cobra, when: '"FREIRE" in transaction_memo', then: forbid}
- {name: Prefere, when: document_total == 640 and document_number == "{number}", then: accept}
- {name: Pergunta, when: document_total == 321, then: propose}
- {name: Nota, when: pair_number_cited, then: {points: -4}, stop: true}
- {name: Nunca, when: document_total == 1500 and pair_booked, then: forbid}
- {name: Conta, when: transaction_credit, then: {classify: {debit: 1.1.01}, points: 2}}
- {name: Aponta, when: transaction_amount > 30, then: {flag: Confira}}
"""


def test_of_many_rules_that_mix_each_does_what_its_simulation_showed(
    organization: Organization, manager: User, reconcile: Reconcile, simulate: Simulate
) -> None:
    a_month(organization)
    document, _ = make_pair(organization, "77.00")
    memo = f"FREIRE NF {document.number} {document.receiver_cnpj}"
    make_transaction(organization, "88.00", memo=memo)
    make_document(organization, "88.00", number=f"9{document.number}")
    number = make_doubt(organization, "640.00")[0][0].number
    reconcile(organization, force=True)
    for rule, _ in save_rules(organization, MIXED.replace("{number}", number), user=manager):
        books, tried = bands(), simulate(rule)
        _, run = enable_rule(rule, user=manager)
        assert run is not None
        execute_run(organization.pk, run.pk)
        promised = {row["transaction"]: promise(row["after"]) for row in tried.sample}
        changed = {line: state for line, state in bands().items() if books[line] != state}
        assert changed == promised, rule.name
        assert tried.counts["hits"] == RuleHit.objects.filter(rule=rule, run=run).count()


def test_a_decision_names_its_rule_in_the_books(
    organization: Organization, manager: User, reconcile: Reconcile, save: Save, simulate: Simulate
) -> None:
    documents, line = make_doubt(organization)
    rule = save(f'document_number == "{documents[0].number}"', name="Sempre a primeira")
    simulate(rule)
    _, run = enable_rule(rule, user=manager)
    assert run is not None
    execute_run(organization.pk, run.pk)

    row = Reconciliation.objects.get(transaction=line)
    assert (row.status, row.document_id) == ("matched", documents[0].pk)
    assert row.evidence[-1]["factor"] == "rule"
    assert "“Sempre a primeira”" in row.reason
    assert sum(float(one["points"]) for one in row.evidence) == pytest.approx(float(row.score))


def test_a_second_run_writes_no_second_hit(
    organization: Organization, manager: User, reconcile: Reconcile, save: Save, simulate: Simulate
) -> None:
    make_pair(organization)
    rule = save("document_total == 1500", "{flag: Confira}")
    simulate(rule)
    _, run = enable_rule(rule, user=manager)
    assert run is not None
    execute_run(organization.pk, run.pk)
    first = RuleHit.objects.get()
    again = reconcile(organization, force=True)

    hit = RuleHit.objects.get()
    assert (hit.pk, hit.first_at, hit.run_id) == (first.pk, first.first_at, again.pk)
    assert hit.flag == "Confira"


def test_what_people_had_confirmed_is_compared(
    organization: Organization, auditor: User, reconcile: Reconcile, save: Save, simulate: Simulate
) -> None:
    documents, line = make_doubt(organization)
    reconcile(organization)
    proposal = Reconciliation.objects.get(transaction=line, document=documents[0])
    confirm_match(proposal, user=auditor)
    when = "document_total == 800"

    agreeing = simulate(save(when, "accept", "Sim")).counts
    opposed = simulate(save(when, "forbid", "Não")).counts
    assert (agreeing["agreed"], agreeing["contradicted"]) == (1, 0)
    assert (opposed["agreed"], opposed["contradicted"]) == (0, 1)


def test_conflicts_with_working_rules_are_named(
    organization: Organization, manager: User, save: Save, simulate: Simulate
) -> None:
    make_pair(organization)
    works = save("document_total == 1500", "forbid", "Não esta")
    simulate(works)
    enable_rule(works, user=manager)
    found = simulate(save("transaction_credit", "accept", "Todas"))

    assert found.counts["conflicts"] == 1
    assert set(found.conflicts[0]["rules"]) == {"Não esta", "Todas"}


def test_changes_outside_the_period_are_only_counted(
    organization: Organization, save: Save, simulate: Simulate
) -> None:
    make_pair(organization)
    found = simulate(
        save("transaction_credit", "forbid"), first=DAY + timedelta(1), last=DAY + timedelta(30)
    )

    assert (found.counts["changed"], found.counts["outside"], found.sample) == (0, 1, [])


def test_asked_twice_it_is_one_and_carried_out_twice_it_works_once(
    organization: Organization, save: Save, manager: User
) -> None:
    make_document(organization)
    rule = save("transaction_credit")
    first, created = start_simulation(rule, user=manager)
    again, created_again = start_simulation(rule, user=manager)
    assert (created, created_again, first) == (True, False, again)

    execute_simulation(organization.pk, first.pk)
    first.refresh_from_db()
    finished = first.finished_at
    execute_simulation(organization.pk, first.pk)
    first.refresh_from_db()
    assert first.finished_at == finished


def test_who_may_not_configure_simulates_nothing(
    save: Save, operator: User, stranger: User
) -> None:
    rule = save("transaction_credit")
    for user in (operator, stranger):
        with pytest.raises(NotAllowed):
            start_simulation(rule, user=user)


def test_a_period_that_ends_before_it_begins_is_refused(save: Save, manager: User) -> None:
    rule = save("transaction_credit")
    with pytest.raises(InvalidInput):
        start_simulation(rule, user=manager, first=date(2026, 2, 1), last=date(2026, 1, 1))


def test_a_worker_that_died_is_followed_by_another_three_times(
    organization: Organization, save: Save, manager: User
) -> None:
    row, _ = start_simulation(save("transaction_credit"), user=manager)
    past = timezone.now() - timedelta(seconds=1)
    RuleSimulation.objects.update(status="running", attempts=3, locked_until=past)
    assert sweep_simulations() == 1
    execute_simulation(organization.pk, row.pk)

    row.refresh_from_db()
    assert (row.status, "3 vezes" in row.error) == ("failed", True)


def test_another_organization_sees_no_simulation(
    organization: Organization, other_organization: Organization, save: Save, simulate: Simulate
) -> None:
    make_pair(other_organization)
    found: Any = simulate(save("transaction_credit", "forbid"))

    assert found.counts["transactions"] == 0
    with session([other_organization.pk]):
        assert not RuleSimulation.objects.exists()
