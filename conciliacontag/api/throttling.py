"""How many calls an organization may make in a minute, counted by one atomic step in the cache.

The library's throttles read, append and write a list: a burst passes between the steps. Here the
cache counts (INCR). Without the cache nobody is refused: an outage of ours is not the caller's.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle
from structlog import get_logger

from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.models import User

if TYPE_CHECKING:
    from rest_framework.views import APIView  # it reads the settings that name this module

Handler = Callable[[HttpRequest], HttpResponse]
WINDOW = 60  # seconds

log = get_logger(__name__)


class Quota(NamedTuple):
    """What is left of a minute's calls."""

    scope: str
    most: int
    used: int
    resets_in: int

    @property
    def left(self) -> int:
        return max(self.most - self.used, 0)


class CountedThrottle(BaseThrottle):
    """So many calls a minute under one name; a subclass says whose name."""

    scope = ""

    def name(self, request: Request) -> str | None:
        """Who is counted; None lets the call pass uncounted."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: "APIView") -> bool:
        name = self.name(request)
        if name is None:
            return True
        most = int(str(api_settings.DEFAULT_THROTTLE_RATES[self.scope]).partition("/")[0])
        quota = count(self.scope, name, most)
        self.quota = quota
        if quota is None:
            return True
        request._request.META["RATE_LIMIT"] = quota
        return quota.used <= quota.most

    def wait(self) -> float | None:
        return float(self.quota.resets_in) if self.quota else None


class TenantThrottle(CountedThrottle):
    """Counts the organization a call names, or the caller's only one, or else the person."""

    scope = "tenant"

    def name(self, request: Request) -> str | None:
        user = request.user
        if not isinstance(user, User):
            return None
        named = as_uuids(request.query_params.get("organization_id"))
        found: list[UUID] = [pk for pk in named or list(user.roles) if pk in user.roles]
        return f"organization {found[0]}" if len(found) == 1 else f"user {user.pk}"


class LoginThrottle(CountedThrottle):
    """Counts log-ins by the address they come from."""

    scope = "login"

    def name(self, request: Request) -> str | None:
        return self.get_ident(request)


def count(scope: str, name: str, most: int) -> Quota | None:
    """Count one call in the current window; None when the cache does not answer."""
    now = int(time.time())
    key = f"throttle {scope} {name} {now // WINDOW}".replace(" ", ":")
    try:
        cache.add(key, 0, timeout=2 * WINDOW)
        used = cache.incr(key)
    except (RedisError, OSError, ValueError) as fault:
        log.warning("throttle_not_counted", fault=type(fault).__name__)
        return None
    return Quota(scope, most, used, WINDOW - now % WINDOW)


def rate_limit_headers(handle: Handler) -> Handler:
    """Tell callers what is left, as draft-ietf-httpapi-ratelimit-headers says; it may change."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = handle(request)
        quota = request.META.get("RATE_LIMIT")
        if isinstance(quota, Quota):
            response["RateLimit-Policy"] = f'"{quota.scope}";q={quota.most};w={WINDOW}'
            response["RateLimit"] = f'"{quota.scope}";r={quota.left};t={quota.resets_in}'
        return response

    return middleware
