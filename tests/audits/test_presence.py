"""Who else has a card open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import time_machine
from django.test import Client

from audits.models import Batch, Decision
from conciliacontag.organizations.models import AuditLog, User
from conciliacontag.presence import LIFE, touch

Screen = Callable[[User], Client]


def test_each_person_sees_the_others(auditor: User, manager: User) -> None:
    card = uuid4()

    assert touch(card, auditor) == []
    assert touch(card, manager) == [auditor.name]
    assert touch(card, auditor) == [manager.name]
    assert touch(uuid4(), auditor) == []


def test_who_says_nothing_for_a_while_is_gone(auditor: User, manager: User) -> None:
    card, moment = uuid4(), datetime(2026, 10, 5, 12, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        touch(card, auditor)
    with time_machine.travel(moment + timedelta(seconds=LIFE + 1), tick=False):
        assert touch(card, manager) == []


def test_without_the_cache_nobody_is_seen_and_nothing_fails(auditor: User, settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert touch(uuid4(), auditor) == []


def test_the_page_asks_by_post_and_writes_nothing(
    answers: Batch, auditor: User, manager: User, screen: Screen
) -> None:
    card = answers.cards.get(line=1)
    path = f"/admin/audits/card/{card.pk}/presenca/"
    screen(auditor).post(path)
    logged = AuditLog.objects.count()
    answer = screen(manager).post(path)

    assert answer.json() == {"others": [auditor.name]}
    assert screen(manager).get(path).status_code == 405
    assert (Decision.objects.count(), AuditLog.objects.count()) == (0, logged)


def test_foreign_cards_do_not_exist(answers: Batch, stranger: User, screen: Screen) -> None:
    path = f"/admin/audits/card/{answers.cards.get(line=1).pk}/presenca/"

    assert screen(stranger).post(path).status_code == 404
