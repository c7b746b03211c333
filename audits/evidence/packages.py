"""A ZIP of images becomes evidence: checked as a whole, kept as one object, one row an image."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone
from msgspec import to_builtins

from audits.evidence.names import Choice, Picture, choose
from audits.models import Batch, Evidence
from conciliacontag.database import copy_rows
from conciliacontag.errors import InvalidInput
from conciliacontag.keys import new_id
from ingestion.parsers.archive import ENCRYPTED, Member
from ingestion.parsers.model import ParseError
from ingestion.reading import list_archive

COLUMNS = (
    "id",
    "organization_id",
    "batch_id",
    "name",
    "storage_path",
    "member",
    "place",
    "size",
    "created_at",
)


def list_members(path: Path, filename: str, *, field: str = "images") -> tuple[Member, ...]:
    """The members of a ZIP, found in order as a whole; none when it is no ZIP.

    Raises:
        InvalidInput: the code of what the archive is refused for.
    """
    try:
        return list_archive(path, filename)
    except ParseError as refusal:
        message = f"{refusal.message} {refusal.remedy}"
        raise refused(message, refusal.code, field) from refusal


def choose_images(path: Path, filename: str) -> Choice:
    """The images in a ZIP.

    Raises:
        InvalidInput: as `list_members`, `images_not_zip`, `images_repeated`, `zip_encrypted` or
            `images_none`.
    """
    members = list_members(path, filename)
    if not members:
        raise refused("As imagens vêm em um ZIP, e este arquivo não é um.", "images_not_zip")
    choice = choose(members)
    refuse_repeated(choice)
    if not choice.pictures and any(member.flags & ENCRYPTED for member in members):
        message = "O ZIP está protegido por senha. Compacte as imagens de novo sem senha e envie."
        raise refused(message, "zip_encrypted")
    if not choice.pictures:
        message = "O ZIP não traz nenhuma imagem png, jpg, jpeg ou tif. Confira o arquivo."
        raise refused(message, "images_none")
    return choice


def refuse_repeated(choice: Choice, field: str = "images") -> None:
    """Two images of one name would leave open which sheet is whose: `images_repeated`."""
    if choice.repeated:
        shown = ", ".join(choice.repeated[:5])
        message = (
            f"Há mais de uma imagem com o mesmo nome ({shown}): não se saberia de que cartão cada "
            "uma é. Dê nomes diferentes e envie de novo."
        )
        raise refused(message, "images_repeated", field)


def refused(message: str, code: str, field: str = "images") -> InvalidInput:
    said = f"{message} Nada foi gravado."
    problem = {"code": code, "message": said}
    return InvalidInput(said, code=code, details={"fields": {field: [problem]}})


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
            json.dumps(to_builtins(one.place)),
            one.place.size,
            now,
        ]
