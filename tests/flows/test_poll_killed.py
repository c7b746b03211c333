"""A process that is killed while it fetches files loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings as site
from django.db import connection

from conciliacontag.database import EVERY, session
from ingestion.models import ItemStatus, Source, SourceFile, SourceItem
from ingestion.services.polling import poll_source, poll_sources
from tests.conftest import make_organization

COUNT = 60


def start_poll(data: Path, root: Path) -> subprocess.Popen[bytes]:
    """A real process that reads the entries of the test's own database."""
    address = connection.settings_dict
    environment = os.environ | {
        "DATABASE_URL": (
            f"postgresql://{address['USER']}:{quote(address['PASSWORD'])}@/{address['NAME']}"
            f"?host={quote(address['HOST'], safe='')}"
        ),
        "CONCILIACONTAG_DATA": str(data),
        "WATCHED_FOLDERS_ROOT": str(root),
    }
    command = [sys.executable, str(site.ROOT_FOLDER / "manage.py"), "poll_sources"]
    return subprocess.Popen(command, env=environment)


def items() -> int:
    with session(EVERY):
        return SourceItem.objects.count()


def kill_after(count: int, poll: subprocess.Popen[bytes]) -> None:
    while items() < count:
        assert poll.poll() is None
        time.sleep(0.01)
    poll.send_signal(signal.SIGKILL)
    poll.wait()


def test_a_killed_poll_is_finished_by_the_next(
    committed: None, tmp_path: Path, settings: Any
) -> None:
    settings.WATCHED_FOLDERS_ROOT = tmp_path / "watched"
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        said = {"path": "", "after": "move", "settle_seconds": 0}
        source = Source.objects.create(
            organization=organization, kind="folder", name="pasta", settings=said
        )
    folder = settings.WATCHED_FOLDERS_ROOT / organization.tenant_key
    folder.mkdir(parents=True)
    for number in range(COUNT):
        (folder / f"{number}.xml").write_bytes(b"<a>%d</a>" % number)

    kill_after(10, start_poll(tmp_path, settings.WATCHED_FOLDERS_ROOT))
    assert poll_sources() == 0, "the lease of the dead must be respected"
    with session(EVERY):
        Source.objects.update(locked_until=None)
    assert items() < COUNT
    assert poll_source(organization.pk, source.pk) is not None

    with session(EVERY):
        assert SourceFile.objects.count() == COUNT
        assert SourceItem.objects.filter(status=ItemStatus.RECEIVED).count() == COUNT
    moved = [path.name for path in (folder / "processados").rglob("*.xml")]
    assert sorted(moved) == sorted(f"{number}.xml" for number in range(COUNT))
