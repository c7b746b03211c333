"""Fiscal documents and their events as rows; status follows from the events, in any order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.utils import timezone

from conciliacontag.brazil import clean_text, cnpj_root
from conciliacontag.database import copy_rows
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, DocumentEvent
from ingestion.models.documents import Direction, MatchStatus
from ingestion.parsers import model
from ingestion.services.fiscal_status import apply_events

DOCUMENT_COLUMNS = (
    "id",
    "organization_id",
    "file_id",
    "doc_type",
    "key",
    "series",
    "number",
    "emitter_cnpj",
    "emitter_name",
    "receiver_cnpj",
    "receiver_name",
    "total_amount",
    "net_amount",
    "withheld_amount",
    "issue_date",
    "competence_on",
    "direction",
    "fiscal_status",
    "environment",
    "purpose",
    "normalized",
    "content_hash",
    "parser",
    "status",
    "created_at",
)
EVENT_COLUMNS = (
    "id",
    "organization_id",
    "file_id",
    "document_key",
    "event_type",
    "sequence",
    "protocol",
    "natural_key",
    "occurred_at",
    "author",
    "description",
    "text",
    "extra",
    "accepted",
    "status_code",
    "created_at",
)
# Plain text: asking a member of an enumeration for its value, row by row, shows in the profile.
PENDING = str(MatchStatus.PENDING.value)
ISSUED, RECEIVED, OTHER = map(str, Direction.values)


@dataclass(slots=True)
class Stored:
    """What a chunk brought: natural keys by what became of them. A key may stand in several."""

    new: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)
    early: set[str] = field(default_factory=set)  # events whose document has not arrived


@dataclass(frozen=True, slots=True)
class Origin:
    """A canonical record with the row of the file that said it, and the reader's version."""

    file_id: UUID
    parser: str
    record: Any
    content: bytes = b""  # canonical JSON of a document


def store_documents(organization: Organization, origins: list[Origin]) -> Stored:
    """Insert documents by natural key; tell which were new and which say something else."""
    if not origins:
        return Stored()
    rows = document_rows(organization, origins)
    new = set(
        copy_rows(
            Document,
            DOCUMENT_COLUMNS,
            rows,
            conflict=("organization_id", "key"),
            returning="key",
        )
    )
    stored = Stored(new=new, conflicts=conflicting(organization, origins, new))
    apply_events(organization, new)
    return stored


def document_rows(organization: Organization, origins: Iterable[Origin]) -> Iterator[list[Any]]:
    now, root = timezone.now(), cnpj_root(organization.cnpj)
    for origin in origins:
        said: model.Document = origin.record
        yield [
            new_id(),
            organization.pk,
            origin.file_id,
            said.doc_type,
            said.key,
            said.series,
            said.number,
            said.issuer.tax_id,
            said.issuer.name[:200],
            said.recipient.tax_id,
            said.recipient.name[:200],
            said.total,
            said.net,
            sum(said.withheld.values()),
            said.issued_on,
            said.competence_on,
            direction_of(said, root),
            said.fiscal_status,
            said.environment,
            said.purpose,
            origin.content.decode(),
            said.content_hash,
            origin.parser,
            PENDING,
            now,
        ]


def direction_of(said: model.Document, root: str) -> str:
    """Issued by the organization, received by it, or a matter of others; branches share a root.

    A note that its issuer marks as an entry (tpNF 0) brings goods back to the issuer: the
    organization that issued it pays.
    """
    if cnpj_root(said.issuer.tax_id) == root:
        return RECEIVED if said.direction == "0" else ISSUED
    if cnpj_root(said.recipient.tax_id) == root:
        return ISSUED if said.direction == "0" else RECEIVED
    return OTHER


def conflicting(organization: Organization, origins: list[Origin], new: set[str]) -> set[str]:
    """Keys that are stored with a content that differs from what one of these records says."""
    said = [(origin.record.key, origin.record.content_hash) for origin in origins]
    repeated = len(said) != len(new)
    if not repeated:
        return set()
    keys = {key for key, _ in said}
    rows = Document.objects.filter(organization=organization, key__in=keys)
    stored = dict(rows.values_list("key", "content_hash"))
    return {key for key, content in said if stored.get(key) != content}


def store_events(organization: Organization, origins: list[Origin]) -> Stored:
    """Insert events; those of documents that have not arrived are kept until they do."""
    if not origins:
        return Stored()
    new = set(
        copy_rows(
            DocumentEvent,
            EVENT_COLUMNS,
            event_rows(organization, origins),
            conflict=("organization_id", "natural_key"),
            returning="natural_key",
        )
    )
    return Stored(new=new, early=settle_events(organization, origins))


def settle_events(organization: Organization, origins: list[Origin]) -> set[str]:
    """Let events count for their documents; the keys of those whose document has not arrived."""
    keys = {origin.record.document_key for origin in origins}
    present = set(
        Document.objects.filter(organization=organization, key__in=keys).values_list(
            "key", flat=True
        )
    )
    apply_events(organization, present)
    return {event_key(o.record) for o in origins if o.record.document_key not in present}


def event_rows(organization: Organization, origins: Iterable[Origin]) -> Iterator[list[Any]]:
    now = timezone.now()
    for origin in origins:
        said: model.Event = origin.record
        yield [
            new_id(),
            organization.pk,
            origin.file_id,
            said.document_key,
            said.event_type,
            said.sequence,
            said.protocol,
            event_key(said),
            said.occurred_at,
            said.author,
            said.description[:200],
            clean_text(said.text),
            orjson.dumps(said.extra, default=str).decode(),
            said.accepted,
            said.status_code,
            now,
        ]


def event_key(said: model.Event) -> str:
    """What makes an event one: document, type, sequence and protocol."""
    return f"{said.document_key}|{said.event_type}|{said.sequence}|{said.protocol}"
