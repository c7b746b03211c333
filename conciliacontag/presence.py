"""Who else has a card or a line open: a soft notice that holds nobody up and is in no table.

It lives in the cache for 45 seconds. Two people who say so in the same instant may overwrite each
other; both say it again a few seconds later. Without the cache nobody is seen and nothing fails.
"""

import time
from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError
from structlog import get_logger

from conciliacontag.organizations.models import User

LIFE = 45  # seconds after which somebody who said nothing more is gone

log = get_logger(__name__)


def touch(row_id: UUID, user: User) -> list[str]:
    """Say that the person has the row open; return the names of the others who have, sorted."""
    key, now = f"presence:{row_id}", time.time()
    try:
        seen: dict[str, tuple[str, float]] = cache.get(key) or {}
        here = {pk: one for pk, one in seen.items() if one[1] > now - LIFE}
        here[str(user.pk)] = (user.name, now)
        cache.set(key, here, timeout=LIFE)
    except (RedisError, OSError) as fault:
        log.warning("presence_not_known", fault=type(fault).__name__)
        return []
    return sorted(name for pk, (name, _) in here.items() if pk != str(user.pk))
