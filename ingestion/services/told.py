"""Statements, pages, voided numbers and mentions as rows.

A voiding or a mention that came before stays as it is. A mention never conflicts with a document:
it says that one exists, and the document itself says the rest.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from django.utils import timezone

from conciliacontag.brazil import clean_text
from conciliacontag.database import copy_rows
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from ingestion.models import Mention, PageText, Statement, Voiding
from ingestion.parsers import model
from ingestion.services.documents import Origin, Stored

STATEMENT_COLUMNS = (
    "id",
    "organization_id",
    "file_id",
    "number",
    "account",
    "currency",
    "starts_on",
    "ends_on",
    "opening",
    "balance",
    "balance_on",
    "balances",
    "created_at",
)
PAGE_COLUMNS = ("id", "organization_id", "file_id", "number", "text")
VOIDING_COLUMNS = (
    "id",
    "organization_id",
    "file_id",
    "natural_key",
    "issuer_tax_id",
    "model",
    "series",
    "year",
    "first",
    "last",
    "protocol",
    "accepted",
    "occurred_at",
    "created_at",
)
MENTION_COLUMNS = (
    "id",
    "organization_id",
    "file_id",
    "told_by",
    "natural_key",
    "key",
    "doc_type",
    "series",
    "number",
    "issuer_tax_id",
    "issuer_name",
    "recipient_tax_id",
    "issued_on",
    "total",
    "fiscal_status",
    "created_at",
)


def store_statements(organization: Organization, origins: list[Origin]) -> None:
    """Insert the statements of each file in their order; they are no records of their own."""
    if origins:
        rows = statement_rows(organization, origins)
        copy_rows(Statement, STATEMENT_COLUMNS, rows, conflict=("file_id", "number"))


def statement_rows(organization: Organization, origins: Iterable[Origin]) -> Iterator[list[Any]]:
    now, number, before = timezone.now(), 0, None
    for origin in origins:
        said: model.Statement = origin.record
        number = number + 1 if origin.file_id == before else 1
        before = origin.file_id
        yield [
            new_id(),
            organization.pk,
            origin.file_id,
            number,
            clean_text(said.account)[:80],
            clean_text(said.currency)[:10],
            said.starts_on,
            said.ends_on,
            said.opening,
            said.balance,
            said.balance_on,
            orjson.dumps(said.balances, default=str).decode(),
            now,
        ]


def store_pages(organization: Organization, origins: list[Origin]) -> None:
    """Insert the text of each page."""
    if origins:
        copy_rows(
            PageText,
            PAGE_COLUMNS,
            (
                [
                    new_id(),
                    organization.pk,
                    origin.file_id,
                    origin.record.number,
                    origin.record.text.replace("\x00", ""),
                ]
                for origin in origins
            ),
            conflict=("file_id", "number"),
        )


def store_voidings(organization: Organization, origins: list[Origin]) -> Stored:
    """Insert the numbers that issuers gave up, by natural key."""
    if not origins:
        return Stored()
    inserted = copy_rows(
        Voiding,
        VOIDING_COLUMNS,
        voiding_rows(organization, origins),
        conflict=("organization_id", "natural_key"),
        returning="natural_key",
    )
    return Stored(new=set(inserted))


def voiding_rows(organization: Organization, origins: Iterable[Origin]) -> Iterator[list[Any]]:
    now = timezone.now()
    for origin in origins:
        said: model.Voiding = origin.record
        yield [
            new_id(),
            organization.pk,
            origin.file_id,
            voiding_key(said),
            said.issuer_tax_id[:20],
            said.model[:2],
            said.series[:20],
            said.year[:4],
            min(said.first, said.last),
            max(said.first, said.last),
            said.protocol[:60],
            said.accepted,
            said.occurred_at,
            now,
        ]


def voiding_key(said: model.Voiding) -> str:
    """What makes a voiding one: issuer, model, series, year, the two numbers and the protocol."""
    numbers = f"{said.year}|{said.first}|{said.last}"
    key = f"{said.issuer_tax_id}|{said.model}|{said.series}|{numbers}|{said.protocol}"
    return key[:120]


def store_mentions(organization: Organization, origins: list[Origin]) -> Stored:
    """Insert what files tell of documents, once for each kind of file that tells it."""
    if not origins:
        return Stored()
    wanted = {(origin.record.told_by, origin.record.natural_key): origin for origin in origins}
    new: set[str] = set()
    for told_by in {told_by for told_by, _ in wanted}:
        mine = [origin for (by, _), origin in wanted.items() if by == told_by]
        inserted = copy_rows(
            Mention,
            MENTION_COLUMNS,
            mention_rows(organization, mine),
            conflict=("organization_id", "told_by", "natural_key"),
            returning="natural_key",
        )
        new |= {f"{told_by}|{key}" for key in inserted}
    return Stored(new=new)


def mention_rows(organization: Organization, origins: Iterable[Origin]) -> Iterator[list[Any]]:
    now = timezone.now()
    for origin in origins:
        said: model.Mention = origin.record
        yield [
            new_id(),
            organization.pk,
            origin.file_id,
            said.told_by[:20],
            said.natural_key[:120],
            said.key[:120],
            said.doc_type[:10],
            said.series[:20],
            said.number[:60],
            said.issuer_tax_id[:60],
            clean_text(said.issuer_name)[:200],
            said.recipient_tax_id[:60],
            said.issued_on,
            said.total,
            said.fiscal_status[:12],
            now,
        ]


def mention_key(said: model.Mention) -> str:
    """What tells it and what it tells of: a summary and the EFD may name the same note."""
    return f"{said.told_by[:20]}|{said.natural_key[:120]}"
