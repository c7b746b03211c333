"""What people send to open batches, on this machine and scanned: tables and their images."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from audits.evidence.names import Choice, base_name
from audits.evidence.packages import choose_images, list_members, refuse_repeated, refused
from audits.receiving import received
from audits.result_rows import ZIP
from audits.run_package import RunPackage, read_run
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import Arrived, arriving
from ingestion.parsers.model import ParseError
from ingestion.parsers.names import stored_name
from ingestion.reading import read_original
from ingestion.services.files import usable_name

NOTHING = Choice((), (), ())
IMAGES = "imagens.zip"
NO_LIMIT = 1 << 62
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Table:
    """One file of results that arrived."""

    filename: str
    arrived: Arrived


@dataclass(frozen=True, slots=True)
class Gathered:
    """Tables of one sending, and the package their images are in."""

    tables: tuple[Table, ...]
    package: Table | None = None
    images: Choice = NOTHING


@contextmanager
def gather_file(
    organization: Organization,
    content: Path | Iterable[bytes],
    *,
    filename: str,
    images: Path | None,
    actor: User | None,
) -> Iterator[Gathered]:
    """One table with the ZIP of its images.

    Raises:
        InvalidInput: the name, a size, malware, or what `choose_images` refuses.
        Unavailable: `scanner_down` or `storage_full`.
    """
    name = short_name(filename)
    most = settings.UPLOAD_MAX_BYTES
    with ExitStack() as stack:
        arrived = stack.enter_context(
            received(organization, content, filename=name, most=most, actor=actor)
        )
        tables = (Table(name, arrived),)
        if images is None:
            yield Gathered(tables)
            return
        most = settings.IMAGES_MAX_BYTES
        package = stack.enter_context(
            received(organization, images, filename=IMAGES, most=most, actor=actor, field="images")
        )
        yield Gathered(tables, Table(IMAGES, package), choose_images(package.path, IMAGES))


@contextmanager
def gather_any(
    organization: Organization,
    content: Path | Iterable[bytes],
    *,
    filename: str,
    images: Path | None,
    actor: User | None,
) -> Iterator[Gathered]:
    """One table with its images, or a whole reading in one ZIP; its first bytes say which."""
    sent = gather_file(organization, content, filename=filename, images=images, actor=actor)
    with sent as gathered, ExitStack() as stack:
        (table,) = gathered.tables
        yield gather_run(table, stack, images) if is_zip(table.arrived.path) else gathered


def gather_run(package: Table, stack: ExitStack, images: Path | None) -> Gathered:
    """The tables of a reading, unpacked where nothing can be harmed.

    Raises:
        InvalidInput: `run_not_found`, `run_several`, `images_repeated`, `images_twice`,
            `csv_not_text`, or what the archive is refused for.
    """
    if images is not None:
        message = "O primeiro arquivo já é um ZIP: as imagens vão nele, e não em outro."
        raise refused(message, "images_twice")
    members = list_members(package.arrived.path, package.filename, field="file")
    if not members:
        message = "O arquivo é uma planilha ou um documento. Salve-o como CSV (UTF-8) e envie."
        raise refused(message, "csv_not_text", "file")
    run = read_run(members)
    refuse_repeated(run.images, "file")
    tables = tuple(unpacked(package, run, stack))
    has_images = bool(run.images.pictures)
    return Gathered(tables, package if has_images else None, run.images)


def unpacked(package: Table, run: RunPackage, stack: ExitStack) -> Iterator[Table]:
    for member in run.tables:
        try:
            content = read_original(package.arrived.path, member=stored_name(member.name))
        except ParseError as refusal:
            message = f"{member.name}: {refusal.message} {refusal.remedy}"
            raise refused(message, refusal.code, "file") from refusal
        arrived = stack.enter_context(arriving([content], most=NO_LIMIT))
        yield Table(short_name(base_name(member.name)), arrived)


def is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(ZIP)) == ZIP


def short_name(filename: str) -> str:
    """The last part of a name, short enough to be kept with its ending."""
    name = usable_name(filename)
    return name if len(name) <= LONGEST_NAME else f"{name[:200]}…{name[-20:]}"
