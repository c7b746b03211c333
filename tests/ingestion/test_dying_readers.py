"""A reading process that is killed, at whatever place, costs no file and repeats none."""

import sys
from datetime import date
from pathlib import Path

import pytest

from ingestion import reading
from ingestion.parsers.child import FRAME_BYTES
from ingestion.parsers.model import Options, Reading
from tests.data.nfe import authorized
from tests.data.zips import Entry, archive

# A reader that is killed before the answer whose number a file tells, as often as it tells.
MORTAL = """
import os, sys
from pathlib import Path
from ingestion.parsers import child

left, write = Path(sys.argv[1]), child._write

def dying(descriptor, message):
    count, deaths = map(int, left.read_text().split())
    left.write_text(f"{count - 1} {deaths}")
    if -deaths < count <= 0:
        os._exit(9)
    write(descriptor, message)

child._write = dying
child.main()
"""


def read(path: Path, content: bytes) -> list[Reading]:
    path.write_bytes(content)
    options = Options(date(2026, 11, 21))
    return [one for part in reading.read_file(path, path.name, options=options) for one in part]


def large(letter: str) -> Entry:
    """A file that is answered in a frame of its own."""
    return Entry(f"{letter}.txt", letter.encode() + b" " * FRAME_BYTES)


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """How many answers come before the one that is never sent."""
    counter = tmp_path / "left"
    monkeypatch.setattr(reading, "_idle", [])
    command = [sys.executable, "-s", "-P", "-c", MORTAL, str(counter)]
    monkeypatch.setattr(reading, "COMMAND", command)
    counter.write_text("1000 1")
    return counter


def count_of(left: Path) -> int:
    return int(left.read_text().split()[0])


def test_a_reader_killed_before_any_answer_loses_and_repeats_nothing(
    tmp_path: Path, left: Path
) -> None:
    inner = Entry("i.zip", archive([Entry("1.xml", authorized()), large("b")]), 8)
    content = archive([large("a"), inner])
    whole = read(tmp_path / "a.zip", content)
    answers = 1000 - count_of(left)

    assert [one.name for one in whole] == ["a.txt", "i.zip/1.xml", "i.zip/b.txt"]
    for count in range(1, answers):
        left.write_text(f"{count} 1")
        assert read(tmp_path / "a.zip", content) == whole
        assert count_of(left) < 0


def test_a_plain_file_is_read_once_though_its_reader_dies_at_the_end(
    tmp_path: Path, left: Path
) -> None:
    left.write_text("2 1")

    assert len(read(tmp_path / "a.txt", large("a").content)) == 1
    assert count_of(left) == -1


def test_a_member_that_kills_whoever_opens_it_costs_only_itself(tmp_path: Path, left: Path) -> None:
    left.write_text("1 3")
    lost, note = read(tmp_path / "a.zip", archive([large("a"), Entry("1.xml", authorized())]))

    assert (lost.name, lost.sha256, lost.parsed.rejected) == ("a.txt", "", 1)
    assert lost.parsed.problems[0].code == "parser_crashed"
    assert note.parsed.documents[0].number == "1"
