"""Organizations in which nothing was done since the sweep looked: their rows need not be asked.

That no row is new is only known when every open one has been looked at, which takes a second for a
large company, and the sweep comes every few seconds. Whatever is done has an act in the trail; the
cache remembers the act up to which an organization was looked at. Without the cache all are.
"""

from collections.abc import Iterable
from uuid import UUID

from django.core.cache import cache
from django.db.models import OuterRef, Subquery
from redis.exceptions import RedisError
from structlog import get_logger

from conciliacontag.organizations.models import AuditLog, Organization

KEPT = 300  # seconds, after which rows that came without a word are found as well

log = get_logger(__name__)


def to_look_at() -> dict[UUID, int]:
    """Organizations in which something may have happened, each with its last act."""
    trail = AuditLog.objects.filter(organization=OuterRef("pk")).order_by("-sequence")
    newest = Organization.objects.annotate(act=Subquery(trail.values("sequence")[:1]))
    acts = {pk: act or 0 for pk, act in newest.order_by().values_list("pk", "act")}
    try:
        seen = cache.get_many([key(pk) for pk in acts])
    except RedisError:
        log.warning("looked_at_unknown")
        return acts
    return {pk: act for pk, act in acts.items() if seen.get(key(pk)) != act}


def note(acts: dict[UUID, int], news: Iterable[UUID]) -> None:
    """These were looked at up to these acts; where there are news, the next sweep looks again."""
    waiting = set(news)
    try:
        cache.set_many({key(pk): act for pk, act in acts.items() if pk not in waiting}, KEPT)
    except RedisError:
        log.warning("looked_at_not_kept")


def key(pk: UUID) -> str:
    return f"looked-at:{pk}"
