"""While a simulation works, others see how far it is, and nobody waits for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from reconciliation.rules.models import RuleSimulation
from reconciliation.rules.services import save_rules
from reconciliation.rules.shadow import read_books
from reconciliation.rules.simulation import Overtaken, claim, start_simulation, tell
from reconciliation.rules.trying import Period, try_rule
from tests.conftest import make_organization
from tests.data.rows import make_pair

TEXT = "name: a\nwhen: document_total == 1500\nthen: forbid"


@pytest.fixture
def simulation(committed: None) -> Iterator[RuleSimulation]:
    """A claimed simulation whose rows are really committed."""
    with session(EVERY):
        organization: Organization = make_organization("Padaria Aurora Ltda", 1)
        user = User.objects.create(email="g@exemplo.com.br", name="Gil")
        Membership.objects.create(user=user, organization=organization, role=Role.MANAGER)
        user.roles = {organization.pk: Role.MANAGER}
        make_pair(organization)
        rule = save_rules(organization, TEXT, user=user)[0][0]
        row, _ = start_simulation(rule, user=user)
    claimed = claim(organization.pk, row.pk)
    assert claimed is not None
    yield claimed


def test_progress_is_seen_while_the_work_goes_on(simulation: RuleSimulation) -> None:
    seen: list[int] = []

    def look(percent: int) -> None:
        tell(simulation, percent)
        with session([simulation.organization_id]):
            seen.append(RuleSimulation.objects.get(pk=simulation.pk).done)

    period = Period(simulation.starts_on, simulation.ends_on)
    found: Any = try_rule(read_books(simulation), period, look)

    assert seen == sorted(set(seen))
    assert (len(seen) >= 3, found.counts["changed"]) == (True, 1)


def test_a_second_worker_gets_nothing_while_the_first_lives(simulation: RuleSimulation) -> None:
    assert claim(simulation.organization_id, simulation.pk) is None


def test_a_worker_that_was_overtaken_tells_nothing(simulation: RuleSimulation) -> None:
    with session([simulation.organization_id]):
        RuleSimulation.objects.filter(pk=simulation.pk).update(attempts=2)
    with pytest.raises(Overtaken):
        tell(simulation, 77)

    with session([simulation.organization_id]):
        assert RuleSimulation.objects.get(pk=simulation.pk).done == 0
