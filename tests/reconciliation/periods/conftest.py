"""A month with one reconciled line, and the same month closed."""

from datetime import date

import pytest

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, Transaction
from reconciliation.periods.models import Closing
from reconciliation.periods.services import close_period
from tests.conftest import company, make_person
from tests.data.ground import Layer, Made
from tests.data.rows import make_pair
from tests.reconciliation.conftest import run_once

OCTOBER = date(2026, 10, 1)
Pair = tuple[Document, Transaction]


@pytest.fixture
def month() -> date:
    return OCTOBER


def reconciled(below: Made) -> Made:
    pair = make_pair(below["organization"])
    run_once(below["organization"])
    return {"pair": pair}


def month_closed(below: Made) -> Made:
    organization = below["organization"]
    manager = make_person(Role.MANAGER, organization)
    reason = "Mês conferido"
    closing, _ = close_period(organization, OCTOBER, user=manager, reason=reason, accept_open=True)
    return {"manager": manager, "closed": closing}


@pytest.fixture
def layers(request: pytest.FixtureRequest) -> tuple[Layer, ...]:
    if "closed" in request.fixturenames:
        return company, reconciled, month_closed
    return (company, reconciled) if "pair" in request.fixturenames else ()


@pytest.fixture
def pair(standing: Made, organization: Organization) -> Pair:
    made: Pair = standing["pair"]
    return made


@pytest.fixture
def closed(standing: Made, pair: Pair, manager: User) -> Closing:
    closing: Closing = standing["closed"]
    return closing
