"""Statuses of documents and bank lines, which follow from the sums of what links them.

Each side is brought up to date by one statement, which adds up both tables under one another and
joins nothing before that: no plan can multiply them, not even one made from statistics that are
older than the run that filled the table.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from conciliacontag.postgres.identifiers import Id, array

CHUNK = 5000
EMPTY = "{}"
LINES = """UPDATE ingestion_transaction AS line SET status = wanted.status FROM (
  SELECT id, max(status) AS before, CASE
      WHEN sum(used) >= max(amount) THEN 'reconciled'
      WHEN bool_or(is_hopeless) THEN 'unmatched'
      ELSE 'pending' END AS status
    FROM (
      SELECT id, status, abs(amount) AS amount, NULL::numeric AS used, false AS is_hopeless
        FROM ingestion_transaction WHERE id = ANY (%(lines)s::uuid[])
      UNION ALL
      SELECT transaction_id, NULL, NULL, CASE WHEN status <> 'matched' THEN NULL
          WHEN difference_kind = 'unexplained' THEN amount
          ELSE amount + greatest(difference, 0) END, status = 'unmatched'
        FROM reconciliation_reconciliation WHERE transaction_id = ANY (%(lines)s::uuid[])
    ) AS sides GROUP BY id ORDER BY id
) AS wanted WHERE line.id = wanted.id AND wanted.before <> wanted.status
"""
NOTES = """UPDATE ingestion_document AS note SET status = wanted.status FROM (
  SELECT id, max(status) AS before, CASE
      WHEN sum(settled) >= max(total) THEN 'reconciled'
      WHEN bool_or(is_told) THEN 'pending'
      WHEN bool_or(is_alone) THEN 'unmatched'
      WHEN max(status) = 'reconciled' THEN 'pending'
      ELSE max(status) END AS status
    FROM (
      SELECT id, status, greatest(total_amount, 0.01) AS total, NULL::numeric AS settled,
          false AS is_told, false AS is_alone
        FROM ingestion_document WHERE id = ANY (%(notes)s::uuid[])
      UNION ALL
      SELECT document_id, NULL, NULL, CASE WHEN status <> 'matched' THEN NULL
          WHEN difference_kind = 'unexplained' THEN amount
          ELSE amount + greatest(-difference, 0) END, true, false
        FROM reconciliation_reconciliation WHERE document_id = ANY (%(notes)s::uuid[])
      UNION ALL
      SELECT id, NULL, NULL, NULL, false, true FROM unnest(%(alone)s::uuid[]) AS alone (id)
    ) AS sides GROUP BY id ORDER BY id
) AS wanted WHERE note.id = wanted.id AND wanted.before <> wanted.status
"""
NAMED = """SELECT ARRAY(SELECT DISTINCT transaction_id FROM {0})::text,
  ARRAY(SELECT DISTINCT document_id FROM {0} WHERE document_id IS NOT NULL)::text
"""
Key = TypeVar("Key")


def settle(
    transaction_ids: Iterable[Id | None],
    document_ids: Iterable[Id | None],
    *,
    alone: Iterable[Id] = (),
) -> None:
    """Bring these rows up to date with what is booked, proposed and said of them.

    A line is reconciled when it is used up, unmatched when nothing was found for the rest, else
    pending. A document is reconciled when what is settled reaches its total, and open again when
    it does not any more; one that was paid in part keeps waiting for the rest.

    Args:
        alone: those of the documents that a run compared with everything and found nothing for.
    """
    with connection.cursor() as cursor:
        ask(cursor, array(transaction_ids), array(document_ids), array(alone))


def settle_rows(cursor: CursorWrapper, rows: sql.Composable) -> None:
    """Bring up to date, by this cursor, what the links in a table are of."""
    cursor.execute(sql.SQL(NAMED).format(rows))
    ask(cursor, *cursor.fetchone())


def ask(cursor: CursorWrapper, lines: str, notes: str, alone: str = EMPTY) -> None:
    """The statements, of arrays as PostgreSQL spells them."""
    if lines != EMPTY:
        cursor.execute(LINES, {"lines": lines})
    if notes != EMPTY:
        cursor.execute(NOTES, {"notes": notes, "alone": alone})


def chunks(pks: Iterable[Key]) -> Iterator[list[Key]]:
    ids = iter(pks)
    while chunk := list(islice(ids, CHUNK)):
        yield chunk
