"""Malware stays out: bytes are scanned before they are kept, and never read unscanned.

While the scanner is down files are kept but wait: `scanned_at` stays empty, and each round of the
sweep asks the scanner again before it lets a worker read them.
"""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db.transaction import on_commit
from django.utils import timezone
from structlog import get_logger

from conciliacontag.antivirus import ScannerDown, TooLargeToScan, find_signature, is_on
from conciliacontag.database import EVERY, session
from conciliacontag.errors import InvalidInput
from conciliacontag.metrics import FILES_INFECTED
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import chunks, open_stored, remove
from ingestion.models import FileStatus, SourceFile
from ingestion.parsers.model import ParseError
from ingestion.services.stored import GONE
from ingestion.services.storing import add_problems

TOO_LARGE = ParseError(
    "file_not_scannable",
    "O antivírus não aceita arquivos deste tamanho, e sem verificação nada é lido.",
    remedy="Divida o arquivo em partes menores, ou peça a quem administra o servidor que aumente "
    "StreamMaxLength no ClamAV.",
)

log = get_logger(__name__)


def infected(signature: str) -> ParseError:
    return ParseError(
        "file_infected",
        f"O antivírus encontrou {signature} neste arquivo. Nada dele foi guardado.",
        remedy="Não abra o arquivo. Avise quem o enviou e peça o original limpo.",
    )


def scan_arrival(
    organization: Organization, path: Path, *, filename: str, sha256: str, actor: User | None
) -> datetime | None:
    """Scan bytes that have just arrived; None when scanning is off, or must be done later.

    Raises:
        InvalidInput: `file_infected` or `file_not_scannable`; the refusal is in the trail.
    """
    if not is_on():
        return None
    try:
        with path.open("rb") as arrived:
            signature = find_signature(chunks(arrived))
    except ScannerDown:
        return None
    except TooLargeToScan as fault:
        raise as_refusal(TOO_LARGE) from fault
    if not signature:
        return timezone.now()
    FILES_INFECTED.labels(at="arrival").inc()
    facts = {"filename": filename, "sha256": sha256, "signature": signature}
    with session([organization.pk]):
        record(organization, "file.infected", organization, actor=actor, diff=facts)
    raise as_refusal(infected(signature), signature=signature)


def as_refusal(fault: ParseError, **details: str) -> InvalidInput:
    said = f"{fault.message} {fault.remedy}"
    return InvalidInput(said, code=fault.code, status=422, details=details)


def may_be_read(organization_id: UUID, file_id: UUID) -> bool:
    """Whether a waiting file is known to be clean; one that is not is scanned now."""
    if not is_on():
        return True
    with session([organization_id]):
        rows = SourceFile.objects.abandoned().select_related("container")
        file = rows.filter(pk=file_id, scanned_at=None).first()
    if file is None or (file.container and file.container.scanned_at):
        return True
    try:
        with open_stored(file.storage_path) as stored:
            signature = find_signature(chunks(stored))
    except FileNotFoundError:
        return put_aside(file, GONE)
    except ScannerDown:
        return False
    except TooLargeToScan:
        return put_aside(file, TOO_LARGE)
    if signature:
        return put_aside(file, infected(signature), signature)
    with session([organization_id]):
        SourceFile.objects.filter(pk=file_id, scanned_at=None).update(scanned_at=timezone.now())
    return True


def put_aside(file: SourceFile, fault: ParseError, signature: str = "") -> bool:
    """End a waiting file as failed; what is infected leaves the storage after the commit."""
    with session([file.organization_id]):
        held = SourceFile.objects.abandoned().select_for_update(of=("self",))
        rows = held.select_related("organization")
        row = rows.filter(pk=file.pk, scanned_at=None).first()
        if row is None:
            return False
        row.status, row.processed_at, row.locked_until = FileStatus.FAILED, timezone.now(), None
        row.error_code, row.error = fault.code, f"{fault.message} {fault.remedy}"
        row.read, row.rejected = row.read + 1, row.rejected + 1
        row.save()
        add_problems(row, [fault.as_problem()])
        if signature:
            facts = {"filename": row.filename, "sha256": row.sha256, "signature": signature}
            record(row.organization, "file.infected", row, actor=None, diff=facts)
            on_commit(lambda: drop(row))
    return False


def drop(file: SourceFile) -> None:
    """Remove infected bytes; the path is forgotten only when they are gone."""
    FILES_INFECTED.labels(at="storage").inc()
    with suppress(FileNotFoundError):
        remove(file.storage_path)
    with session([file.organization_id]):
        here = SourceFile.objects.filter(pk=file.pk, storage_path=file.storage_path)
        here.update(storage_path="")


def drop_infected() -> int:
    """Remove what an interrupted worker left of infected files; return how many."""
    with session(EVERY):
        left = list(SourceFile.objects.infected())
    for file in left:
        drop(file)
    return len(left)
