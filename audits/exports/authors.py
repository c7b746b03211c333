"""Who gave each corrected cell its present value, when, why, and for whom.

Asked for the cards of one page at a time, by key: ordered one by one, the database would walk the
history of everybody, newest first, to find the last row of each.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from audits.models import Decision, Response


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


def named_persons(cards: Collection[UUID]) -> dict[tuple[UUID, str], str]:
    """Card and field → whom the author's program named, where the last decision has such a name."""
    decisions = Decision.objects.filter(card_id__in=cards)
    concerned = set(decisions.exclude(on_behalf_of="").values_list("card_id", flat=True))
    if not concerned:
        return {}
    rows = decisions.filter(card_id__in=concerned).order_by("at", "id")
    return {
        (card, field): name
        for card, after, name in rows.values_list("card_id", "after", "on_behalf_of")
        for field in after
    }
