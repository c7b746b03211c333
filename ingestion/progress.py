"""How far deliveries have come: sums of their rows, in one query for a whole page of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Case, Count, F, FloatField, Max, Q, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils import timezone

from ingestion.models import Delivery, DeliveryItem, FileStatus, Outcome

SOON = timedelta(seconds=1)


class State(StrEnum):
    RECEIVING = "receiving"
    READING = "reading"
    NEEDS_YOU = "needs_you"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Sums:
    """Files by outcome, what was read of them and what their records came to."""

    received: int = 0
    known: int = 0
    refused: int = 0
    waiting: int = 0
    unread: int = 0  # files received and not yet read to their end
    failed: int = 0  # files of which nothing could be read
    troubled: int = 0  # files with at least one record that was rejected
    members: int = 0  # files, those inside of archives counted instead of the archive
    members_read: int = 0
    weight: int = 0  # bytes of files that came
    weight_read: float = 0.0
    read: int = 0
    new: int = 0
    known_records: int = 0
    informative: int = 0
    rejected: int = 0
    last_read_at: datetime | None = None

    @property
    def arrived(self) -> int:
        return self.received + self.known + self.refused


@dataclass(frozen=True, slots=True)
class Progress:
    """A delivery with its sums, as screens and API tell them."""

    delivery: Delivery
    sums: Sums

    @property
    def state(self) -> State:
        if self.delivery.is_open:
            return State.RECEIVING
        if self.sums.unread:
            return State.READING
        if self.is_troubled and self.delivery.dismissed_at is None:
            return State.NEEDS_YOU
        return State.DONE

    @property
    def is_troubled(self) -> bool:
        return bool(self.sums.refused or self.sums.waiting or self.sums.troubled)

    @property
    def is_running(self) -> bool:
        moves = self.delivery.is_open and not self.delivery.is_stalled
        return moves or self.sums.unread > 0

    @property
    def errors(self) -> int:
        """Files that did not come in, or of which something was rejected."""
        return self.sums.refused + self.sums.waiting + self.sums.troubled

    @property
    def is_whole(self) -> bool:
        announced = self.delivery.announced
        return announced is None or self.sums.arrived >= announced

    @property
    def share(self) -> float | None:
        """From 0 to 1 by bytes read; None while nobody can say. It never goes back."""
        if not (self.delivery.is_open or self.sums.unread):
            return 1.0
        expected = max(self.delivery.announced_bytes or 0, self.sums.weight)
        if (self.delivery.is_open and self.delivery.announced_bytes is None) or not expected:
            return None
        return min(self.sums.weight_read / expected, 1.0)

    @property
    def ended_at(self) -> datetime | None:
        if self.delivery.closed_at is None or self.sums.unread:
            return None
        return max(self.delivery.last_at, self.sums.last_read_at or self.delivery.last_at)

    @property
    def duration(self) -> timedelta:
        return max((self.ended_at or timezone.now()) - self.delivery.created_at, timedelta())

    @property
    def remaining(self) -> timedelta | None:
        """What is left at the rate so far; None until there is a rate."""
        if not self.share or self.share >= 1 or self.duration < SOON:
            return None
        return self.duration * (1 / self.share - 1)


def follow(deliveries: Sequence[Delivery]) -> list[Progress]:
    """Every delivery with its sums, in the order given."""
    found = sums_of([delivery.pk for delivery in deliveries])
    return [Progress(delivery, found.get(delivery.pk, Sums())) for delivery in deliveries]


def sums_of(ids: Sequence[UUID]) -> dict[UUID, Sums]:
    """The sums of several deliveries; files read for an earlier delivery count no records here."""
    rows = DeliveryItem.objects.filter(delivery__in=ids).values("delivery").order_by()
    found: dict[UUID, Sums] = {}
    for row in rows.annotate(**SUMS):
        sums = dict[str, Any](row)
        delivery = sums.pop("delivery")
        found[delivery] = Sums(**sums)
    return found


def count(**where: Any) -> Count:
    return Count("pk", filter=Q(**where))


def total(value: Any, output: Any, **where: Any) -> Coalesce:
    summed = Sum(value, filter=Q(**where) if where else None, output_field=output)
    return Coalesce(summed, Value(0), output_field=output)


WHOLE, PART = BigIntegerField(), FloatField()
RECEIVED = Q(outcome=Outcome.RECEIVED)
UNREAD = RECEIVED & Q(file__status__in=[FileStatus.UPLOADED, FileStatus.PROCESSING])
MEMBERS = Coalesce(F("file__member_count"), Value(1))
MEMBERS_READ = Case(When(UNREAD, then=F("file__members_read")), default=MEMBERS)
# How much of a file was read, as its share of the bytes: an archive by its members.
WEIGHT_READ = Case(
    When(
        UNREAD,
        then=Coalesce(
            Cast("size", PART) * F("file__members_read") / NullIf(F("file__member_count"), 0), 0.0
        ),
    ),
    default=Cast("size", PART),
    output_field=PART,
)
SUMS = {
    **{outcome.value: count(outcome=outcome) for outcome in Outcome},
    "unread": Count("pk", filter=UNREAD),
    "failed": count(outcome=Outcome.RECEIVED, file__status=FileStatus.FAILED),
    "troubled": count(outcome=Outcome.RECEIVED, file__rejected__gt=0),
    "members": total(MEMBERS, WHOLE, outcome=Outcome.RECEIVED),
    "members_read": total(MEMBERS_READ, WHOLE, outcome=Outcome.RECEIVED),
    "weight": total("size", WHOLE),
    "weight_read": total(WEIGHT_READ, PART),
    "known_records": total("file__known", WHOLE, outcome=Outcome.RECEIVED),
    **{
        name: total(f"file__{name}", WHOLE, outcome=Outcome.RECEIVED)
        for name in ("read", "new", "informative", "rejected")
    },
    "last_read_at": Max("file__processed_at", filter=RECEIVED),
}
