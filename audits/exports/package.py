"""What leaves with an export, read while nobody decides: cards, corrections and their authors.

They pass from the database into nameless files in one transaction, which ends before the first
byte of the corrected file is written; so an export of any size holds neither memory nor a snapshot.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from msgspec.json import Decoder, encode

from audits.corrections import Change, Dialect
from audits.exports.reading import read_cards, read_corrections
from audits.manifest import (
    FIRST,
    NEXT,
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
from audits.models import Batch, Export, ExportStatus
from conciliacontag.database import session
from conciliacontag.organizations.audit_log import head
from conciliacontag.storage import chunks, harmless

CORRECTED, MANIFEST = "Results_Corrigidos.csv", "results_manifest.json"
TAKEN = frozenset({CORRECTED, MANIFEST, "SHA256SUMS", "verificar.pyz", "LEIA-ME.txt", "revisoes"})
CHANGE: Decoder[Change] = Decoder(tuple[int, dict[str, str]])
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


def nameless() -> IO[bytes]:
    """A file without a name: nobody has to remove it."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return TemporaryFile(dir=folder)


class Spool:
    """One list of a manifest on its way."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.mark = FIRST

    def add(self, entry: bytes) -> None:
        self.file.write(self.mark)
        self.file.write(entry)
        self.mark = NEXT

    def blocks(self) -> Iterator[bytes]:
        self.file.seek(0)
        yield from chunks(self.file)


class Contents:
    """Cards and corrections of one export: read once, for the file and for the manifest."""

    def __init__(self, export: Export, files: ExitStack) -> None:
        self.export, self.tally = export, Tally()
        self.items = Spool(files.enter_context(nameless()))
        self.corrections = Spool(files.enter_context(nameless()))
        self.changed = files.enter_context(nameless())

    def read(self) -> None:
        """Take everything out of the database, in one transaction that waits for no file."""
        with session([self.export.organization_id]):
            for card in read_cards(self.export):
                self.tally.card(card)
                self.items.add(dump_card(card))
            for line, entries in groupby(read_corrections(self.export), attrgetter("line")):
                cells = {entry.field: self.noted(entry).after for entry in entries}
                self.changed.write(encode((line, cells)) + b"\n")

    def noted(self, entry: CorrectionEntry) -> CorrectionEntry:
        self.tally.correction(entry)
        self.corrections.add(dump_correction(entry))
        return entry

    def changes(self) -> Iterator[Change]:
        """What to write over the original."""
        self.changed.seek(0)
        yield from map(CHANGE.decode, self.changed)


@contextmanager
def contents_of(export: Export) -> Iterator[Contents]:
    """Read what leaves with an export; the files that hold it close with the block."""
    with ExitStack() as files:
        contents = Contents(export, files)
        contents.read()
        yield contents


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
