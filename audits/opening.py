"""The doubts of a run become a batch: one file, written once, and one card for each record."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.utils import timezone
from msgspec import to_builtins

from audits.doubts import Doubt, read_doubts, untouched, waiting_rows
from audits.issues import OTHER
from audits.models import Batch, Card, CardStatus, Removal
from audits.results_file import FILENAME, write_results
from audits.rows import delete_rows, promise_removal
from audits.shipped import conciliation
from conciliacontag.database import copy_rows, session
from conciliacontag.errors import NotFound
from conciliacontag.keys import new_id
from conciliacontag.organizations.audit_log import record
from conciliacontag.storage import arriving, keep, object_key
from reconciliation.ledger import books
from reconciliation.models import Run, RunStatus

CHUNK = 2000
NO_LIMIT = 1 << 62
WHILE_WRITING = timedelta(hours=1)
CARD_COLUMNS = (
    "id",
    "organization_id",
    "batch_id",
    "line",
    "file_id",
    "transaction_id",
    "issues",
    "raw_answers",
    "candidates",
    "status",
    "severity",
    "version",
    "note",
    "created_at",
    "updated_at",
)


def open_batch(organization_id: UUID, run_id: UUID) -> Batch | None:
    """Open the batch of a finished run, or find it; None when there is nothing to decide.

    A batch of an earlier run that nobody has touched gives way: its doubts are in this one.

    Raises:
        NotFound: the organization has no such run, or it is not finished.
    """
    with session([organization_id]):
        run = finished_run(run_id)
        known = Batch.objects.filter(run=run).first()
        if known or not waiting_rows(run).exists():
            return known
        key = object_key(organization_id, FILENAME)
    # Should this process die between the file and its row, the sweep takes the file away.
    with session([organization_id]):
        promise_removal(organization_id, key, after=WHILE_WRITING)
    with books(organization_id):
        run = finished_run(run_id)
        return Batch.objects.filter(run=run).first() or write_batch(run, key)


def finished_run(run_id: UUID) -> Run:
    runs = Run.objects.select_related("organization", "requested_by")
    run = runs.filter(pk=run_id, status=RunStatus.DONE).first()
    if run is None:
        raise NotFound("Não há conciliação concluída com este número nesta empresa.")
    return run


def write_batch(run: Run, key: str) -> Batch:
    for older in untouched(run):
        give_way(older, run)
    layout = conciliation()
    with arriving(write_results(layout, records(run)), most=NO_LIMIT) as arrived:
        keep(arrived.path, key)
    batch = Batch.objects.create(
        organization=run.organization,
        run=run,
        name=f"Conciliação de {run}",
        layout=layout.key,
        definition=to_builtins(layout.definition),
        header=list(layout.header),
        original_path=key,
        original_sha256=arrived.sha256,
        original_size=arrived.size,
        opened_by=run.requested_by,
    )
    cards = card_rows(batch, run)
    count = 0
    while chunk := list(islice(cards, CHUNK)):
        count += len(copy_rows(Card, CARD_COLUMNS, chunk, conflict=["id"]))
    batch.rows = count
    batch.save(update_fields=["rows"])
    Removal.objects.filter(key=key).delete()
    facts = {"cards": count, "original_sha256": arrived.sha256}
    record(run.organization, "batch.opened", batch, actor=run.requested_by, diff=facts)
    return batch


def give_way(older: Batch, run: Run) -> None:
    record(run.organization, "batch.replaced", older, actor=None, diff={"by_run": run.pk})
    promise_removal(run.organization_id, older.original_path)
    delete_rows(older)


def numbered(run: Run) -> Iterator[tuple[int, Doubt]]:
    return enumerate(read_doubts(run), 1)


def records(run: Run) -> Iterator[dict[str, str]]:
    for line, doubt in numbered(run):
        yield {"linha": str(line), **doubt.answers}


def card_rows(batch: Batch, run: Run) -> Iterator[list[Any]]:
    now, columns = timezone.now(), batch.header
    for line, doubt in numbered(run):
        yield [
            new_id(),
            batch.organization_id,
            batch.pk,
            line,
            doubt.answers["identificador"],
            doubt.transaction_id,
            as_json([{"field": "", "code": "doubt", "text": doubt.reason}]),
            as_json(dict.fromkeys(columns, "") | {"linha": str(line), **doubt.answers}),
            as_json(doubt.candidates),
            CardStatus.PENDING.value,
            OTHER,
            1,
            "",
            now,
            now,
        ]


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
