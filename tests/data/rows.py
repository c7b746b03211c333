"""Documents and bank lines as rows, with plausible values for everything a test does not name."""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any

from conciliacontag.organizations.models import Organization
from ingestion.models import Document, Transaction
from ingestion.models.documents import Direction
from tests.data.identity import cnpj

DAY = date(2026, 10, 5)
CUSTOMER = cnpj(4711)
CUSTOMER_NAME = "Mercado Horizonte Ltda"
numbers = count(1)


def make_document(organization: Organization, total: str = "1500.00", **named: Any) -> Document:
    """A note the organization issued to its customer on `DAY`, unless told otherwise."""
    number = str(named.pop("number", next(numbers)))
    installments = named.pop("installments", [])
    values: dict[str, Any] = {
        "doc_type": "nfe",
        "key": f"{number:0>44}",
        "series": "1",
        "number": number,
        "emitter_cnpj": organization.cnpj,
        "emitter_name": organization.name,
        "receiver_cnpj": CUSTOMER,
        "receiver_name": CUSTOMER_NAME,
        "total_amount": Decimal(total),
        "issue_date": DAY,
        "direction": Direction.ISSUED,
        "fiscal_status": "authorized",
        "environment": "1",
        "purpose": "1",
        "normalized": {"installments": installments},
        "content_hash": sha256(number.encode()).hexdigest(),
        "parser": "nfe/1",
    }
    return Document.objects.create(organization=organization, **values | named)


def make_transaction(organization: Organization, amount: str, **named: Any) -> Transaction:
    """A bank line on `DAY`; a positive amount is a credit."""
    number = next(numbers)
    values: dict[str, Any] = {
        "external_id": f"FIT{number:06d}",
        "account": "001/1234/56789-0",
        "date": DAY,
        "amount": Decimal(amount),
        "memo": "TED RECEBIDA",
        "kind": "CREDIT" if Decimal(amount) > 0 else "DEBIT",
        "natural_key": sha256(f"line {number}".encode()).hexdigest(),
        "parser": "ofx/1",
    }
    return Transaction.objects.create(organization=organization, **values | named)


def make_pair(
    organization: Organization, total: str = "1500.00", **named: Any
) -> tuple[Document, Transaction]:
    """A note and the bank line that names it by number and CNPJ: booked without asking."""
    document = make_document(organization, total, **named)
    memo = f"PIX RECEBIDO NF {document.number} CNPJ {document.receiver_cnpj}"
    return document, make_transaction(organization, total, memo=memo)


def make_doubt(
    organization: Organization, total: str = "800.00"
) -> tuple[list[Document], Transaction]:
    """Two notes of one amount and a bank line that could pay either: only a person can tell."""
    documents = [make_document(organization, total) for _ in range(2)]
    return documents, make_transaction(organization, total)
