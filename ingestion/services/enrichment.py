"""What follows a reading: a list of steps, carried out under a lease, each safe to repeat.

A row of `Enrichment` is written in the transaction that closes the file; the bell of the queue
`enrichment` only wakes a worker for it. The reading itself waits for none of this.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.db.transaction import on_commit
from django.utils import timezone
from structlog import get_logger

from conciliacontag.celery import ring
from conciliacontag.database import EVERY, session
from ingestion.models import Enrichment, SourceFile
from ingestion.models.enrichment import EnrichmentQuerySet
from ingestion.services.account_owners import remember_accounts
from ingestion.services.indexing import index_file
from ingestion.services.preferences import apply_preferences
from ingestion.services.sorting import sort_out
from ingestion.services.verifying import verify

log = get_logger(__name__)

Step = Callable[[SourceFile], None]

# In this order: what leaves for another company is neither booked nor found here. A step opens
# its own sessions, so that bytes may be moved between two of them.
STEPS: tuple[Step, ...] = (sort_out, remember_accounts, apply_preferences, index_file, verify)
GAVE_UP = "O enriquecimento deste arquivo foi interrompido várias vezes e ficou de lado."
LEASE_SECONDS = 10 * 60  # of one step: a month of 100,000 notes takes a few minutes


def queue_enrichment(file: SourceFile) -> None:
    """Ask for what follows a reading, again after each reading; within the caller's transaction."""
    Enrichment.objects.update_or_create(
        file=file,
        defaults={
            "organization_id": file.organization_id,
            "attempts": 0,
            "locked_until": None,
            "error": "",
            "finished_at": None,
        },
    )
    ids = str(file.organization_id), str(file.pk)
    on_commit(lambda: ring("ingestion.enrich_file", *ids))


def enrich_file(organization_id: UUID, file_id: UUID) -> None:
    """Carry out every step for one file. Delivered twice, the second finds nothing to do.

    A step that fails gives the lease back on its way out, and the sweep rings again at most
    `MOST_ATTEMPTS` times.
    """
    work = claim(organization_id, file_id)
    if work is None:
        return
    if work.attempts > settings.MOST_ATTEMPTS:
        log.error("enrichment_given_up", file_id=str(file_id))
        finish(work, GAVE_UP)
        return
    is_done = False
    try:
        for step in STEPS:
            if not renew(work):
                return
            step(work.file)
        is_done = True
    finally:
        if not is_done:
            give_back(work)
    finish(work)


def claim(organization_id: UUID, file_id: UUID) -> Enrichment | None:
    """Take the lease; None when there is nothing to do or somebody has it."""
    with session([organization_id]):
        waiting = Enrichment.objects.abandoned().filter(file_id=file_id)
        if not waiting.update(attempts=F("attempts") + 1, locked_until=lease_end()):
            return None
        rows = Enrichment.objects.select_related("file__organization", "file__uploader")
        return rows.get(file_id=file_id)


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=LEASE_SECONDS)


def held(work: Enrichment) -> EnrichmentQuerySet:
    """The row, unless another worker or another reading has taken it over meanwhile."""
    mine = {"attempts": work.attempts, "locked_until": work.locked_until}
    return Enrichment.objects.open().filter(pk=work.pk, **mine)


def renew(work: Enrichment) -> bool:
    """Prolong the lease before a step; False when somebody else does, or will do, all of them."""
    until = lease_end()
    with session([work.organization_id]):
        is_held = bool(held(work).update(locked_until=until))
    work.locked_until = until
    return is_held


def give_back(work: Enrichment) -> None:
    with session([work.organization_id]):
        held(work).update(locked_until=None)


def finish(work: Enrichment, error: str = "") -> None:
    with session([work.organization_id]):
        done = {"finished_at": timezone.now(), "locked_until": None, "error": error}
        held(work).update(**done)


def sweep_enrichment() -> int:
    """Ring again for every file whose enrichment nobody works on; return how many."""
    with session(EVERY):
        abandoned = list(Enrichment.objects.abandoned().values_list("organization_id", "file_id"))
    for organization_id, file_id in abandoned:
        ring("ingestion.enrich_file", str(organization_id), str(file_id))
    return len(abandoned)
