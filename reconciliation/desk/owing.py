"""What documents still expect, with the little of each that the desk shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from ingestion.models import Document, Transaction
from ingestion.models.documents import Direction
from reconciliation.balances import settled
from reconciliation.desk.balance import Balance
from reconciliation.models import Reconciliation
from reconciliation.open_rows import declared_installments


def with_owing(documents: "QuerySet[Document]") -> "QuerySet[Document]":
    """Documents with what was booked to them and their instalments, without their whole content."""
    return documents.annotate(
        booked=settled_amount(), installments=F("normalized__installments")
    ).defer("normalized")


def settled_amount() -> Coalesce:
    """What bookings have settled of a document, for `annotate` on the few that a page shows."""
    rows = Reconciliation.objects.matched().filter(document=OuterRef("pk"))
    sums = rows.order_by().values("document").annotate(sum=settled()).values("sum")
    return Coalesce(Subquery(sums), Value(Decimal(0)))


@dataclass(frozen=True, slots=True)
class Debt:
    """What a document or one instalment expects; `due_on` is the issue where none is told."""

    document: Any
    installment: str
    amount: Decimal
    due_on: date

    @property
    def name(self) -> str:
        part = f", parcela {self.installment}" if self.installment else ""
        return f"{self.document}{part}"

    @property
    def party(self) -> str:
        issued = self.document.direction == Direction.ISSUED
        return str(self.document.receiver_cnpj if issued else self.document.emitter_cnpj)

    def beside(self, line: Transaction, row: Reconciliation | None = None) -> Balance:
        kind = str(getattr(row, "difference_kind", "") or "")
        return Balance(
            self.name, abs(line.amount), self.amount, self.document.withheld_amount, kind
        )


def debt_of(document: Any, installment: str = "") -> Debt:
    """The instalment of that name, or what the document as a whole still lacks.

    Args:
        document: a row of `with_owing`.
    """
    for payable in declared_installments(document.installments or (), document.issue_date):
        if installment and payable.installment == installment:
            return Debt(document, installment, payable.amount, payable.due_on)
    left = max(document.total_amount - document.booked, Decimal(0))
    return Debt(document, installment, left or document.total_amount, document.issue_date)


def debts_of(rows: Iterable[Reconciliation]) -> dict[Any, Debt]:
    """The debt that each proposal or booking is about, by the row's identifier."""
    pairs = [row for row in rows if row.document_id]
    found = with_owing(Document.objects.filter(pk__in={row.document_id for row in pairs}))
    documents: dict[Any, Any] = {document.pk: document for document in found}
    return {
        row.pk: debt_of(documents[row.document_id], row.installment)
        for row in pairs
        if row.document_id in documents
    }
