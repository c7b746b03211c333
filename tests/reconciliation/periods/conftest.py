"""A month with one reconciled line, and the same month closed."""

from collections.abc import Callable
from datetime import date

import pytest

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.models import Run
from reconciliation.periods.models import Closing
from reconciliation.periods.services import close_period
from tests.data.rows import make_pair

OCTOBER = date(2026, 10, 1)
Pair = tuple[Document, Transaction]


@pytest.fixture
def month() -> date:
    return OCTOBER


@pytest.fixture
def pair(organization: Organization, reconcile: Callable[..., Run]) -> Pair:
    made = make_pair(organization)
    reconcile(organization)
    return made


@pytest.fixture
def closed(pair: Pair, organization: Organization, manager: User) -> Closing:
    closing, _ = close_period(
        organization, OCTOBER, user=manager, reason="Mês conferido", accept_open=True
    )
    return closing
