"""The place in a list of hits as text that a client carries from page to page."""

from datetime import date
from hashlib import sha256
from uuid import UUID

from django.core import signing

from ingestion.search.index import Cursor

SALT = "search cursor"


def write_place(place: Cursor, typed: str) -> str:
    return signing.dumps([place.day.isoformat(), str(place.id), mark(typed)], salt=SALT)


def read_place(text: str, typed: str) -> Cursor:
    """The place that a cursor of this very search carries.

    Raises:
        signing.BadSignature, ValueError: it is not ours, or of another search.
    """
    day, entry_id, of = signing.loads(text, salt=SALT)
    if of != mark(typed):
        raise ValueError(of)
    return Cursor(date.fromisoformat(day), UUID(entry_id))


def mark(typed: str) -> str:
    return sha256(typed.encode()).hexdigest()[:16]
