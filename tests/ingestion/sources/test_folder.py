"""A watched folder: taken once, moved after the commit, never left."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from conciliacontag.organizations.models import Organization
from ingestion.models import ItemStatus, Source, SourceFile, SourceItem
from ingestion.services.polling import write_down
from ingestion.sources.folder import Folder
from ingestion.sources.model import SourceRefused, StillWriting

Poll = Callable[[Source], dict[str, Any]]


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_files_are_received_and_moved_to_the_month(folder: Source, root: Path, poll: Poll) -> None:
    (root / "nota.xml").write_bytes(b"<a/>")
    (root / "dentro").mkdir()
    (root / "dentro" / "extrato.ofx").write_bytes(b"OFX")

    assert poll(folder) == {"counts": {"received": 2}}

    month = f"processados/{timezone.localdate():%Y-%m}"
    assert names(root) == {f"{month}/nota.xml", f"{month}/extrato.ofx"}
    assert set(SourceFile.objects.values_list("filename", flat=True)) == {"nota.xml", "extrato.ofx"}
    assert poll(folder) == {"counts": {}}


def test_what_is_refused_says_why_beside_it(
    folder: Source, root: Path, poll: Poll, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    (root / "grande.zip").write_bytes(b"x" * 11)

    assert poll(folder) == {"counts": {"failed": 1}}

    assert names(root) == {"recusados/grande.zip", "recusados/grande.zip.txt"}
    assert "Divida-o" in (root / "recusados" / "grande.zip.txt").read_text()
    assert SourceItem.objects.get().status == ItemStatus.FAILED


def test_a_name_that_is_taken_gets_a_number(folder: Source, root: Path, poll: Poll) -> None:
    for content in (b"um", b"dois"):
        (root / "nota.xml").write_bytes(content)
        poll(folder)

    moved = {Path(name).name for name in names(root)}
    assert moved == {"nota.xml", "nota (2).xml"}


@pytest.mark.parametrize("most", [10, 1000])
def test_the_longest_names_do_not_hold_up_the_rest(
    folder: Source, root: Path, poll: Poll, settings: Any, most: int
) -> None:
    settings.UPLOAD_MAX_BYTES = most
    longest = "é" * 125 + ".xml"
    for content in (b"x" * 11, b"x" * 12):
        (root / longest).write_bytes(content)
        assert "error" not in poll(folder)

    assert [path for path in root.iterdir() if path.is_file()] == []
    assert SourceItem.objects.count() == 2


def test_what_may_still_be_written_waits(folder: Source, root: Path, poll: Poll) -> None:
    folder.settings["settle_seconds"] = 60
    folder.save()
    (root / "nova.xml").write_bytes(b"<a/>")
    (root / "velha.xml").write_bytes(b"<b/>")
    os.utime(root / "velha.xml", (time.time() - 90,) * 2)
    for name in ("c.xml.part", "d.tmp", "e.filepart", ".f.xml"):
        (root / name).write_bytes(b"x")
        os.utime(root / name, (time.time() - 90,) * 2)

    assert poll(folder) == {"counts": {"waiting": 1, "received": 1}}
    assert SourceFile.objects.get().filename == "velha.xml"


def test_a_file_that_grows_while_it_is_read_is_left_for_later(folder: Source, root: Path) -> None:
    (root / "nota.xml").write_bytes(b"<a/>")
    with Folder(folder.access()) as way:
        (item,) = next(way.pages(lambda identities: set()))
        with pytest.raises(StillWriting):
            for _ in way.read(item):
                (root / "nota.xml").write_bytes(b"<a/><b/>")


def test_links_lead_nowhere(folder: Source, root: Path, poll: Poll, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "segredo.xml").write_bytes(b"x")
    (root / "atalho.xml").symlink_to(outside / "segredo.xml")
    (root / "pasta").symlink_to(outside)
    os.mkfifo(root / "cano.xml")

    assert poll(folder) == {"counts": {}}
    assert (outside / "segredo.xml").exists()


def test_a_folder_that_is_a_link_is_not_entered(folder: Source, root: Path, tmp_path: Path) -> None:
    (root / "pasta").symlink_to(tmp_path)
    folder.settings["path"] = "pasta"

    with pytest.raises(SourceRefused, match="atalho"):
        Folder(folder.access()).__enter__()


def test_files_may_stay_where_they_are(folder: Source, root: Path, poll: Poll) -> None:
    folder.settings["after"] = "leave"
    folder.save()
    (root / "nota.xml").write_bytes(b"<a/>")

    assert [poll(folder)["counts"] for _ in range(2)] == [{"received": 1}, {}]
    assert names(root) == {"nota.xml"}
    (root / "nota.xml").write_bytes(b"<a/><b/>")
    assert poll(folder)["counts"] == {"received": 1}


def test_a_poll_that_died_before_moving_moves_and_doubles_nothing(
    folder: Source, root: Path, poll: Poll
) -> None:
    (root / "nota.xml").write_bytes(b"<a/>")
    with Folder(folder.access()) as way:
        (item,) = next(way.pages(lambda identities: set()))
    write_down(folder, item, ItemStatus.RECEIVED, "")

    assert poll(folder) == {"counts": {}}
    assert names(root) == {f"processados/{timezone.localdate():%Y-%m}/nota.xml"}
    assert not SourceFile.objects.exists()


def test_without_a_root_nothing_is_watched(folder: Source, poll: Poll, settings: Any) -> None:
    settings.WATCHED_FOLDERS_ROOT = None

    assert poll(folder)["code"] == "folders_off"


def test_each_organization_has_its_own_part(
    folder: Source, root: Path, other_organization: Organization, poll: Poll
) -> None:
    theirs = root.parent / other_organization.tenant_key
    theirs.mkdir()
    (theirs / "deles.xml").write_bytes(b"<a/>")

    assert poll(folder) == {"counts": {}}
