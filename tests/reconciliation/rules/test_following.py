"""Whether the books follow the rules of now is told, and a run that sees to it is one click."""

from collections.abc import Callable

import pytest
from django.test import Client

from conciliacontag.errors import NotAllowed
from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Run, RunStatus
from reconciliation.rules.following import follows_rules, is_behind, run_again
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.ordering import move_rule
from reconciliation.rules.services import disable_rule, enable_rule
from reconciliation.services import execute_run, start_run
from tests.data.requests import forgiven
from tests.data.rows import make_pair

Screen = Callable[[User], Client]
LIST = "/admin/reconciliation/rule/"
TOLD = "segue as de antes"


@pytest.fixture
def two(
    organization: Organization,
    manager: User,
    save: Callable[..., Rule],
    simulate: Callable[..., RuleSimulation],
) -> list[Rule]:
    """Two rules at work, of which the first closes pairs to the second."""
    make_pair(organization)
    asks, never = "{decide: propose}\nstop: true", "{decide: forbid}\nstop: true"
    rules = [save("document_total == 1500", asks, "a"), save("transaction_credit", never, "b")]
    for rule in rules:
        simulate(rule)
        carry_out(enable_rule(rule, user=manager)[1])
    return rules


def carry_out(run: Run | None) -> Run:
    assert run is not None
    execute_run(run.organization_id, run.pk)
    run.refresh_from_db()
    return run


def bands(run: Run) -> tuple[int, int, int]:
    return run.matched, run.partial, run.unmatched


def test_a_moved_rule_leaves_the_books_behind_until_the_run_that_is_offered(
    two: list[Rule], organization: Organization, manager: User
) -> None:
    assert follows_rules(organization)
    move_rule(two[1], place=1, user=manager)
    assert is_behind(organization)

    run, heeds = run_again(organization, user=manager)
    assert (heeds, run.force, is_behind(organization)) == (True, True, False)
    assert bands(carry_out(run)) == (0, 0, 1)
    assert follows_rules(organization)


def test_a_run_that_waits_is_made_to_decide_everything(
    two: list[Rule], organization: Organization, manager: User
) -> None:
    waiting, _ = start_run(organization, requested_by=manager)
    disable_rule(two[0], user=manager)
    run, heeds = run_again(organization, user=manager)

    assert (run, heeds) == (waiting, True)
    assert bands(carry_out(run)) == (0, 0, 1)
    assert follows_rules(organization)


def test_a_run_that_works_already_is_not_taken_for_the_one_that_was_asked_for(
    two: list[Rule], organization: Organization, manager: User
) -> None:
    working, _ = start_run(organization, requested_by=manager)
    Run.objects.filter(pk=working.pk).update(status=RunStatus.RUNNING)
    move_rule(two[1], place=1, user=manager)

    assert run_again(organization, user=manager) == (working, False)
    assert is_behind(organization)


def test_the_list_says_so_and_offers_the_run(
    two: list[Rule], organization: Organization, manager: User, operator: User, screen: Screen
) -> None:
    client, place = screen(manager), f"{LIST}conciliar/{organization.pk}/"
    assert TOLD not in client.get(LIST).content.decode()
    assert client.get("/v1/admin/rules").json()["applied"] is True
    move_rule(two[1], place=1, user=manager)
    assert TOLD in client.get(LIST).content.decode()
    assert client.get("/v1/admin/rules").json()["applied"] is False

    assert screen(operator).post(place).status_code == 403
    shown = forgiven(client.post(place, follow=True)).content.decode()
    assert "refaz tudo pelas regras de agora começou" in shown
    assert Run.objects.active().get().force


def test_who_works_elsewhere_starts_nothing(
    two: list[Rule], organization: Organization, stranger: User, screen: Screen
) -> None:
    assert screen(stranger).post(f"{LIST}conciliar/{organization.pk}/").status_code == 404
    with pytest.raises(NotAllowed):
        run_again(organization, user=stranger)
    assert not Run.objects.active().exists()
