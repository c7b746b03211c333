"""Carrying the members of an upload to the company they belong to, as one file that arrives once.

The ZIP is made the same way each time (members by name, no times of day), so a second attempt
brings the same bytes, and the receiving company has them already.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256 as new_sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings

from conciliacontag.database import session
from conciliacontag.errors import DomainError, Unavailable
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization
from conciliacontag.storage import chunks, local_copy
from ingestion.models import Forwarding, ForwardingStatus, SourceFile
from ingestion.parsers.model import ParseError
from ingestion.reading import read_original
from ingestion.services.files import receive_file
from ingestion.zips import add


def send_forwardings(file: SourceFile) -> None:
    """Deliver what waits to be delivered from one upload.

    A company that refuses the file keeps its row as refused, with the reason; a storage that is
    down lets the whole step fail, to be tried again.

    Raises:
        Unavailable: the bytes could not be stored just now.
    """
    with session([file.organization_id]):
        rows = list(
            Forwarding.objects.filter(file=file, status=ForwardingStatus.PENDING).order_by(
                "target_id"
            )
        )
    for row in rows:
        row.file = file
        try:
            deliver(row)
        except Unavailable:
            raise
        except (DomainError, ParseError) as refusal:
            refuse(row, refusal.message)


def deliver(row: Forwarding) -> None:
    file = row.file
    with session([row.target_id]):
        target = Organization.objects.get(pk=row.target_id)
    with session([row.organization_id]):
        members = list(SourceFile.objects.filter(pk__in=row.members).order_by("filename", "pk"))
    with packed(file, members) as content:
        # Written first: the arrival is known for what it is before anybody reads it.
        digest = new_sha256()
        for chunk in chunks(content):
            digest.update(chunk)
        sha256 = digest.hexdigest()
        with session([row.organization_id]):
            Forwarding.objects.filter(pk=row.pk).update(sha256=sha256)
        content.seek(0)
        received, _ = receive_file(
            target,
            uploader=file.uploader,
            filename=name_for(file, target.name),
            chunks=chunks(content),
        )
    with session([row.organization_id]):
        Forwarding.objects.filter(pk=row.pk).update(
            status=ForwardingStatus.SENT, received_id=received.pk, error=""
        )
        facts = {"company": target.name, "notes": row.notes, "sha256": sha256}
        record(file.organization, "file.forwarded", file, actor=None, diff=facts)


def refuse(row: Forwarding, error: str) -> None:
    with session([row.organization_id]):
        Forwarding.objects.filter(pk=row.pk).update(status=ForwardingStatus.REFUSED, error=error)


def name_for(file: SourceFile, company: str) -> str:
    """`notas.zip` becomes `notas · Padaria Aurora.zip`; a single file keeps its name."""
    if not file.is_archive:
        return file.filename
    bare = company.translate(str.maketrans("/\\", "--"))
    return f"{Path(file.filename).stem[:200]} · {bare}.zip"


@contextmanager
def packed(file: SourceFile, members: list[SourceFile]) -> Iterator[IO[bytes]]:
    """The bytes to deliver: the file itself, or an archive of the members that concern one."""
    with local_copy(file.storage_path) as path:
        if not file.is_archive:
            with path.open("rb") as content:
                yield content
            return
        with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as target:
            write_archive(path, members, target)
            target.seek(0)
            yield target


def write_archive(path: Path, members: list[SourceFile], target: IO[bytes]) -> None:
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for member in members:
            add(archive, member.filename, read_original(path, member=member.filename))
