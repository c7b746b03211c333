"""Stored objects that have to go: promised with the change, removed after its commit."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from django.utils import timezone
from structlog import get_logger

from audits.models import Removal
from conciliacontag.database import EVERY, session
from conciliacontag.storage import remove

MOST_AT_ONCE = 500
TOGETHER = 50
TRIED_AGAIN_AFTER = timedelta(hours=1)
FAULTS = (OSError, BotoCoreError, ClientError)

log = get_logger(__name__)


def carry_out_removals(limit: int = MOST_AT_ONCE) -> int:
    """Remove stored objects whose time has come; cut short, the next call goes on.

    One that the storage does not let go is tried again in an hour and does not hold the others.
    """
    with session(EVERY):
        due = Removal.objects.filter(due_at__lte=timezone.now()).order_by("due_at", "pk")
        pairs = list(due.values_list("organization_id", "key")[:limit])
    for organization_id, key in pairs:
        try:
            remove_promised(organization_id, [key])
        except FAULTS as fault:
            log.warning("removal_failed", key=key, fault=type(fault).__name__)
            postpone(organization_id, key)
    return len(pairs)


def remove_promised(organization_id: UUID, keys: Sequence[str]) -> None:
    """Remove objects first and their promises after: removing what is gone is no error."""
    left = iter(keys)
    while some := list(islice(left, TOGETHER)):
        for key in some:
            remove(key)
        with session([organization_id]):
            Removal.objects.filter(key__in=some).delete()


def postpone(organization_id: UUID, key: str) -> None:
    with session([organization_id]):
        again = timezone.now() + TRIED_AGAIN_AFTER
        Removal.objects.filter(key=key).update(due_at=again)
