"""Signed links: the bytes as a download for an hour, and nothing that a browser would run."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from conciliacontag.keys import new_id
from conciliacontag.storage import keep, link, object_key, remove
from tests.data.envelope import refusal

Api = Callable[..., Client]
pytestmark = pytest.mark.django_db
BYTES = b"<script>alert(1)</script>"
JSON = {"Accept": "application/json"}


@pytest.fixture
def key(tmp_path: Path) -> str:
    arrived = tmp_path / "arrived"
    arrived.write_bytes(BYTES)
    name = object_key(new_id(), "nota.html")
    keep(arrived, name)
    return name


def path_of(key: str) -> str:
    return link(key, filename="nota é.html")["url"].removeprefix(settings.PUBLIC_URL)


def test_the_bytes_come_as_a_download(api: Api, key: str) -> None:
    answer = api().get(path_of(key))

    assert answer.getvalue() == BYTES
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_a_link_lives_an_hour(api: Api, key: str) -> None:
    path = path_of(key)
    with time_machine.travel(timezone.now() + timedelta(seconds=3601)):
        refusal(api().get(path, headers=JSON), 410, "link_expired")


@pytest.mark.parametrize("token", ["x", "a:b:c", "Ä"])
def test_a_forged_link_opens_nothing(api: Api, token: str) -> None:
    refusal(api().get(f"/files/{token}", headers=JSON), 404, "link_invalid")


def test_a_link_with_one_letter_changed_opens_nothing(api: Api, key: str) -> None:
    path = path_of(key)
    changed = path[:-1] + ("A" if path[-1] != "A" else "B")

    refusal(api().get(changed, headers=JSON), 404, "link_invalid")


def test_a_removed_file_is_gone(api: Api, key: str) -> None:
    path = path_of(key)
    remove(key)

    refusal(api().get(path, headers=JSON), 410, "file_removed")
