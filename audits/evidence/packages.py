"""A ZIP of images becomes evidence: checked as a whole, kept as one object, one row an image."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from audits.evidence.names import Choice, Picture, choose
from audits.models import Batch, Evidence
from conciliacontag.database import copy_rows
from conciliacontag.errors import InvalidInput
from conciliacontag.keys import new_id
from ingestion.parsers.archive import Member
from ingestion.parsers.model import ParseError
from ingestion.reading import list_archive

COLUMNS = (
    "id",
    "organization_id",
    "batch_id",
    "name",
    "storage_path",
    "member",
    "size",
    "created_at",
)


def open_package(path: Path, filename: str) -> tuple[Member, ...]:
    """The members of a ZIP, found in order as a whole.

    Raises:
        InvalidInput: the code of what the archive is refused for, or `images_not_zip`.
    """
    try:
        members = list_archive(path, filename)
    except ParseError as refusal:
        raise refused(f"{refusal.message} {refusal.remedy}", refusal.code) from refusal
    if not members:
        raise refused("As imagens vêm em um ZIP, e este arquivo não é um.", "images_not_zip")
    return members


def choose_images(members: Iterable[Member]) -> Choice:
    """The images among these.

    Raises:
        InvalidInput: `images_repeated`: two of one name; `images_none`.
    """
    choice = choose(members)
    if choice.repeated:
        shown = ", ".join(choice.repeated[:5])
        message = (
            f"Há mais de uma imagem com o mesmo nome ({shown}): não se saberia de que cartão cada "
            "uma é. Dê nomes diferentes e envie de novo."
        )
        raise refused(message, "images_repeated")
    if not choice.pictures:
        message = "O ZIP não traz nenhuma imagem png, jpg, jpeg ou tif. Confira o arquivo."
        raise refused(message, "images_none")
    return choice


def refused(message: str, code: str) -> InvalidInput:
    said = f"{message} Nada foi gravado."
    return InvalidInput(
        said, code=code, details={"fields": {"images": [{"code": code, "message": said}]}}
    )


def write_evidence(batch: Batch, key: str, pictures: Sequence[Picture]) -> int:
    """One row for each image that the batch does not have yet; return how many."""
    rows = evidence_rows(batch, key, pictures)
    return len(copy_rows(Evidence, COLUMNS, rows, conflict=["batch_id", "name"]))


def evidence_rows(batch: Batch, key: str, pictures: Iterable[Picture]) -> Iterator[list[Any]]:
    now = timezone.now()
    for one in pictures:
        yield [
            new_id(),
            batch.organization_id,
            batch.pk,
            one.name,
            key,
            one.member,
            one.size,
            now,
        ]
