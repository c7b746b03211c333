"""Runs of the engine: asked for once, carried out once, never lost."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.transaction import on_commit
from django.utils import timezone
from structlog import get_logger

from conciliacontag.celery import ring
from conciliacontag.database import EVERY, be_patient, session
from conciliacontag.errors import NotFound
from conciliacontag.garbage import without_collecting
from conciliacontag.metrics import RECONCILIATIONS
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from ingestion.models import Document, SourceFile
from reconciliation.alerts import has_alerts, raise_alerts
from reconciliation.allocating import allocate
from reconciliation.decisions import accept_link, confirm_match, propose_match, refuse_matches
from reconciliation.engine import match
from reconciliation.learned import keep, known_of, learn_anew
from reconciliation.ledger import books
from reconciliation.meanwhile import still_true
from reconciliation.models import Run, RunStatus
from reconciliation.news import (
    news_of,
    organizations_with_news,
    unseen_documents,
    unseen_transactions,
)
from reconciliation.open_rows import count_open
from reconciliation.reach import reach_of
from reconciliation.remembered import forget, remember
from reconciliation.results import Stored, store
from reconciliation.rules.participation import heed_rules
from reconciliation.thresholds.options import options_of
from reconciliation.undoing import undo_link, undo_match
from reconciliation.versions import ENGINE, rules_version

__all__ = [
    "accept_link",
    "allocate",
    "confirm_match",
    "execute_run",
    "propose_match",
    "refuse_matches",
    "start_run",
    "sweep_runs",
    "undo_link",
    "undo_match",
]

log = get_logger(__name__)

LONGEST_THOUGHT = 30 * 60  # seconds between two questions to the database, on a crowded machine
GAVE_UP = (
    "A conciliação foi interrompida {attempts} vezes e ficou de lado; nada foi alterado. "
    "Peça uma nova conciliação; se falhar de novo, envie este número ao suporte: {run}."
)


def start_run(
    organization: Organization,
    *,
    requested_by: User | None,
    force: bool = False,
    documents: Sequence[UUID] = (),
) -> tuple[Run, bool]:
    """Return the organization's active run, opening one when there is none.

    Two callers at the same instant get the same run: the constraint lets one insert through, and
    the other reads it.

    Args:
        force: decide again what only the machine decided.
        documents: store only what concerns these.

    Raises:
        NotAllowed: the person may not reconcile for this organization.
        NotFound: a document is not the organization's.
    """
    if requested_by:
        require(requested_by, organization, Act.SEND)
    with session([organization.pk]):
        check_documents(organization, documents)
        run, created = Run.objects.active().get_or_create(
            organization=organization,
            defaults={
                "requested_by": requested_by,
                "force": force,
                "only_documents": sorted(map(str, documents)),
            },
        )
        if created:
            record(organization, "run.started", run, actor=requested_by, diff={"force": force})
            ids = str(organization.pk), str(run.pk)
            on_commit(lambda: ring("reconciliation.execute_run", *ids))
    return run, created


def check_documents(organization: Organization, documents: Sequence[UUID]) -> None:
    found = Document.objects.filter(organization=organization, pk__in=documents).count()
    if found != len(set(documents)):
        raise NotFound(
            "Um dos documentos pedidos não foi encontrado nesta empresa. Confira document_ids."
        )


def execute_run(organization_id: UUID, run_id: UUID) -> None:
    """Match what is open and store the outcome. Delivered twice, it works once.

    The row stays locked while the engine works, so a living worker is never overtaken; a crash
    rolls everything back and leaves the run to the sweep, at most `MOST_ATTEMPTS` times.
    """
    attempt = claim(organization_id, run_id)
    if attempt is None:
        return
    warn(organization_id, run_id)
    with without_collecting(), session([organization_id]):
        held = Run.objects.select_for_update(of=("self",)).select_related("organization")
        run = held.filter(pk=run_id, status=RunStatus.RUNNING, attempts=attempt).first()
        if run is not None:
            be_patient(LONGEST_THOUGHT)
            finish(run, carry_out(run))


def claim(organization_id: UUID, run_id: UUID) -> int | None:
    """Take the lease of a waiting run; None when it is done, given up, or somebody holds it."""
    with session([organization_id]):
        waiting = Run.objects.abandoned().filter(pk=run_id)
        run = waiting.select_for_update(skip_locked=True).first()
        if run is None:
            return None
        if run.attempts >= settings.MOST_ATTEMPTS:
            give_up(run)
            return None
        run.status, run.attempts = RunStatus.RUNNING, run.attempts + 1
        run.locked_until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
        run.save(update_fields=["status", "attempts", "locked_until"])
        return run.attempts


def warn(organization_id: UUID, run_id: UUID) -> None:
    """Alerts stand before the run reads what is open: a line that reopens is among it."""
    with session([organization_id]):
        is_quiet = not has_alerts(organization_id)
    if is_quiet:
        return
    with books(organization_id):
        raise_alerts(Run.objects.select_related("organization").get(pk=run_id))


def give_up(run: Run) -> None:
    run.error = GAVE_UP.format(attempts=run.attempts, run=run.pk)
    close(run, RunStatus.FAILED)
    record(run.organization, "run.failed", run, actor=None, diff={"attempts": run.attempts})


def carry_out(run: Run) -> Stored:
    """One pass of the engine, stored while nobody else writes the organization's books."""
    options = options_of(run.organization)
    run.engine, run.rules = ENGINE, rules_version(run.organization)
    run.accept_at, run.propose_at = options.accept_at, options.propose_at
    news = news_of(run)
    if news is not None and not news.lines:
        run.documents, run.transactions = count_open(run.organization)
        return Stored(0, news.last.partial, news.last.unmatched)
    kept = known_of(run)
    reach = reach_of(run, kept, news)
    documents, transactions = reach.documents, reach.transactions
    run.documents, run.transactions = len(documents), len(transactions)
    known = kept or learn_anew(run)
    found = match(documents, transactions, options, known, about=reach.about, near=reach.near)
    if known is None and found.learned is not None:
        keep(run.organization, found.learned)
    outcome = heed_rules(run, found, documents, reach.lines, options)
    spoken = reach.spoken_of(outcome)
    with books(run.organization_id):
        said = still_true(run, outcome, spoken)
        stored = store(run, said, spoken)
        if (said.matches, said.doubts) == (outcome.matches, outcome.doubts):
            remember(run, said, was_recalled=not reach.is_all)
        else:
            forget(run)
        return stored


