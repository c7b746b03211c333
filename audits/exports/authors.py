"""Who gave each corrected cell its present value, when, why, and for whom.

Asked for the cards of one page at a time, by key: ordered one by one, the database would walk the
history of everybody, newest first, to find the last row of each.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from audits.models import Response


class Said(NamedTuple):
    """The last word on a cell."""

    email: str
    name: str
    at: datetime
    reason: str


def last_words(cards: Collection[UUID]) -> dict[UUID, Said]:
    """Response → the last row of its history."""
    history = Response.history.filter(card_id__in=cards)
    last = history.order_by("id", "-history_date", "-history_id").distinct("id")
    rows = last.values_list(
        "id",
        "history_user__email",
        "history_user__name",
        "history_date",
        "history_change_reason",
    )
    return {
        pk: Said(email or "", name or "", at, reason or "") for pk, email, name, at, reason in rows
    }
