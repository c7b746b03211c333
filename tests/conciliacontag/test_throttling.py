"""An organization's calls are counted, another's are not touched, an outage refuses nobody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.test import Client
from rest_framework.settings import api_settings

from conciliacontag.api.throttling import count
from conciliacontag.organizations.models import User
from tests.data.envelope import refusal

Api = Callable[..., Client]
MOST = 3
MOMENT = "2026-11-20T12:00:30Z"


@pytest.fixture
def few(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = {**api_settings.DEFAULT_THROTTLE_RATES, "tenant": f"{MOST}/min"}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates)


def test_one_organization_is_throttled_and_another_is_not(
    api: Api, few: None, operator: User, stranger: User
) -> None:
    with time_machine.travel(MOMENT, tick=False):
        ours, theirs = api(operator), api(stranger)
        answers = [ours.get("/v1/me") for _ in range(MOST + 1)]
        assert [answer.status_code for answer in answers] == [200] * MOST + [429]
        assert theirs.get("/v1/me").status_code == 200
    assert refusal(answers[-1], 429, "throttled")["retry_after"] == 30
    assert answers[-1]["Retry-After"] == "30"


def test_colleagues_share_one_count(api: Api, few: None, operator: User, auditor: User) -> None:
    with time_machine.travel(MOMENT, tick=False):
        for _ in range(MOST):
            api(operator).get("/v1/me")
        assert api(auditor).get("/v1/me").status_code == 429


def test_the_next_minute_starts_anew(api: Api, few: None, operator: User) -> None:
    with time_machine.travel(MOMENT, tick=False) as clock:
        client = api(operator)
        for _ in range(MOST + 1):
            client.get("/v1/me")
        clock.shift(31)
        assert client.get("/v1/me").status_code == 200


def test_every_answer_tells_what_is_left(api: Api, few: None, operator: User) -> None:
    with time_machine.travel(MOMENT, tick=False):
        answer = api(operator).get("/v1/me")

    assert answer["RateLimit-Policy"] == f'"tenant";q={MOST};w=60'
    assert answer["RateLimit"] == f'"tenant";r={MOST - 1};t=30'


def test_without_the_cache_nobody_is_refused(
    api: Api, few: None, operator: User, settings: Any
) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    answers = [api(operator).get("/v1/me").status_code for _ in range(MOST + 2)]

    assert answers == [200] * (MOST + 2)


def test_a_burst_is_counted_to_the_last_call() -> None:
    with time_machine.travel(MOMENT, tick=False), ThreadPoolExecutor(8) as pool:
        quotas = list(pool.map(lambda _: count("tenant", "burst", 10), range(80)))

    assert sorted(quota.used for quota in quotas if quota) == list(range(1, 81))
