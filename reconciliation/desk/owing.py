"""What documents still expect, with the little of each that the desk shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from ingestion.models import Document
from ingestion.models.documents import Direction
from reconciliation.balances import ZERO, settled_by_part
from reconciliation.desk.balance import Part
from reconciliation.engine import Payable
from reconciliation.installments import declared_installments, remaining
from reconciliation.models import Reconciliation


@dataclass(frozen=True, slots=True)
class Debt:
    """What a document or one instalment still expects; `due_on` is the issue if none is told."""

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

    @property
    def is_part(self) -> bool:
        """Whether it expects less than the document's total."""
        return bool(self.amount != self.document.total_amount)

    @property
    def part(self) -> Part:
        """As a balance takes it. Tax is withheld once: from what is still owed in full."""
        whole = self.document.total_amount == self.amount
        return Part(self.name, self.amount, self.document.withheld_amount if whole else ZERO)


@dataclass(frozen=True, slots=True)
class Books:
    """Documents by identifier, and what bookings have settled of each of their instalments."""

    documents: Mapping[UUID, Any]
    settled: Mapping[UUID, Mapping[str, Decimal]]

    def debt(self, pk: UUID, installment: str = "") -> Debt:
        """The instalment of that name, or what the document as a whole still lacks."""
        document, paid = self.documents[pk], self.settled.get(pk, {})
        declared = declared_installments(document.installments or (), document.issue_date)
        named = next((one for one in declared if one.installment == installment), None)
        if installment and named:
            return Debt(document, installment, left_of(named, declared, paid), named.due_on)
        left = document.total_amount - sum(paid.values(), ZERO)
        return Debt(document, installment, max(left, ZERO), document.issue_date)


def left_of(named: Payable, declared: list[Payable], paid: Mapping[str, Decimal]) -> Decimal:
    open_parts = {one.installment: one.amount for one in remaining(declared, paid)}
    return open_parts.get(named.installment, ZERO)


def read_books(documents: "QuerySet[Document]") -> Books:
    """These documents without their whole content, and what is settled of them."""
    rows = documents.annotate(installments=F("normalized__installments")).defer("normalized")
    found = {document.pk: document for document in rows}
    booked = Reconciliation.objects.filter(document__in=list(found))
    return Books(found, settled_by_part(booked))


def debts_of(rows: Iterable[Reconciliation]) -> dict[Any, Debt]:
    """The debt that each proposal or booking is about, by the row's identifier."""
    pairs = [(row, row.document_id) for row in rows if row.document_id]
    books = read_books(Document.objects.filter(pk__in={pk for _, pk in pairs}))
    return {row.pk: books.debt(pk, row.installment) for row, pk in pairs if pk in books.documents}
