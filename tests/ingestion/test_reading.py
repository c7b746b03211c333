"""Files are read in a limited child process, and one that kills it costs only itself."""

import gzip
import os
import resource
import subprocess
import sys
from contextlib import ExitStack
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from ingestion import reading
from ingestion.parsers.child import FRAME_BYTES, LARGEST_FILE
from ingestion.parsers.model import Options, ParseError, Reading
from ingestion.parsers.names import stored_name
from ingestion.reading import (
    count_members,
    preview_table,
    read_file,
    read_original,
    render_page,
)
from tests.data.nfe import authorized
from tests.data.ofx import move, statement
from tests.data.pdfs import pdf, text_page
from tests.data.zips import Entry, archive

OPTIONS = Options(date(2026, 11, 21))
MOST_OF_SELECT = 1024  # files that select can tell apart
CHILD = "ingestion.parsers.child"


def read(path: Path, content: bytes, *, skip: int = 0) -> list[Reading]:
    path.write_bytes(content)
    return [
        one for chunk in read_file(path, path.name, options=OPTIONS, skip=skip) for one in chunk
    ]


def notes(count: int) -> list[Entry]:
    return [Entry(f"{number}.xml", authorized(number=number)) for number in range(1, count + 1)]


def greedy() -> bytes:
    """Well-formed, small on disk, and more than a child may hold as a tree."""
    return b"<a>" + b"<b/>" * 5_000_000 + b"</a>"


def lasting() -> bytes:
    """As many numbers like keys as are looked at in one file: several times the limit below."""
    return pdf([text_page(*[f"{'35' * 22} x"] * 800)] * 220)


def test_a_plain_file_is_one_reading(tmp_path: Path) -> None:
    content = authorized()
    (one,) = read(tmp_path / "nota.xml", content)

    assert (one.name, one.size) == ("nota.xml", len(content))
    assert one.sha256 == sha256(content).hexdigest()
    assert one.parsed.documents[0].number == "1"


def test_an_archive_gives_a_reading_for_each_member(tmp_path: Path) -> None:
    entries = [*notes(3), Entry("Thumbs.db", b"x"), Entry("e.ofx", statement([move()]))]
    readings = read(tmp_path / "a.zip", archive(entries))

    assert [one.name for one in readings] == [entry.name for entry in entries]
    assert [one.parsed.kind for one in readings] == ["nfe", "nfe", "nfe", "ignored", "ofx"]
    assert readings[3].parsed.informative == 1
    assert readings[0].sha256 == sha256(entries[0].content).hexdigest()


def test_readings_come_in_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_READINGS", 4)
    path = tmp_path / "a.zip"
    path.write_bytes(archive(notes(10)))

    assert [len(chunk) for chunk in read_file(path, "a.zip", options=OPTIONS)] == [4, 4, 2]


def test_an_interrupted_archive_goes_on_where_it_stopped(tmp_path: Path) -> None:
    readings = read(tmp_path / "a.zip", archive(notes(5)), skip=3)

    assert [one.name for one in readings] == ["4.xml", "5.xml"]


def test_a_bad_member_leaves_the_others(tmp_path: Path) -> None:
    deep = archive([Entry("c.zip", archive(notes(1)))])
    entries = [Entry("a.xml", b"<nfeProc>"), Entry("b.zip", deep), *notes(1)]
    codes = [
        [problem.code for problem in one.parsed.problems]
        for one in read(tmp_path / "a.zip", archive(entries))
    ]

    assert codes == [["xml_malformed"], ["zip_nested"], []]


def test_files_of_an_archive_inside_are_readings_that_can_be_resumed(tmp_path: Path) -> None:
    entries = [*notes(2), Entry("i.zip", archive(notes(3)), 8), Entry("fim.xml", authorized())]
    whole = read(tmp_path / "a.zip", archive(entries))

    names = ["1.xml", "2.xml", "i.zip/1.xml", "i.zip/2.xml", "i.zip/3.xml", "fim.xml"]
    assert [one.name for one in whole] == names
    assert [one.parsed.rejected for one in whole] == [0] * 6
    assert count_members(tmp_path / "a.zip", "a.zip") == 6
    assert read(tmp_path / "a.zip", archive(entries), skip=3) == whole[3:]


