"""Bytes that people send for a review: scanned before anything reads them, kept before their row.

Unlike a file of the month, nothing here may wait for the scanner: a batch is read at once.
"""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from audits.models import Removal
from audits.rows import promise_removal
from conciliacontag.antivirus import is_on
from conciliacontag.database import session
from conciliacontag.errors import InvalidInput, Unavailable
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import Arrived, arriving, chunks, keep, object_key, remove
from ingestion.services.scanning import scan_arrival

WHILE_WRITING = timedelta(hours=1)
NO_LIMIT = 1 << 62  # `limited` says in our words what is too much


@contextmanager
def received(
    organization: Organization,
    content: Path | Iterable[bytes],
    *,
    filename: str,
    most: int,
    actor: User | None,
    field: str = "file",
) -> Iterator[Arrived]:
    """Bytes on this machine, scanned; they leave with the block. A refusal is told of `field`.

    Raises:
        InvalidInput: `file_too_large`, `file_infected` or `file_not_scannable`.
        Unavailable: `scanner_down` or `storage_full`.
    """
    try:
        with arriving(limited(blocks_of(content), most, field), most=NO_LIMIT) as arrived:
            refuse_unscanned(organization, arrived, filename, actor, field)
            yield arrived
    except OSError as fault:
        if fault.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Unavailable("Não há espaço para guardar o arquivo.", code="storage_full") from fault


def blocks_of(content: Path | Iterable[bytes]) -> Iterator[bytes]:
    if not isinstance(content, Path):
        yield from content
        return
    with content.open("rb") as file:
        yield from chunks(file)


def limited(blocks: Iterable[bytes], most: int, field: str) -> Iterator[bytes]:
    left = most
    for block in blocks:
        left -= len(block)
        if left < 0:
            message = f"O arquivo passa de {most // 1024 // 1024} MB. Divida-o e envie de novo."
            refusal = InvalidInput(message, code="file_too_large", status=413)
            raise told_of(field, refusal)
        yield block


def told_of(field: str, refusal: InvalidInput) -> InvalidInput:
    """The same refusal, told of the field its bytes came in."""
    problem = {"code": refusal.code, "message": refusal.message}
    refusal.details = {**refusal.details, "fields": {field: [problem]}}
    return refusal


def refuse_unscanned(
    organization: Organization, arrived: Arrived, filename: str, actor: User | None, field: str
) -> None:
    try:
        scanned = scan_arrival(
            organization, arrived.path, filename=filename, sha256=arrived.sha256, actor=actor
        )
    except InvalidInput as refusal:
        raise told_of(field, refusal) from refusal
    if scanned is None and is_on():
        raise Unavailable(
            "O antivírus não respondeu, e sem verificação nada é lido. Nada foi guardado; tente "
            "de novo em instantes.",
            code="scanner_down",
        )


def store(organization_id: UUID, arrived: Arrived, filename: str) -> str:
    """Keep what arrived and return its key; the sweep takes it away unless a row claims it."""
    key = object_key(organization_id, filename)
    with session([organization_id]):
        promise_removal(organization_id, key, after=WHILE_WRITING)
    keep(arrived.path, key)
    return key


def claim(*keys: str) -> None:
    """A row now names these objects: they stay. In the transaction that writes the row."""
    Removal.objects.filter(key__in=keys).delete()


def give_up(organization_id: UUID, *keys: str) -> None:
    """Remove objects that no row came to name."""
    for key in filter(None, keys):
        remove(key)
    with session([organization_id]):
        claim(*keys)
