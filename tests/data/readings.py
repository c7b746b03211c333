"""Readings made by hand, for what happens to rows whatever reader gave them."""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from conciliacontag.organizations.models import Organization
from ingestion.models import FileStatus, SourceFile
from ingestion.parsers.model import (
    Event,
    Mention,
    Page,
    Parsed,
    Reading,
    Statement,
    Transaction,
    Voiding,
)

DAY = date(2026, 10, 5)
KEY = "0" * 43 + "1"


def reading(name: str = "arquivo", kind: str = "table", **said: Any) -> Reading:
    """One file that says exactly this."""
    digest = sha256(f"{name}{said}".encode()).hexdigest()
    return Reading(name, digest, 10, Parsed(kind, "table/1", **said))


def make_file(organization: Organization, found: Reading) -> SourceFile:
    return SourceFile.objects.create(
        organization=organization,
        filename=found.name,
        sha256=found.sha256,
        size=found.size,
        status=FileStatus.PROCESSING,
    )


def line(record: int, amount: str = "10.00", **named: Any) -> Transaction:
    values: dict[str, Any] = {
        "external_id": "",
        "account": "1-9",
        "posted_on": DAY,
        "amount": Decimal(amount),
        "memo": f"LINHA {record}",
        "payee": "",
        "kind": "",
        "check_number": "",
        "ordinal": 1,
        "record": record,
    }
    return Transaction(**values | named)


def event(event_type: str, protocol: str, **named: Any) -> Event:
    values: dict[str, Any] = {
        "document_key": KEY,
        "sequence": 1,
        "occurred_at": None,
        "author": "",
        "description": "",
        "accepted": True,
        "status_code": "135",
    }
    return Event(event_type=event_type, protocol=protocol, **values | named)


def voiding(first: int = 10, last: int = 12, **named: Any) -> Voiding:
    values: dict[str, Any] = {
        "issuer_tax_id": "11222333000181",
        "model": "55",
        "series": "1",
        "year": "26",
        "protocol": "135260000000001",
        "accepted": True,
        "occurred_at": None,
    }
    return Voiding(first=first, last=last, **values | named)


def mention(key: str = KEY, told_by: str = "efd", **named: Any) -> Mention:
    return Mention(natural_key=key, key=key, doc_type="nfe", told_by=told_by, **named)


def balances() -> Statement:
    days = ((DAY, Decimal("110.00")),)
    return Statement("1-9", "BRL", DAY, DAY, Decimal("110.00"), DAY, Decimal("100.00"), days)


def page(number: int, text: str) -> Page:
    return Page(number, text)
