"""Opening batches from files: one table, a table with its images, or a whole reading in one ZIP.

Everything is checked before anything is kept, and the same bytes under the same layout find the
batch that stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from audits.batch_writing import Images, Opening, attach, write_batch
from audits.gathering import Gathered, Table, gather_any, gather_file
from audits.layouts import Definition
from audits.models import Batch, Evidence
from audits.own_layouts import layout_for
from audits.receiving import give_up, store
from audits.result_rows import (
    ColumnsUnknown,
    Contents,
    RowsRefused,
    count_issues,
    doubtful_rows,
    inspect,
)
from conciliacontag.brazil import clean_text
from conciliacontag.database import session
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import Arrived

Opened = tuple[Batch, bool]


@dataclass(frozen=True, slots=True)
class Checked:
    """A table that can become a batch, or already is one."""

    table: Table
    contents: Contents | None
    standing: Batch | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What opening a table would give; nothing was kept."""

    filename: str
    rows: int
    cards: int
    issues: dict[str, int]
    images: int
    left_out: Sequence[str]
    standing: Batch | None


def open_batch_from_file(
    organization_id: UUID,
    path_or_chunks: Path | Iterable[bytes],
    *,
    filename: str,
    layout: str,
    images: Path | None = None,
    opened_by: User | None,
    name: str = "",
) -> Opened:
    """Open a batch from one table, or find the one that stands of the same bytes and layout.

    Rows with an issue that needs a person become cards; a batch without any is ready at once. To
    a batch that stands only images are added that it does not have.

    Raises:
        NotFound: no such organization, or `layout_unknown`.
        NotAllowed: the person may not send files to it.
        InvalidInput: the file or the package of images is refused, with its code; nothing stays.
        Unavailable: `scanner_down` or `storage_full`.
    """
    opening = prepare(organization_id, layout, opened_by, name)
    sent = gather_file(
        opening.organization, path_or_chunks, filename=filename, images=images, actor=opened_by
    )
    with sent as gathered:
        (opened,) = open_tables(opening, gathered)
    return opened


def open_batches(
    organization_id: UUID,
    path_or_chunks: Path | Iterable[bytes],
    *,
    filename: str,
    layout: str,
    images: Path | None = None,
    opened_by: User | None,
    name: str = "",
) -> list[Opened]:
    """As `open_batch_from_file`, also for a reading in one ZIP: one batch for each table with rows.

    Raises:
        InvalidInput: also `run_not_found`, `run_several` or `csv_no_rows`.
    """
    opening = prepare(organization_id, layout, opened_by, name)
    sent = gather_any(
        opening.organization, path_or_chunks, filename=filename, images=images, actor=opened_by
    )
    with sent as gathered:
        return open_tables(opening, gathered)


def preview_batches(
    organization_id: UUID,
    path_or_chunks: Path | Iterable[bytes],
    *,
    filename: str,
    layout: str,
    images: Path | None = None,
    opened_by: User | None,
) -> list[Preview]:
    """What `open_batches` would open; nothing is kept.

    Raises:
        DomainError: whatever `open_batches` refuses.
    """
    opening = prepare(organization_id, layout, opened_by, "")
    sent = gather_any(
        opening.organization, path_or_chunks, filename=filename, images=images, actor=opened_by
    )
    with sent as gathered:
        tables = check_tables(opening, gathered, anew=True)
        return [previewed(checked, gathered) for checked in tables]


def prepare(organization_id: UUID, layout: str, user: User | None, name: str) -> Opening:
    with session([organization_id]):
        organization = Organization.objects.filter(pk=organization_id).first()
        if organization is None:
            raise NotFound
        if user is not None:
            require(user, organization, Act.SEND)
        version, definition = layout_for(organization, layout)
    return Opening(organization, user, version, definition, clean_text(name).strip())


