"""What leaves with an export, read while nobody decides: corrections and their authors."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from audits.manifest import (
    CardEntry,
    CorrectionEntry,
    StoredFile,
    Subject,
    build_manifest,
)
from audits.manifest import Export as Exported
from audits.models import Card, CardStatus, Export, ExportStatus, Response
from audits.results_file import FILENAME
from conciliacontag.organizations.audit_log import head
from conciliacontag.storage import chunks, open_stored

CORRECTED, MANIFEST = "Results_Corrigidos.csv", "results_manifest.json"
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Contents:
    """The corrections of a batch at one moment, for the file and for the manifest."""

    changes: dict[int, dict[str, str]]
    cards: list[CardEntry]
    corrections: list[CorrectionEntry]
    audit_head: str
    previous: str


def read_contents(export: Export) -> Contents:
    """Read what the export has to write; cards that wait leave as they were read."""
    corrections = list(read_corrections(export))
    changes: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for entry in corrections:
        changes[entry.line][entry.field] = entry.after
    return Contents(
        changes=dict(changes),
        cards=read_cards(export),
        corrections=corrections,
        audit_head=head(export.organization),
        previous=previous_manifest(export),
    )


def read_corrections(export: Export) -> list[CorrectionEntry]:
    rows = Response.objects.filter(
        card__batch=export.batch_id,
        card__status=CardStatus.RESOLVED,
        corrected_value__isnull=False,
    ).values_list("pk", "card__line", "field", "read_value", "corrected_value")
    authors = last_authors(export)
    return [
        CorrectionEntry(line, name, read or "", corrected or "", *authors[pk])
        for pk, line, name, read, corrected in rows.iterator(CHUNK)
    ]


def last_authors(export: Export) -> dict[UUID, tuple[str, Any]]:
    """Who gave each response its present value, and when: the last row of its history."""
    history = Response.history.filter(card__batch=export.batch_id)
    last = history.order_by("id", "-history_date", "-history_id").distinct("id")
    rows = last.values_list("id", "history_user__email", "history_date")
    return {pk: (email, moment) for pk, email, moment in rows.iterator(CHUNK)}


def read_cards(export: Export) -> list[CardEntry]:
    rows = Card.objects.filter(batch=export.batch_id).order_by("line")
    columns = ("pk", "file_id", "status", "issues", "updated_at")
    return [
        CardEntry(
            str(pk),
            file_id,
            status,
            tuple(issue["text"] for issue in issues),
            updated_at,
            export.created_at if status == CardStatus.RESOLVED else None,
        )
        for pk, file_id, status, issues, updated_at in rows.values_list(*columns).iterator(CHUNK)
    ]


def previous_manifest(export: Export) -> str:
    """The hash of the last manifest that left before this revision, "" for the first."""
    before = Export.objects.filter(
        batch=export.batch_id, status=ExportStatus.DONE, revision__lt=export.revision
    )
    return before.order_by("-revision").values_list("manifest_sha256", flat=True).first() or ""


def manifest_of(export: Export, contents: Contents, corrected: StoredFile) -> dict[str, Any]:
    """The manifest of one export, ready to be stored."""
    batch, organization = export.batch, export.organization
    subject = Subject(str(batch.pk), batch.layout, organization.name, organization.cnpj)
    exported = Exported(
        exported_by=export.requested_by.email,
        generated_at=export.created_at,
        revision=export.revision,
        previous_manifest_sha256=contents.previous,
        audit_head=contents.audit_head,
    )
    original = StoredFile(FILENAME, batch.original_sha256, batch.original_size)
    return build_manifest(
        subject,
        exported,
        original=original,
        corrected=corrected,
        cards=contents.cards,
        corrections=contents.corrections,
    )


def write_package(export: Export, folder: Path) -> None:
    """Copy original, corrected file and manifest under the names that the manifest uses.

    Raises:
        OSError: the folder cannot be written, or a stored file is gone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, key in (
        (FILENAME, export.batch.original_path),
        (CORRECTED, export.csv_path),
        (MANIFEST, export.manifest_path),
    ):
        with open_stored(key) as stored, (folder / name).open("wb") as file:
            for chunk in chunks(stored):
                file.write(chunk)
