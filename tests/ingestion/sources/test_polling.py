"""Rounds: one at a time, patient after failures, going on after a kill."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from conciliacontag.organizations.models import Organization
from ingestion import tasks
from ingestion.models import Delivery, DeliveryItem, Source, SourceFile, SourceItem
from ingestion.services import polling
from ingestion.services.polling import claim, poll_source, poll_sources
from ingestion.services.processing import LeaseLost

Poll = Callable[[Source], dict[str, Any]]


@pytest.fixture
def filled(folder: Source, root: Path) -> Source:
    """A folder with one file in it."""
    (root / "nota.xml").write_bytes(b"<a/>")
    return folder


def test_one_worker_reads_a_place_at_a_time(filled: Source) -> None:
    ids = filled.organization_id, filled.pk
    assert claim(*ids, is_forced=False) is not None

    assert poll_source(*ids, is_forced=True) is None
    assert not SourceFile.objects.exists()


def test_a_round_that_was_killed_is_taken_up_after_its_lease(filled: Source, settings: Any) -> None:
    ids = filled.organization_id, filled.pk
    claim(*ids, is_forced=False)

    with time_machine.travel(timezone.now() + timedelta(seconds=settings.LEASE_SECONDS + 1)):
        assert poll_sources() == 1
        assert poll_source(*ids) == {"counts": {"received": 1}}


def test_the_next_round_comes_after_the_interval(filled: Source, poll: Poll) -> None:
    poll(filled)

    filled.refresh_from_db()
    assert poll_sources() == 0
    assert filled.attempts == 0
    assert filled.next_run_at - filled.last_run_at == timedelta(minutes=5)  # type: ignore[operator]


def test_failures_make_the_pauses_longer(filled: Source, poll: Poll, settings: Any) -> None:
    settings.WATCHED_FOLDERS_ROOT = None
    pauses = []
    for _ in range(7):
        poll(filled)
        filled.refresh_from_db()
        pauses.append((filled.next_run_at - filled.last_run_at) // timedelta(minutes=5))  # type: ignore[operator]

    assert pauses == [1, 2, 4, 8, 16, 16, 16]
    assert filled.last_result["code"] == "folders_off"


def test_a_round_that_keeps_dying_waits_its_turn(filled: Source, settings: Any) -> None:
    now = timezone.now()
    for _ in range(settings.MOST_ATTEMPTS + 1):
        now += timedelta(seconds=settings.LEASE_SECONDS + 1)
        with time_machine.travel(now, tick=False):
            assert claim(filled.organization_id, filled.pk, is_forced=False) is not None

    with time_machine.travel(now + timedelta(seconds=settings.LEASE_SECONDS + 1)):
        assert poll_sources() == 0


def test_a_kill_between_file_and_note_doubles_nothing(
    filled: Source, poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(polling, "write_down", killed)
        poll(filled)
    assert (SourceFile.objects.count(), SourceItem.objects.count()) == (1, 0)
    Source.objects.update(locked_until=None)

    # The killed round told nobody: the one that goes on with its delivery tells the file once.
    assert poll(filled) == {"counts": {"received": 1}}
    assert (SourceFile.objects.count(), SourceItem.objects.count()) == (1, 1)
    assert (Delivery.objects.count(), DeliveryItem.objects.count()) == (1, 1)
    filled.refresh_from_db()
    assert poll(filled) == {"counts": {}}


def test_a_place_that_somebody_else_took_over_is_left(
    filled: Source, settings: Any, poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LEASE_SECONDS = 0
    held = claim(filled.organization_id, filled.pk, is_forced=True)
    assert held is not None
    Source.objects.update(locked_until=timezone.now() + timedelta(minutes=1))

    with pytest.raises(LeaseLost):
        polling.Poll(held).run()

    assert not SourceFile.objects.exists()


def test_an_entry_that_is_off_or_gone_is_no_work(filled: Source) -> None:
    Source.objects.update(enabled=False)

    tasks.poll_sources()
    tasks.poll_source(str(filled.organization_id), str(filled.pk))
    tasks.fetch_object(str(filled.organization_id), str(filled.pk), "a.xml")

    assert not SourceFile.objects.exists()


def run(*words: str) -> list[dict[str, Any]]:
    said = StringIO()
    call_command("poll_sources", *words, "--json", stdout=said)
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_the_command_shows_what_would_come_and_takes_nothing(filled: Source, root: Path) -> None:
    (line,) = run("--dry-run")

    assert (line["items"], line["source"], line["kind"]) == (["nota.xml"], "folder", "folder")
    assert (root / "nota.xml").exists()
    assert not SourceFile.objects.exists()


def test_the_command_reads_now(filled: Source, organization: Organization) -> None:
    words = ("--organization", organization.tenant_key, "--source", "folder")

    assert run(*words)[0]["counts"] == {"received": 1}
    assert run(*words)[0]["counts"] == {}


def test_the_command_fails_when_a_place_does(
    filled: Source, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.WATCHED_FOLDERS_ROOT = None

    for words in (["--dry-run"], []):
        with pytest.raises(SystemExit) as ended:
            call_command("poll_sources", *words)
        assert ended.value.code == 3
    assert "Pastas observadas não estão ativas" in capsys.readouterr().out


def test_the_command_wants_something_to_read(organization: Organization) -> None:
    with pytest.raises(CommandError):
        call_command("poll_sources")