def open_tables(opening: Opening, gathered: Gathered) -> list[Opened]:
    """Check all tables, then keep what arrived and write one batch after another."""
    tables = check_tables(opening, gathered)
    images = store_images(opening, gathered)
    try:
        return [open_table(opening, one, images, alone=len(tables) == 1) for one in tables]
    finally:
        drop_unclaimed(opening, images)


def check_tables(opening: Opening, gathered: Gathered, *, anew: bool = False) -> list[Checked]:
    """Tables with rows; one that stands as a batch is not read again unless `anew`."""
    checked = []
    for table in gathered.tables:
        standing = find_standing(opening, table.arrived)
        try:
            read = anew or standing is None
            contents = contents_of(table, opening.definition) if read else None
        except RowsRefused as refusal:
            if refusal.faults[0].code == "csv_no_rows" and len(gathered.tables) > 1:
                continue
            several = len(gathered.tables) > 1
            raise as_input(refusal, table.filename, several=several) from refusal
        checked.append(Checked(table, contents, standing))
    if not checked:
        message = "Os arquivos desta leitura só trazem o cabeçalho: não há o que revisar."
        raise InvalidInput(message, code="csv_no_rows")
    return checked


def contents_of(table: Table, definition: Definition) -> Contents:
    with table.arrived.path.open("rb") as file:
        return inspect(file, definition)


def find_standing(opening: Opening, arrived: Arrived) -> Batch | None:
    with session([opening.organization.pk]):
        rows = Batch.objects.filter(
            organization=opening.organization,
            original_sha256=arrived.sha256,
            layout=opening.definition.key,
            run=None,
        )
        return rows.first()


def as_input(refusal: RowsRefused, filename: str, *, several: bool) -> InvalidInput:
    """The faults of a file as a client and a form read them."""
    first, more = refusal.faults[0], refusal.count - 1
    place = f"{filename}: " if several else ""
    others = f" Há mais {more} problema{'s' if more > 1 else ''} no arquivo." if more else ""
    faults = [
        {"code": fault.code, "message": fault.told, "line": fault.line} for fault in refusal.faults
    ]
    details = {"fields": {"file": faults}, "faults": refusal.count}
    if isinstance(refusal, ColumnsUnknown):
        details["columns"] = list(refusal.header)
    said = f"{place}{first.told}{others} Nada foi gravado."
    return InvalidInput(said, code=first.code, details=details)


def store_images(opening: Opening, gathered: Gathered) -> Images:
    choice, package = gathered.images, gathered.package
    if package is None:
        return Images("", (), choice.left_out)
    key = store(opening.organization.pk, package.arrived, package.filename)
    return Images(key, choice.pictures, choice.left_out)


def open_table(opening: Opening, checked: Checked, images: Images, *, alone: bool) -> Opened:
    batch, table = checked.standing, checked.table
    if batch is None and checked.contents is not None:
        key = store(opening.organization.pk, table.arrived, table.filename)
        name = opening.called(table.filename, alone=alone)
        batch, created = write_batch(opening, table, checked.contents, key, images, name=name)
        if created:
            return batch, True
        give_up(opening.organization.pk, key)
    if batch is None:
        raise NotFound
    attach(batch, images, opening.opened_by)
    return batch, False


def drop_unclaimed(opening: Opening, images: Images) -> None:
    """Take a package away that gave no batch an image."""
    if not images.key:
        return
    with session([opening.organization.pk]):
        is_used = Evidence.objects.filter(storage_path=images.key).exists()
    if not is_used:
        give_up(opening.organization.pk, images.key)


def previewed(checked: Checked, gathered: Gathered) -> Preview:
    contents, table = checked.contents, checked.table
    if contents is None:
        raise NotFound
    with table.arrived.path.open("rb") as file:
        cards, issues = count_issues(doubtful_rows(file, contents))
    choice = gathered.images
    return Preview(
        table.filename,
        contents.rows,
        cards,
        issues,
        len(choice.pictures),
        choice.left_out,
        checked.standing,
    )
