"""Books in which the likeliest link has 83 points: a run decides it or not by the thresholds."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.thresholds.models import Thresholds
from tests.data.rows import CUSTOMER_NAME, DAY, make_document, make_transaction


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
    """A line with suggestions as a run leaves them: its own note, then a near second if named."""

    def make(
        amount: str,
        score: str,
        second: tuple[str, str] | None = None,
        *,
        document: Document | None = None,
        installment: str = "",
        **named: Any,
    ) -> Transaction:
        line = make_transaction(organization, amount, **named)
        propose(line, document or make_document(organization, amount), score, installment)
        if second:
            propose(line, make_document(organization, amount), second[0], reason=second[1])
        return line

    return make


def propose(
    line: Transaction,
    document: Document,
    score: str,
    installment: str = "",
    reason: str = "Valor igual.",
) -> None:
    evidence = [{"factor": "amount", "points": score, "place": "valor"}]
    Reconciliation.objects.create(
        organization=line.organization,
        transaction=line,
        document=document,
        installment=installment,
        status=ReconciliationStatus.PARTIAL,
        amount=abs(line.amount),
        score=Decimal(score),
        reason=reason,
        evidence=evidence,
        content_hash=f"{line.pk.hex}",
    )
