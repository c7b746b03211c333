"""A process that is killed while it fetches files loses nothing and doubles nothing."""

from pathlib import Path
from typing import Any

from django.conf import settings as site

from conciliacontag.database import EVERY, session
from ingestion.models import ItemStatus, Source, SourceFile, SourceItem
from ingestion.services.polling import poll_source, poll_sources
from tests.conftest import make_organization
from tests.data.killing import Process, kill_after, start

COUNT = 30


def start_poll(data: Path, root: Path) -> Process:
    command = [str(site.ROOT_FOLDER / "manage.py"), "poll_sources"]
    return start(command, data, WATCHED_FOLDERS_ROOT=str(root))


def items() -> int:
    with session(EVERY):
        return SourceItem.objects.count()


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

    kill_after(5, items, start_poll(tmp_path, settings.WATCHED_FOLDERS_ROOT))
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
