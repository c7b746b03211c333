"""Opening a batch from a file that has long arrived: the results of a reader among the uploads."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

from audits.evidence.names import Choice, base_name
from audits.evidence.packages import list_members
from audits.gathering import IMAGES, NOTHING, Gathered, Table, gather_file
from audits.opening_files import Opened, open_tables, prepare
from audits.receiving import received
from audits.run_package import images_of_run
from audits.shipped import OMR
from conciliacontag.database import session
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.organizations.models import User
from conciliacontag.storage import local_copy
from ingestion.models import SourceFile
from ingestion.services.stored import GONE, original_bytes

KIND = "omr"  # what the readers of uploads call such a file


def open_batch_from_source(
    file_id: UUID, *, opened_by: User, layout: str = OMR, name: str = ""
) -> Opened:
    """Open the batch of an uploaded results file, or find it; images of its package come along.

    What the package holds is copied: clean-up of the batch leaves the upload as it is.

    Raises:
        NotFound: there is no such file, or `bytes_missing`.
        InvalidInput: `not_results`, or whatever `open_batch_from_file` refuses.
        NotAllowed, Unavailable: as there.
    """
    with session(opened_by.roles):
        file = SourceFile.objects.select_related("container").filter(pk=file_id).first()
    if file is None:
        raise NotFound("Este arquivo não existe. Confira o número e a empresa escolhida.")
    if file.kind != KIND:
        raise InvalidInput(
            f"“{file.filename[:80]}” não é um arquivo de resultados de cartões-resposta.",
            code="not_results",
            status=422,
        )
    opening = prepare(file.organization_id, layout, opened_by, name)
    content = original_bytes(file)
    if content is None:
        raise NotFound(f"{GONE.message} {GONE.remedy}", code=GONE.code)
    sent = gather_file(
        opening.organization,
        [content],
        filename=base_name(file.filename),
        images=None,
        actor=opened_by,
    )
    with sent as gathered, with_images(gathered, file, opened_by) as whole:
        (opened,) = open_tables(opening, whole)
    return opened


@contextmanager
def with_images(gathered: Gathered, file: SourceFile, actor: User) -> Iterator[Gathered]:
    """The same with the images that lie in the package the file came in."""
    package = file.container
    if package is None:
        yield gathered
    elif package.size > settings.IMAGES_MAX_BYTES:
        yield Gathered(gathered.tables, None, Choice((), (package.filename,), ()))
    else:
        with local_copy(package.storage_path) as path:
            choice = images_in(path, package.filename)
            if not choice.pictures:
                yield gathered
                return
            most = settings.IMAGES_MAX_BYTES
            sent = received(file.organization, path, filename=IMAGES, most=most, actor=actor)
            with sent as arrived:
                yield Gathered(gathered.tables, Table(IMAGES, arrived), choice)


def images_in(path: Path, filename: str) -> Choice:
    """The images of an upload; what is no image there is no concern of a batch."""
    members = list_members(path, filename)
    if not members:
        return NOTHING
    choice = images_of_run([member for member in members if not member.is_system])
    return Choice(choice.pictures, choice.repeated, ())
