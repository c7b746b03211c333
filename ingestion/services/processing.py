"""Reading a file under a lease, chunk by chunk, each chunk once.

What a chunk brings and how far the reading has come are committed together, so a worker that is
killed leaves a file that the next one continues exactly where the last commit ended.
"""

from datetime import datetime, timedelta
from time import perf_counter
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from structlog import get_logger

from conciliacontag.celery import ring
from conciliacontag.database import EVERY, session
from conciliacontag.metrics import DOCUMENTS_PROCESSED, FILES_PROCESSED, PROCESS_FILE_SECONDS
from conciliacontag.organizations.audit_log import record
from conciliacontag.storage import drop_abandoned_arrivals, local_copy
from ingestion.models import FileStatus, SourceFile
from ingestion.parsers.model import ParseError, Reading
from ingestion.parsers.sniff import HEAD, sniff
from ingestion.reading import count_members, read_file
from ingestion.services.enrichment import queue_enrichment
from ingestion.services.layouts import options_for
from ingestion.services.scanning import drop_infected, may_be_read
from ingestion.services.storing import add_problems, store_readings

log = get_logger(__name__)

GAVE_UP = ParseError(
    "attempts_exhausted",
    "A leitura deste arquivo foi interrompida várias vezes, e por isso ele foi deixado de lado.",
    remedy="Envie o arquivo ao suporte. Os outros arquivos não foram afetados.",
)


class LeaseLost(Exception):
    """Another worker has taken the file over; what this one still holds must not be written."""


def process_file(organization_id: UUID, file_id: UUID) -> None:
    """Read one queued file to its end. Delivered twice, it works once.

    A file that cannot be read ends as failed with one clear problem; anything unexpected is
    logged, the lease is given back, and the sweep tries again at most `MOST_ATTEMPTS` times.
    """
    file = claim(organization_id, file_id) if may_be_read(organization_id, file_id) else None
    if file is None:
        return
    started = perf_counter()
    try:
        read_or_refuse(file)
    except LeaseLost:
        log.warning("lease_lost", file_id=str(file_id))
        return
    except Exception as fault:
        log.exception("file_reading_failed", file_id=str(file_id), fault=type(fault).__name__)
        give_back(file)
        return
    PROCESS_FILE_SECONDS.labels(kind=file.kind or "unknown").observe(perf_counter() - started)
    FILES_PROCESSED.labels(kind=file.kind or "unknown", status=file.status).inc()


def claim(organization_id: UUID, file_id: UUID) -> SourceFile | None:
    """Take the lease of a waiting file; None when there is nothing to do or somebody has it."""
    with session([organization_id]):
        waiting = SourceFile.objects.abandoned().filter(pk=file_id)
        taken = waiting.update(
            status=FileStatus.PROCESSING,
            attempts=F("attempts") + 1,
            locked_until=lease_end(),
        )
        return SourceFile.objects.get(pk=file_id) if taken else None


def read_or_refuse(file: SourceFile) -> None:
    """Read a file, or close it as one that cannot be read.

    Raises:
        LeaseLost: another worker has it.
    """
    try:
        if file.attempts > settings.MOST_ATTEMPTS:
            raise GAVE_UP
        read_to_the_end(file)
    except ParseError as refusal:
        refuse(file, refusal)


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


def read_to_the_end(file: SourceFile) -> None:
    with session([file.organization_id]):
        options = options_for(file.organization)
    with local_copy(file.storage_path) as path:
        with path.open("rb") as content:
            file.kind = sniff(content.read(HEAD))
        file.member_count = count_members(path, file.filename)
        for readings in read_file(path, file.filename, options=options, skip=file.members_read):
            store_chunk(file, readings)
    finish(file)


def store_chunk(file: SourceFile, readings: list[Reading]) -> None:
    """Commit what these readings bring, together with how far the file has been read."""
    with session([file.organization_id]):
        held = SourceFile.objects.select_for_update().filter(pk=file.pk, attempts=file.attempts)
        if not held.exists():
            raise LeaseLost
        store_readings(file, readings)
        file.members_read += len(readings)
        file.locked_until = lease_end()
        file.save(update_fields=[*COUNTS, *READ_AS, "locked_until"])
    for reading in readings:
        for document in reading.parsed.documents:
            DOCUMENTS_PROCESSED.labels(doc_type=document.doc_type).inc()


COUNTS = ["read", "new", "known", "informative", "rejected"]
READ_AS = ["kind", "parser", "member_count", "members_read"]


def finish(file: SourceFile) -> None:
    """Close a file that was read: failed only when nothing of it could be accepted."""
    nothing = file.read == file.rejected and file.rejected > 0
    with session([file.organization_id]):
        first = file.problems.filter(severity="error").first() if nothing else None
        if first:
            file.error_code, file.error = first.code, f"{first.message} {first.remedy}".strip()
        close(file, FileStatus.FAILED if first else FileStatus.PROCESSED)


def refuse(file: SourceFile, refusal: ParseError) -> None:
    """Close a file that cannot be read, with the one problem that says why."""
    with session([file.organization_id]):
        add_problems(file, [refusal.as_problem()])
        file.error_code = refusal.code
        file.error = f"{refusal.message} {refusal.remedy}".strip()
        file.read, file.rejected = file.read + 1, file.rejected + 1
        close(file, FileStatus.FAILED if file.new == 0 else FileStatus.PROCESSED)


def close(file: SourceFile, status: FileStatus) -> None:
    """Write the end of the reading; the lease falls with it."""
    held = SourceFile.objects.select_for_update().filter(pk=file.pk, attempts=file.attempts)
    if not held.exists():
        raise LeaseLost
    file.status = status
    file.processed_at = timezone.now()
    file.locked_until = None
    file.save()
    counts = {name: getattr(file, name) for name in COUNTS}
    record(file.organization, f"file.{status}", file, actor=None, diff=counts)
    queue_enrichment(file)


def give_back(file: SourceFile) -> None:
    """Let the sweep hand the file to another worker at once."""
    with session([file.organization_id]):
        held = SourceFile.objects.waiting().filter(pk=file.pk, attempts=file.attempts)
        held.update(locked_until=None)


def sweep_files() -> int:
    """Ring again for every waiting file that no living worker holds; return how many.

    Half arrivals and infected bytes that killed processes left behind go on the way.
    """
    with session(EVERY):
        abandoned = list(SourceFile.objects.abandoned().values_list("organization_id", "pk"))
    for organization_id, file_id in abandoned:
        ring("ingestion.process_file", str(organization_id), str(file_id))
    drop_abandoned_arrivals()
    drop_infected()
    return len(abandoned)
