"""Which card comes next and how far the review is: narrow queries, however large the batch."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from audits.models import Batch, Card, Decision, Verdict
from audits.models.batches import OPEN
from conciliacontag.organizations.models import User

DECIDED = (Verdict.ACCEPT, Verdict.NO_DOCUMENT, Verdict.CORRECT, Verdict.AS_READ)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a card stands among the cards of its batch, and what the person has done today."""

    place: int
    total: int
    waiting: int
    today: int
    is_open: bool

    @property
    def decided(self) -> int:
        return self.total - self.waiting

    @property
    def has_others(self) -> bool:
        """Whether another card waits."""
        return self.waiting > self.is_open


def waiting_in(batch_id: UUID) -> "QuerySet[Card]":
    return Card.objects.open().filter(batch=batch_id)


def first_of(batch: Batch) -> Card | None:
    """The card the queue begins with; None when nothing waits."""
    return Card.objects.queue().filter(batch=batch).first()


def next_after(card: Card) -> Card | None:
    """The open card that follows in the queue, round the end; None when no other waits."""
    others = waiting_in(card.batch_id).exclude(pk=card.pk)
    fresh = others.filter(skipped_at=None).order_by("line")
    skipped = others.exclude(skipped_at=None).order_by("skipped_at", "line")
    if card.skipped_at is None:
        steps = [fresh.filter(line__gt=card.line), skipped, fresh]
    else:
        later = Q(skipped_at__gt=card.skipped_at) | Q(
            skipped_at=card.skipped_at, line__gt=card.line
        )
        steps = [skipped.filter(later), fresh, skipped]
    return found_first(steps)


def previous_before(card: Card) -> Card | None:
    """The open card on a line before, or else the last one."""
    others = waiting_in(card.batch_id).exclude(pk=card.pk).order_by("-line")
    return found_first([others.filter(line__lt=card.line), others])


def found_first(steps: list["QuerySet[Card]"]) -> Card | None:
    for rows in steps:
        if found := rows[:1]:
            return found[0]
    return None


def progress(card: Card, user: User, *, ahead: bool = False) -> Progress:
    """Where a card stands; `ahead`: once the person has decided one more card before it."""
    counts = Card.objects.filter(batch=card.batch_id).aggregate(
        place=Count("pk", filter=Q(line__lte=card.line)),
        total=Count("pk"),
        waiting=Count("pk", filter=OPEN),
    )
    counts["waiting"] -= ahead
    today = done_today(card.batch_id, user) + ahead
    return Progress(**counts, today=today, is_open=card.is_open)


def done_today(batch_id: UUID, user: User) -> int:
    """How many cards of the batch the person has decided since midnight here."""
    rows = Decision.objects.filter(batch_id=batch_id, author=user, at__gte=midnight())
    return rows.filter(verdict__in=DECIDED).values("card_id").distinct().count()


def midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def nearest_lines(batch: Batch, line: int) -> tuple[list[int], Card | None]:
    """The card of a line; without one, the lines nearest to it that have a card."""
    rows: Any = batch.cards.all()
    found = rows.filter(line=line).first()
    if found is not None:
        return [], found
    lines = rows.values_list("line", flat=True)
    before = lines.filter(line__lt=line).order_by("-line").first()
    after = lines.filter(line__gt=line).order_by("line").first()
    return [number for number in (before, after) if number is not None], None
