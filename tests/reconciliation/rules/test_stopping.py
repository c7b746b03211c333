"""A simulation that somebody stops works no longer, and changes nothing."""

from collections.abc import Callable

import pytest
from django.test import Client

from conciliacontag.errors import NotAllowed
from conciliacontag.organizations.models import Organization, User
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.simulation import (
    Overtaken,
    claim,
    execute_simulation,
    start_simulation,
    stop_simulation,
    tell,
)
from tests.data.requests import forgiven
from tests.data.rows import make_pair

Screen = Callable[[User], Client]


@pytest.fixture
def asked(organization: Organization, manager: User, save: Callable[..., Rule]) -> RuleSimulation:
    make_pair(organization)
    return start_simulation(save("transaction_credit", "forbid"), user=manager)[0]


def test_a_stopped_simulation_says_who_and_is_not_carried_out(
    asked: RuleSimulation, manager: User
) -> None:
    for _ in range(2):
        row = stop_simulation(asked, user=manager)
    execute_simulation(row.organization_id, row.pk)

    row.refresh_from_db()
    assert (row.status, row.attempts, row.counts) == ("failed", 0, {})
    assert f"Interrompida por {manager.name}" in row.error


def test_the_worker_hears_of_it_at_its_next_step(asked: RuleSimulation, manager: User) -> None:
    claimed = claim(asked.organization_id, asked.pk)
    assert claimed is not None
    tell(claimed, 20)
    stop_simulation(asked, user=manager)

    with pytest.raises(Overtaken):
        tell(claimed, 40)


def test_what_is_over_stays_as_it_is_and_another_may_follow(
    asked: RuleSimulation, manager: User
) -> None:
    execute_simulation(asked.organization_id, asked.pk)
    assert stop_simulation(asked, user=manager).status == "done"
    again, created = start_simulation(asked.version.rule, user=manager)
    stop_simulation(again, user=manager)

    assert created
    assert start_simulation(asked.version.rule, user=manager)[1]


def test_only_who_may_configure_stops_it(
    asked: RuleSimulation, manager: User, operator: User, stranger: User, screen: Screen
) -> None:
    place = f"/v1/admin/simulations/{asked.pk}/stop"
    for user in (operator, stranger):
        with pytest.raises(NotAllowed):
            stop_simulation(asked, user=user)
    assert screen(stranger).post(place).status_code == 404
    assert screen(operator).post(place).status_code == 403

    answer = screen(manager).post(place)
    assert (answer.status_code, answer.json()["status"]) == (200, "failed")


def test_the_page_stops_it(asked: RuleSimulation, manager: User, screen: Screen) -> None:
    client, place = screen(manager), f"/admin/reconciliation/rule/{asked.version.rule_id}/"
    assert "Interromper a simulação" in client.get(f"{place}change/").content.decode()
    shown = forgiven(client.post(f"{place}interromper/", follow=True)).content.decode()

    assert "Interrompida por" in shown
    assert not RuleSimulation.objects.active().exists()