def test_an_archive_inside_that_is_not_safe_is_one_refused_reading(tmp_path: Path) -> None:
    slip = archive([Entry("../a.xml", b"x")])
    refused, note = read(tmp_path / "a.zip", archive([Entry("i.zip", slip), *notes(1)]))

    assert (refused.name, refused.parsed.problems[0].code) == ("i.zip", "zip_name")
    assert note.parsed.rejected == 0


def test_the_original_of_any_file_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    entries = [Entry("São.xml", b"<a/>"), Entry("i.zip", archive([Entry("b.xml", b"<b/>")]), 8)]
    path.write_bytes(archive([*entries, Entry("c.xml.gz", gzip.compress(b"<c/>"))]))

    found = [read_original(path, member=name) for name in ("São.xml", "i.zip/b.xml", "c.xml.gz")]
    assert found == [b"<a/>", b"<b/>", b"<c/>"]
    assert read_original(path) == path.read_bytes()
    with pytest.raises(ParseError) as refused:
        read_original(path, member="fora.xml")
    assert refused.value.code == "member_missing"


def test_an_original_too_large_to_be_shown_is_refused_and_not_cut(tmp_path: Path) -> None:
    with (tmp_path / "a.zip").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)

    with pytest.raises(ParseError) as refused:
        read_original(tmp_path / "a.zip")
    assert refused.value.code == "file_too_big"


def test_a_long_name_is_found_by_what_is_kept_of_it(tmp_path: Path) -> None:
    path, long = tmp_path / "a.zip", "ã" * 1500
    path.write_bytes(archive([Entry(f"{long}.xml", b"<a/>"), Entry("b.xml", b"<b/>")]))
    assert read_original(path, member=stored_name(f"{long}.xml")) == b"<a/>"

    path.write_bytes(archive([Entry(f"{long}.xml", b"<a/>"), Entry(f"{long}2.xml", b"<b/>")]))
    with pytest.raises(ParseError, match="começam do mesmo modo"):
        read_original(path, member=stored_name(f"{long}.xml"))


def test_a_page_is_rendered_in_the_child_also_from_an_archive(tmp_path: Path) -> None:
    alone, packed = tmp_path / "a.pdf", tmp_path / "a.zip"
    alone.write_bytes(pdf([text_page("um"), text_page("dois")]))
    packed.write_bytes(archive([Entry("a.pdf", alone.read_bytes())]))
    pictures = [
        render_page(alone, 1),
        render_page(alone, 2),
        render_page(packed, 2, member="a.pdf"),
    ]

    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert pictures[0] != pictures[1] == pictures[2]
    with pytest.raises(ParseError):
        render_page(alone, 3)


def test_a_table_is_shown_to_whoever_names_its_columns(tmp_path: Path) -> None:
    alone, packed = tmp_path / "a.csv", tmp_path / "a.zip"
    alone.write_bytes(b"quando;quanto;por que\r\n01/10/2026;-5,00;tarifa\r\n")
    packed.write_bytes(archive([Entry("pasta/a.csv", alone.read_bytes())]))
    shown = preview_table(alone, "a.csv")

    assert (shown.header, shown.rows[0]) == (
        ("quando", "quanto", "por que"),
        ("01/10/2026", "-5,00", "tarifa"),
    )
    assert preview_table(packed, "a.zip", member="pasta/a.csv") == shown


