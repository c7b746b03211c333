"""Bookings and outcomes written by hand, for what the engine would not propose by itself."""

from decimal import Decimal
from typing import Any

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.engine import Candidate, Difference
from reconciliation.models import Reconciliation, ReconciliationStatus


def make_booking(
    line: Transaction, document: Document, amount: str, difference: str = "0", **named: Any
) -> Reconciliation:
    """An allocation that a machine booked, unless told otherwise."""
    values = {
        "organization_id": line.organization_id,
        "transaction": line,
        "document": document,
        "status": ReconciliationStatus.MATCHED,
        "amount": Decimal(amount),
        "difference": Decimal(difference),
        "score": Decimal(99),
        "reason": "Feita à mão para o teste.",
    }
    return Reconciliation.objects.create(**values | named)


def candidate(
    line: Transaction,
    document: Document,
    amount: str,
    *,
    link: int = 1,
    score: str = "99.50",
    difference: Difference | None = None,
) -> Candidate:
    """What the engine says of a pair."""
    return Candidate(
        transaction_id=str(line.pk),
        document_id=str(document.pk),
        installment="",
        amount=Decimal(amount),
        score=Decimal(score),
        evidence=(),
        reason="Soma das notas.",
        link=link,
        difference=difference,
    )


def make_group(
    organization: Organization, documents: list[Document], line: Transaction, **named: Any
) -> list[Reconciliation]:
    """A proposal of one payment for many documents, whole."""
    first = make_booking(line, documents[0], str(documents[0].total_amount), **named)
    rest = [
        make_booking(line, document, str(document.total_amount), link=first.link, **named)
        for document in documents[1:]
    ]
    return [first, *rest]


def is_decided_by(rows: list[Reconciliation], user: User) -> bool:
    fresh = Reconciliation.objects.filter(pk__in=[row.pk for row in rows])
    return all(row.performed_by == user and row.status == "matched" for row in fresh)
