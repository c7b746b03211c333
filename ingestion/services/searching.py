"""What a person finds: the index says where, the rows themselves say their present state."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from ingestion.models import Document, Kind, PageText, SourceFile, Transaction
from ingestion.search import search_index
from ingestion.search.index import Cursor, Hit
from ingestion.search.query import understand

MOST = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with the row it leads to."""

    hit: Hit
    row: Any

    @property
    def amount(self) -> Decimal | None:
        """As the row has it: money that left is negative, though it is found without its sign."""
        return getattr(self.row, "total_amount", getattr(self.row, "amount", None))

    @property
    def file_id(self) -> UUID | None:
        """The file that a page of text belongs to."""
        return self.row.file_id if self.hit.kind == Kind.PAGE else None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was found, newest first, and where the rest begins."""

    found: Sequence[Found]
    following: Cursor | None


def search(
    organizations: Collection[UUID], typed: str, *, limit: int, after: Cursor | None = None
) -> Page:
    """Find what was typed among the rows of these organizations.

    What was deleted between the index and the row is left out, so a page may be short.
    """
    query = understand(typed)
    if query.is_empty or not organizations:
        return Page((), None)
    hits = list(search_index().find(organizations, query, limit=limit + 1, after=after))
    shown = hits[:limit]
    rows = rows_of(shown)
    found = [Found(hit, rows[hit.id]) for hit in shown if hit.id in rows]
    return Page(found, shown[-1].cursor if len(hits) > limit else None)


def rows_of(hits: Sequence[Hit]) -> dict[UUID, Any]:
    """The rows of all hits, one query for each kind."""
    sources = {
        Kind.DOCUMENT: Document.objects.defer("normalized"),
        Kind.TRANSACTION: Transaction.objects.defer("metadata"),
        Kind.FILE: SourceFile.objects.all(),
        Kind.PAGE: PageText.objects.defer("text"),
    }
    rows: dict[UUID, Any] = {}
    for kind, source in sources.items():
        wanted = [hit.id for hit in hits if hit.kind == kind]
        if wanted:
            rows |= source.select_related("organization").in_bulk(wanted)
    return rows
