"""What leaves with an export, in the order of its file: its cards and its corrected cells.

Each list is one question whose answer streams: asked for page by page, the database would look
through the history of everybody for each page.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from audits.manifest import CardEntry, CorrectionEntry
from audits.models import Card, CardStatus, Export

ROWS_AT_ONCE = 2000
# Moments come as text, which Python reads several times faster than the driver does. A decision
# in somebody's name is told only where the last one about the cell has such a name.
CORRECTED_CELLS = """
SELECT DISTINCT ON (card.line, cell.field COLLATE "C")
    card.line, cell.field, coalesce(cell.read_value, ''), cell.corrected_value,
    coalesce(person.email, ''), said.history_date::text,
    coalesce(said.history_change_reason, ''), coalesce(told.on_behalf_of, '')
FROM audits_card card
JOIN audits_response cell ON cell.card_id = card.id AND cell.corrected_value IS NOT NULL
LEFT JOIN audits_historicalresponse said ON said.id = cell.id
LEFT JOIN organizations_user person ON person.id = said.history_user_id
LEFT JOIN (
    SELECT DISTINCT ON (card_id, field) card_id, field, on_behalf_of
    FROM audits_decision, jsonb_object_keys(after) field
    WHERE batch_id = %(batch)s AND EXISTS (
        SELECT FROM audits_decision WHERE batch_id = %(batch)s AND on_behalf_of <> ''
    )
    ORDER BY card_id, field, at DESC, id DESC
) told ON told.card_id = card.id AND told.field = cell.field
WHERE card.batch_id = %(batch)s AND card.status = %(decided)s
ORDER BY card.line, cell.field COLLATE "C", said.history_date DESC, said.history_id DESC
"""


def read_cards(export: Export) -> Iterator[CardEntry]:
    """All cards of a batch, within a transaction."""
    columns = ("pk", "line", "file_id", "status", "issues", "moment")
    rows = Card.objects.filter(batch=export.batch_id).order_by("line")
    told = rows.annotate(moment=Cast("updated_at", TextField())).values_list(*columns)
    for pk, line, file_id, status, issues, moment in told.iterator(ROWS_AT_ONCE):
        yield CardEntry(
            str(pk),
            line,
            file_id,
            status,
            tuple(issue["text"] for issue in issues),
            datetime.fromisoformat(moment),
            export.created_at if status == CardStatus.RESOLVED else None,
        )


def read_corrections(export: Export) -> Iterator[CorrectionEntry]:
    """The corrected cells of decided cards, within a transaction; who waits leaves as read."""
    asked: dict[str, Any] = {"batch": export.batch_id, "decided": CardStatus.RESOLVED}
    with connection.chunked_cursor() as cursor:
        cursor.execute(CORRECTED_CELLS, asked)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from map(corrected_cell, rows)


def corrected_cell(row: tuple[Any, ...]) -> CorrectionEntry:
    line, field, before, after, author, moment, reason, on_behalf_of = row
    decided_at = datetime.fromisoformat(moment)
    return CorrectionEntry(line, field, before, after, author, decided_at, reason, on_behalf_of)
