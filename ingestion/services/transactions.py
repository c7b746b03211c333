"""Bank lines as rows. The natural key never trusts the bank's own identifier alone."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import orjson
from django.utils import timezone

from conciliacontag.brazil import clean_text
from conciliacontag.database import copy_rows
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from ingestion.models import Transaction
from ingestion.parsers import model
from ingestion.services.documents import PENDING, Origin, Stored

LONGEST_NUMBER = 100  # an entry of the ledger may name a document by its access key
COLUMNS = (
    "id",
    "organization_id",
    "file_id",
    "source",
    "external_id",
    "account",
    "date",
    "amount",
    "memo",
    "payee",
    "kind",
    "check_number",
    "natural_key",
    "metadata",
    "parser",
    "status",
    "created_at",
)


def store_transactions(organization: Organization, origins: list[Origin]) -> Stored:
    """Insert bank lines that are not there yet."""
    if not origins:
        return Stored()
    inserted = copy_rows(
        Transaction,
        COLUMNS,
        transaction_rows(organization, origins),
        conflict=("organization_id", "natural_key"),
        returning="natural_key",
    )
    return Stored(new=set(inserted))


def transaction_rows(organization: Organization, origins: Iterable[Origin]) -> Iterator[list[Any]]:
    now = timezone.now()
    for origin in origins:
        said: model.Transaction = origin.record
        yield [
            new_id(),
            organization.pk,
            origin.file_id,
            said.source,
            said.external_id[:255],
            said.account[:80],
            said.posted_on,
            said.amount,
            clean_text(said.memo),
            clean_text(said.payee),
            said.kind[:20],
            said.check_number[:LONGEST_NUMBER],
            transaction_key(said),
            orjson.dumps(said.extra | {"record": said.record}, default=str).decode(),
            origin.parser,
            PENDING,
            now,
        ]


def transaction_key(said: model.Transaction) -> str:
    """SHA-256 of account, day, amount, FITID, memo, payee and the count of equal lines in the file.

    Banks repeat FITIDs inside one statement and leave them empty, so none of these alone will do.
    What is not of a bank says so: a boleto and its settlement may agree in everything else.
    """
    parts = [
        said.account,
        said.posted_on.isoformat(),
        f"{said.amount:.2f}",
        said.external_id,
        said.memo,
        said.payee,
        str(said.ordinal),
    ]
    if said.source != "bank":
        parts.append(said.source)
    return sha256("\x1f".join(parts).encode()).hexdigest()
