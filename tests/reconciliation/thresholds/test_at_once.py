"""Two people accept at the same instant: each line is booked once, and both are told."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.access import look_around
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role
from reconciliation.models import Reconciliation
from reconciliation.thresholds.accepting import carry_out_acceptance, preview_acceptance
from reconciliation.thresholds.models import Acceptance
from tests.conftest import make_organization
from tests.data.at_once import at_once
from tests.data.suggestions import suggested

LINES = 12


@pytest.fixture
def office(committed: None, person: Callable[..., User]) -> tuple[Organization, list[User]]:
    """A company with suggestions, and two people who may accept them."""
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        users = [person(Role.AUDITOR, organization), person(Role.MANAGER, organization)]
        for _ in range(LINES):
            suggested(organization, "10.00", "97", "50")
    return organization, users


def preview(organization: Organization, user: User) -> Acceptance:
    look_around(user)
    return preview_acceptance(organization, points=Decimal(90), user=user)


def booked() -> tuple[int, int]:
    with session(EVERY):
        acts = AuditLog.objects.filter(action="lines.decided").count()
        return Reconciliation.objects.matched().count(), acts


def test_one_acceptance_by_two_people(office: Any) -> None:
    organization, users = office
    with session(EVERY):
        seen = preview(organization, users[0])

    def accept(user: User) -> Any:
        look_around(user)
        return carry_out_acceptance(seen.pk, user=user).together

    answers = at_once(accept, users)

    assert answers[0] == answers[1]
    assert booked() == (LINES, 1)


def test_two_acceptances_of_the_same_lines(office: Any) -> None:
    organization, users = office

    def accept(user: User) -> Any:
        done = carry_out_acceptance(preview(organization, user).pk, user=user)
        return done.booked + len(done.refused["lines"]), done.booked

    answers = at_once(accept, users)

    assert booked() == (LINES, 1)
    assert sorted(booked for _, booked in answers) == [0, LINES]
