"""A table nobody has described yet: a person says what its columns are, and that is a layout.

The file waits in the storage meanwhile, under a signed name; the sweep takes it away after an hour
if nobody comes back.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core import signing

from audits.column_mapping import Said, Sample, definition_of
from audits.corrections import read_records
from audits.layouts import Definition
from audits.opening_files import Opened, as_input, open_batch_from_file
from audits.own_layouts import save_layout
from audits.receiving import give_up, received, store
from audits.result_rows import RowsRefused, inspect
from conciliacontag.database import session
from conciliacontag.errors import NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import local_copy, local_part

SALT = "table to be mapped"
SECONDS = 55 * 60  # a little less than what the sweep leaves it
SHOWN_ROWS = 5
SAMPLE_BYTES = 4 * 1024 * 1024  # no row that can be taken is longer
NOTE = "Colunas ditas ao abrir um lote"


@dataclass(frozen=True, slots=True)
class Parked:
    """A file that waits to be described, with its images."""

    organization_id: UUID
    key: str
    filename: str
    images: str
    name: str

    def token(self, user: User) -> str:
        said = [str(self.organization_id), self.key, self.filename, self.images, self.name]
        return signing.dumps([str(user.pk), *said], salt=SALT, compress=True)


def park(
    organization: Organization, content: Path, images: Path | None, *, filename: str, name: str,
    user: User,
) -> Parked:  # fmt: skip
    """Keep a refused table for the hour in which somebody may describe it."""
    require(user, organization, Act.SEND)
    keys = []
    limits = (settings.UPLOAD_MAX_BYTES, settings.IMAGES_MAX_BYTES)
    for path, most in zip((content, images), limits, strict=True):
        if path is not None:
            sent = received(organization, path, filename=filename, most=most, actor=user)
            with sent as arrived:
                keys.append(store(organization.pk, arrived, filename))
    return Parked(organization.pk, keys[0], filename, "".join(keys[1:]), name)


def find_parked(token: str, user: User) -> Parked:
    """The file a token of this person stands for.

    Raises:
        NotFound: `upload_expired`: forged, somebody else's, or too old.
    """
    try:
        owner, organization_id, *said = signing.loads(token, salt=SALT, max_age=SECONDS)
        if owner == str(user.pk):
            return Parked(UUID(organization_id), *said)
    except signing.BadSignature:
        pass
    raise NotFound("O arquivo já não está guardado. Envie-o de novo.", code="upload_expired")


def sample_of(parked: Parked) -> Sample:
    """The header and the first rows, out of the beginning of the file alone."""
    with local_part(parked.key, 0, SAMPLE_BYTES) as (path, _), path.open("rb") as file:
        head = BytesIO(file.read(SAMPLE_BYTES))
    header, *rows = islice(read_records(head), SHOWN_ROWS + 1)
    return Sample(header.cells, [row.cells for row in rows])


def open_mapped(parked: Parked, said: Said, *, user: User) -> Opened:
    """Save what was said as the newest version of a layout, and open the batch by it.

    Raises:
        InvalidInput: `mapping_invalid`, or what the rows are refused for: no batch is opened.
        NotAllowed: the person may not configure the organization.
    """
    with kept_file(parked) as (path, images):
        definition = definition_of(said, sample_of(parked).header)
        refuse_rows(path, parked.filename, definition)
        with session([parked.organization_id]):
            organization = Organization.objects.get(pk=parked.organization_id)
            save_layout(
                organization, key=definition.key, definition=definition, note=NOTE, user=user
            )
        opened = open_batch_from_file(
            parked.organization_id,
            path,
            filename=parked.filename,
            layout=definition.key,
            images=images,
            opened_by=user,
            name=parked.name,
        )
    give_up(parked.organization_id, parked.key, parked.images)
    return opened


def refuse_rows(path: Path, filename: str, definition: Definition) -> None:
    """Let no layout be saved for a file that cannot be opened by it."""
    try:
        with path.open("rb") as file:
            inspect(file, definition)
    except RowsRefused as refusal:
        raise as_input(refusal, filename, several=False) from refusal


@contextmanager
def kept_file(parked: Parked) -> Iterator[tuple[Path, Path | None]]:
    try:
        with ExitStack() as stack:
            path = stack.enter_context(local_copy(parked.key))
            has_images = bool(parked.images)
            images = stack.enter_context(local_copy(parked.images)) if has_images else None
            yield path, images
    except FileNotFoundError as fault:
        message = "O arquivo já não está guardado. Envie-o de novo."
        raise NotFound(message, code="upload_expired") from fault
