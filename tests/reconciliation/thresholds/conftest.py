"""Books in which the likeliest link has 83 points: a run decides it or not by the thresholds."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.thresholds.models import Thresholds
from tests.data.rows import CUSTOMER_NAME, DAY, make_document, make_transaction
from tests.data.suggestions import suggested


@pytest.fixture
def likely_pair() -> Callable[[Organization], tuple[Document, Transaction]]:
    """A line that names its payer, who has an older note of the same amount as well."""

    def make(organization: Organization) -> tuple[Document, Transaction]:
        note = make_document(organization)
        make_document(organization, issue_date=DAY - timedelta(days=60))
        return note, make_transaction(
            organization, "1500.00", memo=f"TED {CUSTOMER_NAME}", date=DAY + timedelta(days=1)
        )

    return make


@pytest.fixture
def thresholds(organization: Organization, manager: User) -> Callable[..., Thresholds]:
    """The organization's own, in the table."""

    def put(accept_at: str = "80", propose_at: str = "30") -> Thresholds:
        row, _ = Thresholds.objects.update_or_create(
            organization=organization,
            defaults={
                "accept_at": Decimal(accept_at),
                "propose_at": Decimal(propose_at),
                "set_by": manager,
            },
        )
        return row

    return put


@pytest.fixture
def suggest(organization: Organization) -> Callable[..., Transaction]:
    """A line of the organization with suggestions: `suggest("100.00", "97", "60")`."""
    return partial(suggested, organization)
