"""A file arrives once: its bytes are kept first, then its row, then the bell is rung."""

import errno
from collections.abc import Iterable

from django.conf import settings
from django.db.transaction import on_commit

from conciliacontag.celery import ring
from conciliacontag.database import session
from conciliacontag.errors import DomainError, InvalidInput, Unavailable
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import Arrived, arriving, keep, object_key, remove
from ingestion.models import SourceFile
from ingestion.parsers.model import ParseError
from ingestion.parsers.names import safe_name
from ingestion.services.renaming import is_cleared, read_as_clean, read_by_new_name
from ingestion.services.scanning import scan_arrival

STORED = ("uploader", "filename", "content_type", "size", "storage_path", "scanned_at")


def receive_file(
    organization: Organization,
    *,
    uploader: User | None,
    filename: str,
    chunks: Iterable[bytes],
    content_type: str = "",
) -> tuple[SourceFile, bool]:
    """Store bytes as they come and queue their reading; the same bytes again give the first file.

    The original is durable before its row is committed, and the row before anybody is told. A
    first file that was refused under another name is read once more, by this one.

    Raises:
        NotAllowed: the person may not send files to this organization.
        InvalidInput: the name cannot be used, the file is larger than allowed, or it is infected.
        Unavailable: there is no room left for it.
    """
    if uploader:
        require(uploader, organization, Act.SEND)
    name = usable_name(filename)
    try:
        with arriving(chunks, most=settings.UPLOAD_MAX_BYTES) as arrived:
            file = arrived_file(organization, uploader, name, content_type, arrived)
            stored, created = store_once(file, arrived)
    except ValueError as fault:
        raise too_large() from fault
    except OSError as fault:
        if fault.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Unavailable("Não há espaço para guardar o arquivo.", code="storage_full") from fault
    return (stored if created else read_by_new_name(stored, name, sender=uploader)), created


def arrived_file(
    organization: Organization,
    uploader: User | None,
    name: str,
    content_type: str,
    arrived: Arrived,
) -> SourceFile:
    """The row of what arrived, not saved; infected bytes get none."""
    scanned_at = scan_arrival(
        organization, arrived.path, filename=name, sha256=arrived.sha256, actor=uploader
    )
    return SourceFile(
        organization=organization,
        uploader=uploader,
        filename=name,
        content_type=content_type[:100],
        size=arrived.size,
        sha256=arrived.sha256,
        scanned_at=scanned_at,
    )


def usable_name(filename: str) -> str:
    try:
        return safe_name(filename)
    except ParseError as refusal:
        raise InvalidInput(
            f"{refusal.message} {refusal.remedy}", code=refusal.code, status=422
        ) from refusal


def too_large() -> DomainError:
    most = settings.UPLOAD_MAX_BYTES // 1024 // 1024
    return InvalidInput(
        f"O arquivo passa de {most} MB. Divida-o em partes menores e envie de novo.",
        code="file_too_large",
        status=413,
    )


def store_once(file: SourceFile, arrived: Arrived) -> tuple[SourceFile, bool]:
    """Keep the bytes and insert the row, unless the organization already has them."""
    same = SourceFile.objects.filter(organization=file.organization, sha256=file.sha256)
    with session([file.organization.pk]):
        first = same.first()
    if first and not is_cleared(first, file):
        return first, False
    file.storage_path = object_key(file.organization.pk, file.filename)
    keep(arrived.path, file.storage_path, {"uploaded-by": str(file.uploader_id or "")})
    stored, created = (read_as_clean(first, file), False) if first else insert_once(file)
    if stored.storage_path != file.storage_path:
        remove(file.storage_path)
    return stored, created


def insert_once(file: SourceFile) -> tuple[SourceFile, bool]:
    """The row of what was kept, and its bell; somebody faster keeps theirs."""
    same = SourceFile.objects.filter(organization=file.organization, sha256=file.sha256)
    with session([file.organization.pk]):
        stored, created = same.get_or_create(
            defaults={field: getattr(file, field) for field in STORED}
            | {"organization": file.organization, "sha256": file.sha256}
        )
        if created:
            facts = {"filename": file.filename, "sha256": file.sha256, "size": file.size}
            record(file.organization, "file.received", stored, actor=file.uploader, diff=facts)
            ids = str(file.organization.pk), str(stored.pk)
            on_commit(lambda: ring("ingestion.process_file", *ids))
    return stored, created
