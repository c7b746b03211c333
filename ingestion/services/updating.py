"""Rows of files that are read again: each is found and updated in place, none is doubled or lost.

A row is found by what makes it one (its natural key), and a row whose natural key the new reading
words differently by its place in the same file. What people and later steps own (the state of the
reconciliation, where the row came from) is never touched, and no row is removed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Model

from conciliacontag.brazil import format_brl, format_date
from conciliacontag.database import lookup
from conciliacontag.organizations.models import Organization
from ingestion.models import (
    Document,
    DocumentEvent,
    MatchStatus,
    Mention,
    Transaction,
    Voiding,
)
from ingestion.services import documents, told, transactions
from ingestion.services.documents import Origin

Row = dict[str, Any]
# What people decide, what other files decide, and what a row keeps from its arrival.
KEPT = {"id", "organization_id", "file_id", "status", "created_at", "fiscal_status"}
# Follows from the rest, or from the version that read: written, but no change that people see.
DERIVED = {"parser", "content_hash", "natural_key"}
JSON_COLUMNS = {"normalized", "metadata", "extra"}
BATCH = 200


@dataclass(frozen=True, slots=True)
class Kind:
    """How the rows of one table are told apart, placed and named."""

    table: type[Model]
    columns: Sequence[str]
    rows: Callable[[Organization, Iterable[Origin]], Iterator[list[Any]]]
    key: str  # the column of the natural key
    describe: Callable[[Row], str]
    key_of: Callable[[Row], str]  # as the counting knows it
    place: Callable[[Row], Hashable] | None = None  # inside the file, when the key is not the same
    is_same: Callable[[Row, Row], bool] = lambda old, new: True
    amount: str = ""


@dataclass(slots=True)
class Updated:
    """What a new reading did to the rows that were there."""

    matched: set[str] = field(default_factory=set)
    remaining: list[Origin] = field(default_factory=list)  # to be inserted, or known elsewhere
    changed: Counter[str] = field(default_factory=Counter)
    missing: list[tuple[UUID, str]] = field(default_factory=list)  # file, what it was
    moved: list[tuple[UUID, str]] = field(default_factory=list)


@dataclass(slots=True)
class Said:
    """A record of the new reading as the row it would be."""

    origin: Origin
    row: Row
    old: Row | None = None


def update_rows(
    organization: Organization, kind: Kind, files: Sequence[UUID], origins: list[Origin]
) -> Updated:
    """Update what these files gave before with what they give now."""
    stored = kind.table._default_manager.filter(file_id__in=files).order_by("pk")
    old = list(stored.values(*kind.columns))
    if not old:
        return Updated(remaining=origins)
    said = [as_said(kind, origin, row) for origin, row in rows_of(organization, kind, origins)]
    left = pair_by_key(kind, old, said)
    left = pair_by_place(organization, kind, left, said)
    pairs = [one for one in said if one.old is not None]
    return Updated(
        matched={kind.key_of(one.row) for one in pairs},
        remaining=[one.origin for one in said if one.old is None],
        changed=write(kind, pairs),
        missing=[(row["file_id"], kind.describe(row)) for row in left],
        moved=[
            (one.row["file_id"], kind.describe(one.row)) for one in pairs if is_moved(kind, one)
        ],
    )


def rows_of(
    organization: Organization, kind: Kind, origins: list[Origin]
) -> Iterator[tuple[Origin, list[Any]]]:
    return zip(origins, kind.rows(organization, origins), strict=True)


def as_said(kind: Kind, origin: Origin, values: list[Any]) -> Said:
    row = dict(zip(kind.columns, values, strict=True))
    for name in JSON_COLUMNS & row.keys():
        row[name] = orjson.loads(row[name])
    return Said(origin, row)


def pair_by_key(kind: Kind, old: list[Row], said: list[Said]) -> list[Row]:
    """Give each record the row of its file with the same key; the rows nobody claims."""
    waiting = {(row["file_id"], kind.key_of(row)): row for row in old}
    for one in said:
        one.old = waiting.pop((one.row["file_id"], kind.key_of(one.row)), None)
    return list(waiting.values())


def pair_by_place(
    organization: Organization, kind: Kind, left: list[Row], said: list[Said]
) -> list[Row]:
    """The same for records with a key that no row has yet, by their place in the file."""
    alone = [one for one in said if one.old is None]
    if kind.place is None or not left or not alone:
        return left
    keys = [one.row[kind.key] for one in alone]
    taken = lookup(kind.table, kind.key, keys, organization=organization)
    waiting = unique_places(kind.place, left)
    for one in alone:
        key = one.row[kind.key]
        row = waiting.get((one.row["file_id"], kind.place(one.row)))
        if row is not None and key not in taken and kind.is_same(row, one.row):
            taken.add(key)
            one.old = waiting.pop((row["file_id"], kind.place(row)))
    claimed = {one.old["id"] for one in alone if one.old}
    return [row for row in left if row["id"] not in claimed]


def unique_places(
    place: Callable[[Row], Hashable], rows: list[Row]
) -> dict[tuple[UUID, Hashable], Row]:
    """Rows by their place; places that several share tell nothing."""
    places: defaultdict[tuple[UUID, Hashable], list[Row]] = defaultdict(list)
    for row in rows:
        places[row["file_id"], place(row)].append(row)
    return {key: group[0] for key, group in places.items() if len(group) == 1}


def write(kind: Kind, pairs: list[Said]) -> Counter[str]:
    """Write the fields that differ and count them."""
    changed: Counter[str] = Counter()
    stale: list[Said] = []
    for one in pairs:
        fields = differences(one)
        changed.update(fields - DERIVED)
        if fields:
            stale.append(one)
    names = sorted({name for one in stale for name in differences(one)})
    release_keys(kind, stale)
    rows = [
        kind.table(pk=one.old["id"], **{name: one.row[name] for name in names})
        for one in stale
        if one.old
    ]
    if rows:
        kind.table._default_manager.bulk_update(rows, names, batch_size=BATCH)
    return changed


def differences(one: Said) -> set[str]:
    old = one.old or {}
    return {name for name, value in one.row.items() if name not in KEPT and old[name] != value}


def release_keys(kind: Kind, stale: list[Said]) -> None:
    """Rows that exchange their keys would meet in the middle of the update: empty them first."""
    ids = [one.old["id"] for one in stale if one.old and one.old[kind.key] != one.row[kind.key]]
    rows = [kind.table(pk=pk, **{kind.key: str(pk)}) for pk in ids]
    if rows:
        kind.table._default_manager.bulk_update(rows, [kind.key], batch_size=BATCH)


def is_moved(kind: Kind, one: Said) -> bool:
    """Whether the amount of something that is reconciled is another one now."""
    if not kind.amount or one.old is None:
        return False
    reconciled = one.old["status"] == MatchStatus.RECONCILED
    return reconciled and bool(one.old[kind.amount] != one.row[kind.amount])


def tell_document(row: Mapping[str, Any]) -> str:
    return f"documento {row['number']}, de {format_brl(row['total_amount'])}"


def tell_line(row: Mapping[str, Any]) -> str:
    return f"lançamento de {format_date(row['date'])}, de {format_brl(row['amount'])}"


def is_same_line(old: Row, new: Row) -> bool:
    """A place alone may have shifted: the day or the amount has to be the same as well."""
    return bool(old["date"] == new["date"] or old["amount"] == new["amount"])


DOCUMENTS = Kind(
    Document,
    documents.DOCUMENT_COLUMNS,
    documents.document_rows,
    "key",
    tell_document,
    lambda row: str(row["key"]),
    place=lambda row: (row["number"], row["emitter_cnpj"]),
    amount="total_amount",
)
EVENTS = Kind(
    DocumentEvent,
    documents.EVENT_COLUMNS,
    documents.event_rows,
    "natural_key",
    lambda row: f"evento {row['event_type']} da nota {row['document_key']}",
    lambda row: str(row["natural_key"]),
)
TRANSACTIONS = Kind(
    Transaction,
    transactions.COLUMNS,
    transactions.transaction_rows,
    "natural_key",
    tell_line,
    lambda row: str(row["natural_key"]),
    place=lambda row: row["metadata"].get("record"),
    is_same=is_same_line,
    amount="amount",
)
VOIDINGS = Kind(
    Voiding,
    told.VOIDING_COLUMNS,
    told.voiding_rows,
    "natural_key",
    lambda row: f"inutilização dos números {row['first']} a {row['last']}",
    lambda row: str(row["natural_key"]),
)
MENTIONS = Kind(
    Mention,
    told.MENTION_COLUMNS,
    told.mention_rows,
    "natural_key",
    lambda row: f"menção à nota {row['key'] or row['natural_key']}",
    lambda row: f"{row['told_by']}|{row['natural_key']}",
)
