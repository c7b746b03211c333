"""What leaves with an export, read while nobody decides: cards, corrections and their authors.

Rows are read in pages of cards, each in a transaction of its own, so that an export of any size
holds no snapshot and no more than a page. That the pages fit together is the work of the lock:
while an export runs, nobody decides, and one that lost its lock is never finished.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, Self
from uuid import UUID

from django.conf import settings

from audits.corrections import Change, Dialect
from audits.exports.authors import last_words, named_persons
from audits.manifest import (
    FIRST,
    NEXT,
    CardEntry,
    CorrectionEntry,
    Original,
    StoredFile,
    Subject,
    Tally,
    build_head,
    dump_card,
    dump_correction,
    write_manifest,
)
from audits.manifest import Export as Exported
from audits.models import Batch, Card, CardStatus, Export, ExportStatus, Response
from conciliacontag.database import session
from conciliacontag.organizations.audit_log import head
from conciliacontag.storage import chunks, harmless, is_stored, open_stored

CORRECTED, MANIFEST = "Results_Corrigidos.csv", "results_manifest.json"
TAKEN = frozenset({CORRECTED, MANIFEST, "SHA256SUMS", "verificar.pyz", "LEIA-ME.txt", "revisoes"})
CARDS_A_PAGE = 500
MOST_IN_ROW = 2000  # cards and corrections together; more of them are read from the file


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a batch at the moment its export begins."""

    previous: str  # hash of the manifest before, "" for the first
    audit_head: str
    pending: int  # cards that leave as they were read, because the exporter said so
    on_behalf_of: str  # whom the exporter's program named, "" for nobody


def original_name(batch: Batch) -> str:
    """The original's own name, made harmless, and never one of a file that leaves beside it."""
    name = harmless(batch.filename)
    taken = {one.casefold() for one in TAKEN}
    return f"original_{name}" if name.casefold() in taken else name


def read_facts(export: Export, pending: int, on_behalf_of: str) -> Facts:
    before = Export.objects.filter(
        batch=export.batch_id, status=ExportStatus.DONE, revision__lt=export.revision
    )
    last = before.order_by("-revision").values_list("manifest_sha256", flat=True).first()
    return Facts(last or "", head(export.organization), pending, on_behalf_of)


class Spool:
    """One list of a manifest on its way, in a file without a name: nobody has to remove it."""

    def __init__(self) -> None:
        folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        self.file: IO[bytes] = TemporaryFile(dir=folder)  # noqa: SIM115 - `Contents` closes it
        self.mark = FIRST

    def add(self, entry: bytes) -> None:
        self.file.write(self.mark)
        self.file.write(entry)
        self.mark = NEXT

    def blocks(self) -> Iterator[bytes]:
        self.file.seek(0)
        yield from chunks(self.file)


class Contents:
    """Cards and corrections of one export: they pass once, for the file and for the manifest."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.items, self.corrections = Spool(), Spool()
        self.tally = Tally()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.items.file.close()
        self.corrections.file.close()

    def changes(self) -> Iterator[Change]:
        """What to write over the original; when they end, every card was taken note of."""
        line = 0
        while page := read_cards(self.export, after=line):
            line = page[-1].line
            for card in page:
                self.tally.card(card)
                self.items.add(dump_card(card))
            found = read_corrections(self.export, page)
            for number, entries in groupby(found, attrgetter("line")):
                yield number, {entry.field: self.noted(entry).after for entry in entries}

    def noted(self, entry: CorrectionEntry) -> CorrectionEntry:
        self.tally.correction(entry)
        self.corrections.add(dump_correction(entry))
        return entry


def read_cards(export: Export, *, after: int) -> list[CardEntry]:
    """The next page of cards, in the order of the file."""
    columns = ("pk", "line", "file_id", "status", "issues", "updated_at")
    with session([export.organization_id]):
        rows = Card.objects.filter(batch=export.batch_id, line__gt=after).order_by("line")
        return [
            CardEntry(
                str(pk),
                line,
                file_id,
                status,
                tuple(issue["text"] for issue in issues),
                updated_at,
                export.created_at if status == CardStatus.RESOLVED else None,
            )
            for pk, line, file_id, status, issues, updated_at in rows.values_list(*columns)[
                :CARDS_A_PAGE
            ]
        ]


def read_corrections(export: Export, page: list[CardEntry]) -> list[CorrectionEntry]:
    """The corrected cells of some cards; cards that wait leave as they were read."""
    lines = {UUID(card.id): card.line for card in page if card.status == CardStatus.RESOLVED}
    with session([export.organization_id]):
        rows = Response.objects.filter(card_id__in=lines, corrected_value__isnull=False)
        found = list(rows.values_list("pk", "card_id", "field", "read_value", "corrected_value"))
        said, named = last_words(lines.keys()), named_persons(lines.keys())
    entries = [
        CorrectionEntry(
            line=lines[card],
            field=field,
            before=read or "",
            after=corrected or "",
            author=said[pk].email,
            decided_at=said[pk].at,
            reason=said[pk].reason,
            on_behalf_of=named.get((card, field), ""),
        )
        for pk, card, field, read, corrected in found
    ]
    return sorted(entries, key=attrgetter("line", "field"))


def head_of(
    export: Export, facts: Facts, tally: Tally, dialect: Dialect, corrected: StoredFile
) -> dict[str, Any]:
    """What the manifest of one export says but its lists."""
    batch, organization = export.batch, export.organization
    original = StoredFile(original_name(batch), batch.original_sha256, batch.original_size)
    return build_head(
        Subject(
            str(batch.pk),
            batch.layout,
            batch.layout_version,
            organization.name,
            organization.cnpj,
        ),
        Exported(
            exported_by=export.requested_by.email,
            generated_at=export.created_at,
            revision=export.revision,
            previous_manifest_sha256=facts.previous,
            audit_head=facts.audit_head,
            pending_allowed=facts.pending > 0,
            on_behalf_of=facts.on_behalf_of,
        ),
        tally,
        original=Original(original, dialect, batch.rows),
        corrected=corrected,
    )


def manifest_blocks(head: dict[str, Any], contents: Contents) -> Iterator[bytes]:
    return write_manifest(head, contents.items.blocks(), contents.corrections.blocks())


def is_whole(manifest: dict[str, Any]) -> bool:
    """Whether a row's manifest has its lists; those of a large export stand in the file alone."""
    return "items" in manifest


def whole_manifest(export: Export) -> dict[str, Any]:
    """The manifest with its lists, out of the stored file when the row has only its head.

    Its head alone, when the file is gone.
    """
    manifest: dict[str, Any] = export.manifest
    if is_whole(manifest) or not is_stored(export.manifest_path):
        return manifest
    with open_stored(export.manifest_path) as file:
        return dict(json.load(file))
