"""Lines with suggestions as a run leaves them, with the points that a test wants."""

from decimal import Decimal
from typing import Any

from conciliacontag.organizations.models import Organization
from ingestion.models import Document, Transaction
from reconciliation.models import Reconciliation, ReconciliationStatus
from tests.data.rows import make_document, make_transaction


def suggested(
    organization: Organization,
    amount: str,
    score: str,
    second: str = "",
    *,
    document: Document | None = None,
    installment: str = "",
    witness: str = "",
    **named: Any,
) -> Transaction:
    """A line and its own note; with `second`, another note with so many points."""
    line = make_transaction(organization, amount, **named)
    own = document or make_document(organization, amount.removeprefix("-"))
    propose(line, own, score, installment=installment, witness=witness)
    if second:
        propose(line, make_document(organization, amount.removeprefix("-")), second)
    return line


def propose(
    line: Transaction, document: Document, score: str, *, installment: str = "", witness: str = ""
) -> Reconciliation:
    """What a run suggests: by the amount alone, or with a witness (`number`, `name`, …)."""
    factors = ["amount", witness] if witness else ["amount"]
    points = Decimal(score) / len(factors)
    return Reconciliation.objects.create(
        organization=line.organization,
        transaction=line,
        document=document,
        installment=installment,
        status=ReconciliationStatus.PARTIAL,
        amount=abs(line.amount),
        score=Decimal(score),
        reason=f"Valor igual ao da {document}.",
        evidence=[
            {"factor": factor, "points": f"{points:.2f}", "document_value": document.number,
             "transaction_value": line.memo, "place": "valor"}
            for factor in factors
        ],
        content_hash=line.pk.hex,
    )  # fmt: skip
