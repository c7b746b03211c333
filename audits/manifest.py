"""The manifest that travels with a corrected file and lets anybody prove it, years later.

It names both files with their hashes and sizes, every correction with its author, moment and
reason, the revision it follows, and the head of the audit log at that time, so that a log cut
short shows. It is written as a stream: neither its cards nor its corrections have to fit into
memory. Nothing here reads a clock, and nothing but the standard library is needed to read it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any

from audits.tables import Dialect

SCHEMA_VERSION = 2
READABLE = (1, 2)  # 1 told neither dialect, layout version, rows, reasons nor open cards
FIRST, NEXT = b"\n", b",\n"  # what stands before the entries of a list
STATUSES = ("pending", "resolved", "reopened")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the package. `path` is relative to it, `sha256` is hexadecimal, `size` in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What was exported: a batch of one organization, read by one version of a layout."""

    batch_id: str
    layout: str
    layout_version: int
    organization: str
    cnpj: str


@dataclass(frozen=True, slots=True)
class Original:
    """The untouched file: how it writes its cells, and how many records follow its header."""

    file: StoredFile
    dialect: Dialect
    rows: int


@dataclass(frozen=True, slots=True)
class CardEntry:
    """One flagged card as it stood at the export."""

    id: str
    line: int
    file_id: str
    status: str  # pending, resolved, reopened
    issues: tuple[str, ...]
    updated_at: datetime
    exported_at: datetime | None  # None while the card waits for a decision


@dataclass(frozen=True, slots=True)
class CorrectionEntry:
    """One corrected cell. `line` counts records: 1 is the first one after the header."""

    line: int
    field: str
    before: str
    after: str
    author: str
    decided_at: datetime
    reason: str = ""
    on_behalf_of: str = ""  # whom the author's program named as the person at its screen


@dataclass(frozen=True, slots=True)
class Export:
    """Who let the file out, when, and what it follows."""

    exported_by: str
    generated_at: datetime
    revision: int  # 1 for the first export of a batch
    previous_manifest_sha256: str  # "" for the first revision
    audit_head: str  # hash of the audit log's last link, "" when the log is empty
    pending_allowed: bool = False  # the exporter said that open cards may leave as they were read
    on_behalf_of: str = ""  # as in a correction


@dataclass(slots=True)
class Tally:
    """What the lists of a manifest amount to, counted while they are written."""

    pending: int = 0
    resolved: int = 0
    reopened: int = 0
    corrected_cells: int = 0
    has_corrections: bool = False

    def card(self, card: CardEntry) -> None:
        setattr(self, card.status, getattr(self, card.status) + 1)

    def correction(self, entry: CorrectionEntry) -> None:
        self.corrected_cells += 1
        self.has_corrections |= entry.after != entry.before

    @property
    def cards(self) -> int:
        return self.pending + self.resolved + self.reopened

    @property
    def summary(self) -> dict[str, int]:
        """Flagged cards by status; rows without a doubt are no cards."""
        counts = {status: getattr(self, status) for status in STATUSES}
        return {"total": self.cards, **counts}


def build_head(
    subject: Subject, export: Export, tally: Tally, *, original: Original, corrected: StoredFile
) -> dict[str, Any]:
    """Everything a manifest says but its two lists, ready for JSON.

    Raises:
        ValueError: a moment without time zone.
    """
    source, dialect = original.file, original.dialect
    return {
        "schema_version": SCHEMA_VERSION,
        "batch_id": subject.batch_id,
        "organization": {"name": subject.organization, "cnpj": subject.cnpj},
        "template": subject.layout,
        "layout": subject.layout,
        "layout_version": subject.layout_version,
        "revision": export.revision,
        "previous_manifest_sha256": export.previous_manifest_sha256 or None,
        "generated_at": _moment(export.generated_at),
        "exported_by": export.exported_by,
        **({"on_behalf_of": export.on_behalf_of} if export.on_behalf_of else {}),
        "pending_allowed": export.pending_allowed,
        "audit_head": export.audit_head,
        "has_corrections": tally.has_corrections,
        "corrected_cells": tally.corrected_cells,
        "rows": original.rows,
        "dialect": {
            "separator": dialect.separator,
            "quote": dialect.quote,
            "encoding": dialect.encoding,
            "line_end": dialect.line_end,
        },
        "files": {"original": source.path, "corrected": corrected.path},
        "hashes": {"original": source.sha256, "corrected": corrected.sha256},
        "sizes": {"original": source.size, "corrected": corrected.size},
        "summary": tally.summary,
    }


def write_manifest(
    head: Mapping[str, Any], items: Iterable[bytes], corrections: Iterable[bytes]
) -> Iterator[bytes]:
    """The manifest as UTF-8 JSON: indented by two, accents kept, the same bytes each time.

    Args:
        items: cards by `dump_card`, `FIRST` before the first and `NEXT` before each other.
        corrections: the same by `dump_correction`, in the order of record and field.
    """
    text = json.dumps(head, ensure_ascii=False, indent=2, allow_nan=False)
    yield text.removesuffix("\n}").encode()
    yield from _listed("items", items)
    yield from _listed("corrections", corrections)
    yield b"\n}\n"


def _listed(name: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
    yield f',\n  "{name}": ['.encode()
    empty = True
    for block in blocks:
        yield block
        empty = False
    yield b"]" if empty else b"\n  ]"


# The standard encoder indents in Python, forty times as slowly: a hundred thousand would show.
def dump_card(card: CardEntry) -> bytes:
    """One card as it stands in the list of a manifest."""
    text = encode_basestring
    issues = ",".join(f"\n        {text(issue)}" for issue in card.issues)
    issues += "\n      " if issues else ""
    left = text(_moment(card.exported_at)) if card.exported_at else "null"
    return (
        f'    {{\n      "id": {text(card.id)},\n      "line": {card.line},\n'
        f'      "file_id": {text(card.file_id)},\n      "status": {text(card.status)},\n'
        f'      "issues": [{issues}],\n      "updated_at": {text(_moment(card.updated_at))},\n'
        f'      "exported_at": {left}\n    }}'
    ).encode()


def dump_correction(entry: CorrectionEntry) -> bytes:
    """One correction as it stands in the list of a manifest."""
    text = encode_basestring
    behalf = entry.on_behalf_of
    named = f'\n      "on_behalf_of": {text(behalf)},' if behalf else ""
    return (
        f'    {{\n      "line": {entry.line},\n      "field": {text(entry.field)},\n'
        f'      "before": {text(entry.before)},\n      "after": {text(entry.after)},\n'
        f'      "author": {text(entry.author)},{named}\n'
        f'      "decided_at": {text(_moment(entry.decided_at))},\n'
        f'      "reason": {text(entry.reason)}\n    }}'
    ).encode()


def _moment(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"Moment without time zone: {moment!r}")
    return moment.astimezone(UTC).isoformat()
