"""The manifest that travels with a corrected file and lets anybody prove it, years later.

It names both files with their hashes and sizes, every correction with its author and moment, the
revision it follows, and the head of the audit log at that time, so that a log cut short shows.
Nothing here reads a clock: authors and moments come from the caller.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the package. `path` is relative to it, `sha256` is hexadecimal, `size` in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What was exported: a batch of one organization, read by a layout."""

    batch_id: str
    layout: str
    organization: str
    cnpj: str


@dataclass(frozen=True, slots=True)
class CardEntry:
    """One flagged card as it stood at the export."""

    id: str
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


@dataclass(frozen=True, slots=True)
class Export:
    """Who let the file out, when, and what it follows."""

    exported_by: str
    generated_at: datetime
    revision: int  # 1 for the first export of a batch
    previous_manifest_sha256: str  # "" for the first revision
    audit_head: str  # hash of the audit log's last link, "" when the log is empty


def build_manifest(
    subject: Subject,
    export: Export,
    *,
    original: StoredFile,
    corrected: StoredFile,
    cards: Iterable[CardEntry],
    corrections: Iterable[CorrectionEntry],
) -> dict[str, Any]:
    """Put together the manifest of one export, ready for JSON.

    Cards keep the caller's order; corrections follow the file's. `summary` counts flagged cards,
    not rows.

    Raises:
        ValueError: a moment without time zone.
    """
    items = [_item(card) for card in cards]
    ordered = sorted(corrections, key=lambda entry: (entry.line, entry.field))
    return {
        "schema_version": SCHEMA_VERSION,
        "batch_id": subject.batch_id,
        "organization": {"name": subject.organization, "cnpj": subject.cnpj},
        "template": subject.layout,
        "layout": subject.layout,
        "revision": export.revision,
        "generated_at": _moment(export.generated_at),
        "exported_by": export.exported_by,
        "has_corrections": any(entry.after != entry.before for entry in ordered),
        "files": {"original": original.path, "corrected": corrected.path},
        "hashes": {"original": original.sha256, "corrected": corrected.sha256},
        "sizes": {"original": original.size, "corrected": corrected.size},
        "summary": summarize(item["status"] for item in items),
        "items": items,
        "corrections": [_correction(entry) for entry in ordered],
        "previous_manifest_sha256": export.previous_manifest_sha256 or None,
        "audit_head": export.audit_head,
    }


def summarize(statuses: Iterable[str]) -> dict[str, int]:
    """Count flagged cards by status."""
    found = list(statuses)
    counts = {status: found.count(status) for status in ("pending", "resolved", "reopened")}
    return {"total": len(found), **counts}


def dump_manifest(manifest: Mapping[str, Any]) -> bytes:
    """Write a manifest as UTF-8 JSON: indented, accents kept, the same bytes each time."""
    text = json.dumps(manifest, ensure_ascii=False, indent=2, allow_nan=False)
    return f"{text}\n".encode()


def _item(card: CardEntry) -> dict[str, Any]:
    return {
        "id": card.id,
        "file_id": card.file_id,
        "status": card.status,
        "issues": list(card.issues),
        "updated_at": _moment(card.updated_at),
        "exported_at": None if card.exported_at is None else _moment(card.exported_at),
    }


def _correction(entry: CorrectionEntry) -> dict[str, Any]:
    return {
        "line": entry.line,
        "field": entry.field,
        "before": entry.before,
        "after": entry.after,
        "author": entry.author,
        "decided_at": _moment(entry.decided_at),
    }


def _moment(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"Moment without time zone: {moment!r}")
    return moment.astimezone(UTC).isoformat()
