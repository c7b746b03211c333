"""Reading files again: asked for once, carried out once, never lost, nothing doubled.

The request is a row with a row for each upload. A worker holds the lease of the request; what a
chunk changes and how far it has come are committed together, so the next worker goes on where a
killed one stopped. A file keeps its state until it was read again to its end: this is the only
way from failed back to processed.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F
from django.db.transaction import atomic, on_commit, set_rollback
from django.utils import timezone

from conciliacontag.celery import ring
from conciliacontag.database import EVERY, session
from conciliacontag.errors import Conflict
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.postgres.refusals import refusal_of
from conciliacontag.storage import local_copy
from ingestion.ledger import lock_books
from ingestion.models import JobStatus, Reprocessing, Rereading, SourceFile
from ingestion.parsers.model import ParseError, Reading
from ingestion.parsers.sniff import HEAD, sniff
from ingestion.reading import count_members, read_file
from ingestion.services.choosing import Chosen, as_list, choose
from ingestion.services.enrichment import queue_enrichment
from ingestion.services.layouts import options_for, versions_of
from ingestion.services.rereading import measure, reread
from ingestion.services.stored import GONE
from ingestion.services.taking_over import settle_archive

GAVE_UP = (
    "A releitura foi interrompida {attempts} vezes e ficou de lado. O que já tinha sido relido "
    "está guardado; peça uma nova releitura para o resto."
)


class LeaseLost(Exception):
    """Another worker has taken over; what this one still holds must not be written."""


def reprocess_files(
    organization: Organization,
    *,
    requested_by: User | None,
    files: Sequence[UUID] = (),
    parser: str = "",
    use: str = "",
    dry_run: bool = False,
) -> tuple[Reprocessing, bool]:
    """Queue a new reading of files; the same request while it is under way gives the first one.

    Args:
        files: uploads, or members of archives, which are read through their archive.
        parser: instead of files, everything that this reader and version read (`nfe/1`).
        use: read with this older version instead of the newest.
        dry_run: only compare; nothing is changed.

    Raises:
        NotAllowed: the person may not send files to this organization.
        NotFound: a file is not the organization's.
        InvalidInput: nothing was named, or nothing of it can be read again.
        Conflict: another request of this organization is under way (`reprocess_running`).
    """
    if requested_by:
        require(requested_by, organization, Act.SEND)
    versions_of(use)
    with session([organization.pk]):
        chosen = choose(organization, files, parser)
        wanted = {"parser": parser, "use": use, "dry_run": dry_run}
        job, created = Reprocessing.objects.active().get_or_create(
            organization=organization,
            defaults={"requested_by": requested_by, "total": len(chosen), **wanted},
        )
        if not created:
            return same_request(job, chosen, wanted), False
        add_rereadings(job, chosen)
    return job, True


def same_request(job: Reprocessing, chosen: Chosen, wanted: dict[str, object]) -> Reprocessing:
    """The active request, when it is this very one.

    Raises:
        Conflict: it is another.
    """
    under_way = {row.file_id: row.only for row in job.rereadings.all()}
    asked = {pk: as_list(members) for pk, members in chosen.items()}
    same = all(getattr(job, name) == value for name, value in wanted.items())
    if same and under_way == asked:
        return job
    raise Conflict(
        "Outra releitura desta empresa está em andamento. Espere que ela termine.",
        code="reprocess_running",
        details={"id": str(job.pk)},
    )


def add_rereadings(job: Reprocessing, chosen: Chosen) -> None:
    """Fill a new request with its uploads, write it down, and ring for it after the commit."""
    Rereading.objects.bulk_create(
        Rereading(
            organization_id=job.organization_id,
            reprocessing=job,
            file_id=pk,
            only=as_list(members),
        )
        for pk, members in chosen.items()
    )
    facts = {"files": len(chosen), "parser": job.parser, "use": job.use, "dry_run": job.dry_run}
    record(job.organization, "reprocessing.requested", job, actor=job.requested_by, diff=facts)
    ids = str(job.organization_id), str(job.pk)
    on_commit(lambda: ring("ingestion.execute_reprocessing", *ids))


def execute_reprocessing(organization_id: UUID, job_id: UUID) -> None:
    """Read everything of a request again. Delivered twice, it works once."""
    job = claim(organization_id, job_id)
    if job is None:
        return
    try:
        while row := next_row(job):
            read_again(job, row)
        finish(job)
    except LeaseLost:
        return


def claim(organization_id: UUID, job_id: UUID) -> Reprocessing | None:
    """Take the lease of a waiting request; None when it is done, given up, or somebody holds it."""
    with session([organization_id]):
        waiting = Reprocessing.objects.abandoned().filter(pk=job_id)
        rows = waiting.select_for_update(of=("self",), skip_locked=True)
        job = rows.select_related("organization").first()
        if job is None:
            return None
        if job.attempts >= settings.MOST_ATTEMPTS:
            job.error = GAVE_UP.format(attempts=job.attempts)
            close(job, JobStatus.FAILED)
            return None
        job.status, job.attempts = JobStatus.PROCESSING, job.attempts + 1
        job.locked_until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
        job.save(update_fields=["status", "attempts", "locked_until"])
        return job


def next_row(job: Reprocessing) -> Rereading | None:
    with session([job.organization_id]):
        return job.rereadings.filter(finished_at=None).select_related("file").first()


def hold(job: Reprocessing) -> None:
    """Prolong the lease, within a transaction.

    Raises:
        LeaseLost: somebody else has it.
    """
    held = Reprocessing.objects.active().filter(pk=job.pk, attempts=job.attempts)
    lease = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
    if not held.update(locked_until=lease):
        raise LeaseLost


def read_again(job: Reprocessing, row: Rereading) -> None:
    """Read one upload to its end, from where the last worker stopped."""
    try:
        with local_copy(row.file.storage_path) as path:
            read_chunks(job, row, path)
    except ParseError as refusal:
        end(job, row, refusal)
    except FileNotFoundError:
        end(job, row, GONE)
    except DatabaseError as fault:
        locked = refusal_of(fault)
        if locked is None:
            raise
        end(job, row, ParseError(locked.code, locked.message))
    else:
        end(job, row)


def read_chunks(job: Reprocessing, row: Rereading, path: Path) -> None:
    file = row.file
    with session([job.organization_id]):
        options = options_for(job.organization, use=job.use)
    with path.open("rb") as content:
        kind = sniff(content.read(HEAD))
    total = count_members(path, file.filename)
    for readings in read_file(path, file.filename, options=options, skip=row.members_read):
        with session([job.organization_id]):
            lock_books(job.organization_id)
            hold(job)
            store_chunk(job, row, readings, {"kind": kind, "member_count": total})


def store_chunk(
    job: Reprocessing, row: Rereading, readings: list[Reading], seen: dict[str, object]
) -> None:
    """Change what these readings change, or only find out; and keep how far the work has come."""
    with atomic():
        rows = SourceFile.objects.select_for_update(of=("self",)).select_related("organization")
        file = rows.get(pk=row.file_id)
        row.before = row.before or measure(file)
        before = measure(file, readings)
        for name, value in seen.items():
            setattr(file, name, value)
        change = reread(row, file, readings)
        after = measure(file, readings)
        set_rollback(job.dry_run)
    row.after = {
        name: row.after.get(name, count) + after[name] - before[name]
        for name, count in row.before.items()
    }
    row.changed = dict(Counter(row.changed) + change.fields)
    row.missing += len(change.missing)
    row.members_read += len(readings)
    row.save()


def end(job: Reprocessing, row: Rereading, refusal: ParseError | None = None) -> None:
    """Close one upload of the request, with the reason when it could not be read."""
    with session([job.organization_id]):
        hold(job)
        if refusal:
            row.error_code = refusal.code
            row.error = f"{refusal.message} {refusal.remedy}".strip()
        elif not job.dry_run:
            file = SourceFile.objects.select_for_update().get(pk=row.file_id)
            settle_archive(file)
            queue_enrichment(file)
            facts = {"before": row.before, "after": row.after, "changed": row.changed}
            record(job.organization, "file.reread", file, actor=job.requested_by, diff=facts)
        row.finished_at = timezone.now()
        row.save()
        Reprocessing.objects.filter(pk=job.pk).update(done=F("done") + 1)


def finish(job: Reprocessing) -> None:
    with session([job.organization_id]):
        hold(job)
        job.refresh_from_db()
        failed = job.rereadings.exclude(error_code="").exists()
        close(job, JobStatus.COMPLETED_WITH_ERRORS if failed else JobStatus.COMPLETED)


def close(job: Reprocessing, status: JobStatus) -> None:
    job.status, job.finished_at, job.locked_until = status, timezone.now(), None
    job.save()
    facts = {"files": job.done, "dry_run": job.dry_run}
    record(job.organization, f"reprocessing.{status}", job, actor=job.requested_by, diff=facts)


def sweep_reprocessings() -> int:
    """Ring again for every request that no living worker holds; return how many."""
    with session(EVERY):
        abandoned = list(Reprocessing.objects.abandoned().values_list("organization_id", "pk"))
    for organization_id, job_id in abandoned:
        ring("ingestion.execute_reprocessing", str(organization_id), str(job_id))
    return len(abandoned)
