"""How often a rule held and was kept, and what decisions suggest."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.allocating import Allocation
from reconciliation.models import Reconciliation, Run
from reconciliation.rules.figures import Figures, figures_of, suggestions_for
from reconciliation.rules.models import Rule, RuleHit, RuleSimulation
from reconciliation.rules.services import enable_rule, forget_suggestion, save_rules
from reconciliation.services import allocate, confirm_match, execute_run, refuse_matches, undo_match
from tests.data.rows import make_doubt, make_pair, make_transaction

Save = Callable[..., Rule]
Simulate = Callable[..., RuleSimulation]
Reconcile = Callable[..., Run]


def test_without_history_there_is_no_precision(save: Save) -> None:
    rule = save("transaction_credit")

    assert figures_of([rule]) == {rule.pk: Figures()}
    assert Figures().precision is None


def worked(organization: Organization, rule: Rule, simulate: Simulate, manager: User) -> None:
    simulate(rule)
    _, run = enable_rule(rule, user=manager)
    assert run is not None
    execute_run(organization.pk, run.pk)


def doubt(organization: Organization) -> tuple[list[Document], Transaction]:
    return make_doubt(organization)


def test_what_people_take_back_is_not_kept(
    organization: Organization, manager: User, save: Save, simulate: Simulate
) -> None:
    (first, _), line = doubt(organization)
    make_pair(organization)
    rule = save(f'document_number == "{first.number}" or document_total == 1500')
    worked(organization, rule, simulate, manager)
    assert figures_of([rule])[rule.pk].precision == 1
    undo_match(line, user=manager)

    figures = figures_of([rule])[rule.pk]
    assert (figures.used, figures.kept, figures.precision) == (2, 1, Decimal("0.5"))
    assert (figures.in_month, figures.in_year) == (2, 2)


def test_confirming_what_a_rule_forbids_is_counted_against_it(
    organization: Organization, manager: User, save: Save, simulate: Simulate, reconcile: Reconcile
) -> None:
    documents, line = doubt(organization)
    reconcile(organization)
    proposal = Reconciliation.objects.get(transaction=line, document=documents[0])
    rule = save("document_total == 800", "{points: -5}")
    worked(organization, rule, simulate, manager)
    proposal = Reconciliation.objects.get(transaction=line, document=documents[0])
    confirm_match(proposal, user=manager)

    figures = figures_of([rule])[rule.pk]
    assert (figures.used, figures.contradicted) == (2, 1)


def test_a_note_given_to_a_line_that_a_rule_leaves_without_is_counted_against_it(
    organization: Organization, manager: User, save: Save, simulate: Simulate
) -> None:
    (first, _), line = doubt(organization)
    make_transaction(organization, "35.00", memo="RENDIMENTO")
    rule = save("transaction_credit", "forbid")
    worked(organization, rule, simulate, manager)
    figures = figures_of([rule])[rule.pk]
    assert (figures.used, figures.kept) == (2, 2)
    allocate(organization, [Allocation(line.pk, first.pk)], user=manager)

    figures = figures_of([rule])[rule.pk]
    assert (figures.used, figures.kept) == (2, 1)


def test_old_hits_leave_the_month_and_then_the_year(
    organization: Organization, manager: User, save: Save, simulate: Simulate
) -> None:
    make_pair(organization)
    rule = save("document_total == 1500")
    worked(organization, rule, simulate, manager)
    RuleHit.objects.update(first_at=timezone.now() - timedelta(days=40))
    figures = figures_of([rule])[rule.pk]
    assert (figures.in_month, figures.in_year) == (0, 1)
    RuleHit.objects.update(first_at=timezone.now() - timedelta(days=400))
    assert figures_of([rule])[rule.pk].in_year == 0


def refused(organization: Organization, user: User, times: int) -> None:
    for number in range(times):
        line = make_transaction(organization, "-35.00", memo=f"TARIFA MENSALIDADE {number:04}")
        refuse_matches(line, user=user, reason="")


def test_repeated_decisions_suggest_a_rule_until_it_is_saved(
    organization: Organization, auditor: User, manager: User
) -> None:
    refused(organization, auditor, 4)
    found = suggestions_for(organization)[0]
    assert found.proof == "4 vezes, nunca diferente"

    text = f"name: Tarifa\nwhen: {found.definition.when}\nthen: forbid"
    save_rules(organization, text, user=manager)
    assert suggestions_for(organization) == []


def test_a_forgotten_suggestion_does_not_come_back(
    organization: Organization, auditor: User, manager: User
) -> None:
    refused(organization, auditor, 3)
    fingerprint = suggestions_for(organization)[0].fingerprint
    forget_suggestion(organization, fingerprint, user=manager)
    forget_suggestion(organization, fingerprint, user=manager)

    assert suggestions_for(organization) == []


def test_suggestions_stay_within_their_organization(
    organization: Organization, other_organization: Organization, auditor: User
) -> None:
    refused(organization, auditor, 3)

    assert suggestions_for(other_organization) == []
