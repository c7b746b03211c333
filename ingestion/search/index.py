"""What a search index does, whatever it is made of.

The product comes with one adapter, over its own PostgreSQL. Another one (OpenSearch, say) is a
class with these two methods, named in the setting `SEARCH_INDEX`; everything around it, from
reading what was typed to showing a row's present state, stays as it is.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

from conciliacontag.brazil import fold
from ingestion.search.query import LONGEST_WORD, SEPARATOR, Query

MOST_TEXT = 20_000  # characters of a memo or a page that are looked at


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found of one row. States are not in here: they are read from the row."""

    id: UUID  # of the row; an entry with the same one is replaced
    kind: str  # document, transaction, file, page
    title: str
    day: date  # hits are listed newest first
    text: str = ""  # names and memo; `searchable` has folded it
    amount: Decimal | None = None
    key: str = ""
    number: str = ""
    emitter: str = ""  # CNPJ or CPF
    receiver: str = ""


class Cursor(NamedTuple):
    """The place of a hit in the list, newest first; what follows it is the next page."""

    day: date
    id: UUID


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found."""

    id: UUID
    organization_id: UUID
    kind: str
    title: str
    day: date
    amount: Decimal | None

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.day, self.id)


class SearchIndex(Protocol):
    """An index over the rows of all organizations, asked for those of some."""

    def add(self, organization_id: UUID, entries: Iterable[Entry]) -> int:
        """Write or replace entries of one organization; return how many. Safe to repeat."""

    def find(
        self,
        organizations: Collection[UUID],
        query: Query,
        *,
        limit: int,
        after: Cursor | None = None,
    ) -> Sequence[Hit]:
        """At most `limit` entries of these organizations that fit any reading of the query.

        Newest first, by day and then by id, from behind `after` on. No entry of an organization
        that was not named is ever returned.
        """


def searchable(*texts: str) -> str:
    """Texts joined as an index takes them: accents folded, words apart, none of them endless."""
    joined = SEPARATOR.sub(" ", fold(" ".join(text for text in texts if text)[:MOST_TEXT]))
    return " ".join(word[:LONGEST_WORD] for word in joined.split())