def test_a_refused_archive_raises(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as refused:
        read(tmp_path / "a.zip", archive([Entry("../a.xml", b"x"), *notes(1)]))

    assert refused.value.code == "zip_name"
    assert refused.value.remedy
    assert len(read(tmp_path / "b.zip", archive(notes(1)))) == 1


def test_a_refused_file_is_a_reading_with_its_reason(tmp_path: Path) -> None:
    (one,) = read(tmp_path / "a.xml", b"")

    assert (one.parsed.rejected, one.parsed.read) == (1, 1)
    assert one.parsed.problems[0].code == "file_empty"


def test_a_workbook_is_one_file_also_inside_an_archive(tmp_path: Path) -> None:
    book = archive([Entry("[Content_Types].xml", b"<Types/>"), Entry("xl/workbook.xml", b"<w/>")])
    (alone,) = read(tmp_path / "a.xlsx", book)
    inside = read(tmp_path / "a.zip", archive([*notes(1), Entry("a.xlsx", book)]))

    assert alone.parsed.problems[0].code == "xlsx_malformed"
    assert [one.parsed.rejected for one in inside] == [0, 1]


def test_a_file_that_takes_too_much_memory_costs_only_itself(tmp_path: Path) -> None:
    entries = [*notes(1), Entry("grande.xml", greedy()), Entry("fim.xml", authorized(number=9))]
    readings = read(tmp_path / "a.zip", archive(entries))

    assert [one.name for one in readings] == ["1.xml", "grande.xml", "fim.xml"]
    assert readings[1].parsed.problems[0].code == "parser_crashed"
    assert readings[1].sha256 == sha256(entries[1].content).hexdigest()
    assert readings[2].parsed.documents[0].number == "9"


def test_what_came_before_a_file_that_kills_its_reader_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK_BYTES", len(greedy()) * 2)
    before = [Entry(f"{at}.txt", b"%d" % at + b" " * FRAME_BYTES) for at in range(3)]
    readings = read(tmp_path / "a.zip", archive([*before, Entry("mau.xml", greedy()), *notes(2)]))

    names = ["0.txt", "1.txt", "2.txt", "mau.xml", "1.xml", "2.xml"]
    assert [one.name for one in readings] == names
    assert readings[3].parsed.problems[0].code == "parser_crashed"


def test_a_file_that_takes_too_long_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(tmp_path / "aquece.xml", authorized())
    monkeypatch.setattr(reading, "SECONDS_PER_FILE", 2.5)
    (one,) = read(tmp_path / "lento.pdf", slow := lasting())

    assert one.parsed.problems[0].code == "parser_timeout"
    assert one.size == len(slow)
    monkeypatch.undo()
    assert read(tmp_path / "b.xml", authorized())[0].parsed.rejected == 0


def test_a_child_killed_between_two_members_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(archive(notes(3)))
    list(read_file(path, "a.zip", options=OPTIONS))
    reading._idle[0].process.kill()
    reading._idle[0].process.wait()

    assert len(read(path, archive(notes(3)))) == 3


def test_two_files_can_be_read_at_once(tmp_path: Path) -> None:
    first, second = tmp_path / "a.xml", tmp_path / "b.xml"
    first.write_bytes(authorized(number=1))
    second.write_bytes(authorized(number=2))
    pairs = zip(
        read_file(first, "a", options=OPTIONS),
        read_file(second, "b", options=OPTIONS),
        strict=True,
    )

    assert [[one.parsed.documents[0].number for (one,) in pair] for pair in pairs] == [["1", "2"]]


def test_a_process_with_many_open_files_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_idle", [])
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as held:
        held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limit)
        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * MOST_OF_SELECT, limit[1]))
        for _ in range(MOST_OF_SELECT):
            held.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        assert len(read(tmp_path / "nota.xml", authorized())) == 1


def test_the_child_inherits_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "segredo")
    child = reading.Child()
    environment = Path(f"/proc/{child.process.pid}/environ").read_bytes()
    child.stop()

    assert b"segredo" not in environment
    assert os.getpid() == child.owner


def test_the_child_starts_without_django() -> None:
    code = f"import sys, {CHILD}; sys.exit('django' in sys.modules or 'celery' in sys.modules)"
    environment = {"PYTHONPATH": str(reading.ROOT)}

    assert (
        subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
    )