def finish(run: Run, stored: Stored) -> None:
    counts = {
        "matched": stored.matched,
        "partial": stored.partial,
        "unmatched": stored.unmatched,
    }
    for name, count in counts.items():
        setattr(run, name, count)
    run.written = stored.written
    close(run, RunStatus.DONE)
    record(run.organization, "run.finished", run, actor=None, diff=counts)
    on_commit(lambda: publish(counts))


def publish(counts: dict[str, int]) -> None:
    for status, count in counts.items():
        RECONCILIATIONS.labels(status=status).inc(count)


def close(run: Run, status: RunStatus) -> None:
    run.status, run.finished_at, run.locked_until = status, timezone.now(), None
    run.save()


def sweep_runs() -> int:
    """Ring for runs nobody works on, and start one where something new was read; count both."""
    with session(EVERY):
        abandoned = list(Run.objects.abandoned().values_list("organization_id", "pk"))
        busy = set(Run.objects.active().values_list("organization_id", flat=True))
        # Half an upload would be matched twice: wait until every file of it has been read.
        busy |= set(SourceFile.objects.waiting().values_list("organization_id", flat=True))
        news = organizations_with_news() - busy
    for organization_id, run_id in abandoned:
        ring("reconciliation.execute_run", str(organization_id), str(run_id))
    started = [start_unasked(organization_id) for organization_id in news]
    return len(abandoned) + sum(started)


def start_unasked(organization_id: UUID) -> bool:
    """Start a run for what is new, unless the last one failed over the very same rows."""
    with session([organization_id]):
        organization = Organization.objects.get(pk=organization_id)
        last = Run.objects.filter(organization=organization).first()
        if last is not None and last.status == RunStatus.FAILED:
            since = {"organization": organization, "created_at__gt": last.created_at}
            newer = unseen_documents().filter(**since), unseen_transactions().filter(**since)
            if not any(rows.exists() for rows in newer):
                return False
        return start_run(organization, requested_by=None)[1]
