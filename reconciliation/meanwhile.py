"""What people and readers changed while a run computed: it books nothing on that.

A run reads, computes for seconds, and only then takes the organization's books. Most often nothing
has happened in between, which two looks at the rows' versions and at the trail tell; only otherwise
everything is read again and compared by what it says.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from conciliacontag.organizations.models import AuditLog
from ingestion.models import Document, Transaction
from reconciliation.engine import Candidate, Outcome, Papers
from reconciliation.models import Run
from reconciliation.news import READ
from reconciliation.open_rows import open_documents, open_transactions
from reconciliation.reach import Reach
from reconciliation.result_rows import linked_pairs

# A row that was written again has another xmin. What is open, and with `force` all, is read.
READ_ROWS = """
SELECT count(*), sum(hash_record_extended(ROW(id, xmin), 0)), max(created_at) FROM {table}
WHERE organization_id = %(organization)s AND (%(force)s OR status <> 'reconciled')
  AND created_at <= %(until)s::timestamptz
"""
# A pair that a person has only chosen is in no trail yet.
CHOSEN = """
SELECT count(*), sum(hash_record_extended(ROW(id, xmin), 0)), NULL::timestamptz
FROM reconciliation_reconciliation
WHERE organization_id = %(organization)s AND status = 'partial' AND performed_by_id IS NOT NULL
"""
LOOKS = (
    READ_ROWS.format(table=Document._meta.db_table),
    READ_ROWS.format(table=Transaction._meta.db_table),
    CHOSEN,
)


class Versions(NamedTuple):
    """Which versions of a table's rows stand, as their number and a sum of hashes."""

    rows: int
    total: Decimal | None
    newest: datetime | None


class Moment(NamedTuple):
    """How an organization's rows stood: two looks that agree saw the same ones."""

    act: int  # the last link of the trail, for bookings, decisions and closings
    rows: tuple[Versions, ...]


def moment(run: Run) -> Moment:
    """What stands now of all that the run may read; to be taken before it reads."""
    trail = AuditLog.objects.filter(organization=run.organization_id).order_by("-sequence")
    act = trail.values_list("sequence", flat=True).first() or 0
    return Moment(act, tuple(versions(run, look, "infinity") for look in LOOKS))


def versions(run: Run, look: str, until: datetime | str) -> Versions:
    with connection.cursor() as cursor:
        cursor.execute(
            look, {"organization": run.organization_id, "force": run.force, "until": until}
        )
        return Versions(*cursor.fetchall()[0])


def is_quiet_since(run: Run, before: Moment) -> bool:
    """Whether nothing that the run read has changed; files that bring new rows do not count."""
    acts = AuditLog.objects.filter(organization=run.organization_id, sequence__gt=before.act)
    if acts.exclude(action__in=READ).exists():
        return False
    return all(
        versions(run, look, old.newest or "-infinity") == old
        for look, old in zip(LOOKS, before.rows, strict=True)
    )


def still_true(run: Run, outcome: Outcome, reach: Reach, before: Moment) -> Outcome:
    """The outcome without what people decided, or a reading changed, while it was computed.

    The caller holds the organization's books. What is left out has no row and waits for the next
    run; so does a line whose every candidate was left out, for its reason speaks of them. A link
    is left out whole.

    Args:
        reach: the rows as they were when they were compared.
        before: how everything stood before they were read.
    """
    is_quiet = is_quiet_since(run, before)
    if is_quiet and reach.is_all:
        return outcome
    notes, lines = spoken_of(reach) if is_quiet else unchanged(run, reach)

    def holding(pairs: Iterable[Candidate]) -> tuple[Candidate, ...]:
        links = (
            link
            for link in linked_pairs(pairs)
            if all(pair.transaction_id in lines and pair.document_id in notes for pair in link)
        )
        return tuple(pair for link in links for pair in link)

    doubts = (
        (doubt, replace(doubt, candidates=holding(doubt.candidates)))
        for doubt in outcome.doubts
        if doubt.transaction_id in lines
    )
    return Outcome(
        holding(outcome.matches),
        tuple(now for was, now in doubts if now.candidates or not was.candidates),
        tuple(document for document in outcome.unmatched_documents if document in notes),
    )


def spoken_of(reach: Reach) -> tuple[set[str], set[str]]:
    """All documents that were compared, and the lines that are told of them."""
    return set(reach.documents.ids), set(map(str, reach.told or ()))


def unchanged(run: Run, reach: Reach) -> tuple[set[str], set[str]]:
    """Documents and lines that are open now and say what they said."""
    open_notes = open_documents(run.organization, force=run.force, among=reach.notes)
    compared, notes = said_by(reach.documents), said_by(open_notes)
    told = None if reach.told is None else sorted(reach.told)
    before = {row.id: row for row in reach.transactions}
    open_lines = open_transactions(run.organization, force=run.force, among=told)
    return (
        {pk for pk, said in notes.items() if compared.get(pk) == said},
        {row.id for row in open_lines if before.get(row.id) == row},
    )


def said_by(documents: Papers) -> dict[str, tuple[Any, ...]]:
    """All that each document says, and what it expects."""
    parts: defaultdict[int, list[Any]] = defaultdict(list)
    for place, *part in documents.part_rows:
        parts[place].append(part)
    return {row.id: (row, parts[place]) for place, row in enumerate(documents.rows)}
