"""A workbook of before 2007 is opened only when its sectors and counts can be true."""

from datetime import date
from pathlib import Path

import pytest

from ingestion.parsers.model import Options, ParseError
from ingestion.parsers.ole_file import check_old_workbook
from ingestion.parsers.workbook import read_workbook
from ingestion.reading import read_file
from tests.data.ole import (
    DIMENSIONS,
    SECTOR,
    TEXTS,
    short_stream,
    stream_of,
    table_place,
    with_number,
)
from tests.data.tables import STATEMENT, as_xls
from tests.data.zips import Entry, archive

WHOLE = as_xls(STATEMENT)
ROWS = [list(row) for row in STATEMENT]
LAST_ROW = WHOLE.index(DIMENSIONS) + 8
ROW_COUNTS = WHOLE.index(DIMENSIONS) + 4
TEXT_COUNT = WHOLE.index(TEXTS, SECTOR) + 8
# Its table says that the second sector of the sheets follows itself: it never ends.
ENDLESS = with_number(WHOLE, table_place(WHOLE, 1), 1)


def rows(content: bytes) -> list[list[object]]:
    (grid,), _ = read_workbook(content)
    return [list(row) for row in grid.rows]


def code(content: bytes) -> str:
    with pytest.raises(ParseError) as refused:
        read_workbook(content)
    assert refused.value.remedy
    return refused.value.code


def test_a_whole_workbook_is_handed_on_untouched() -> None:
    assert check_old_workbook(WHOLE) == WHOLE
    assert rows(WHOLE) == ROWS


@pytest.mark.parametrize("name", ["Workbook", "Book"])
def test_a_workbook_in_short_sectors_is_read(name: str) -> None:
    assert rows(short_stream(name, stream_of(WHOLE))) == ROWS


@pytest.mark.parametrize(
    "content",
    [
        ENDLESS,
        with_number(WHOLE, table_place(WHOLE, 1), 0x00FFFFFF),
        with_number(WHOLE, 44, 0x7FFFFFFF),  # sectors of the table
        with_number(WHOLE, 48, 0x00FFFFFF),  # directory
        with_number(WHOLE, 64, 0x00FFFFFF),  # sectors of the short table
        with_number(WHOLE, 68, 1),  # a further list of sectors that leads nowhere
        with_number(WHOLE, 76, 0x00FFFFFF),  # table of sectors
        with_number(WHOLE, TEXT_COUNT, 0x7FFFFFFF),
        with_number(WHOLE, TEXT_COUNT, 0x00FFFFFF),
        short_stream("Workbook", stream_of(WHOLE))[:-SECTOR],
    ],
)
def test_a_wrong_chain_or_count_is_refused(content: bytes) -> None:
    assert code(content) in ("xlsx_malformed", "xlsx_old")


def test_what_is_no_such_file_is_said_to_be_old() -> None:
    assert code(WHOLE[:400]) == code(WHOLE[:30] + b"\x00\x00" + WHOLE[32:]) == "xlsx_old"


@pytest.mark.parametrize(
    ("place", "number"), [(LAST_ROW, 0xFFFFFFFF), (LAST_ROW, 0x00FFFFFF), (ROW_COUNTS, 0x00FF0000)]
)
def test_a_claim_of_impossible_size_costs_no_row(place: int, number: int) -> None:
    assert rows(with_number(WHOLE, place, number)) == ROWS


def test_cells_too_far_apart_are_refused() -> None:
    far: list[list[str]] = [["a"], *[[] for _ in range(65_534)], [""] * 255 + ["b"]]

    assert code(as_xls(far)) == "table_too_big"


def test_a_damaged_workbook_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(archive([Entry("ruim.xls", ENDLESS), Entry("bom.xls", WHOLE)]))
    (chunk,) = read_file(path, "a.zip", options=Options(date(2026, 11, 21)))
    bad, good = chunk

    assert [problem.code for problem in bad.parsed.problems] == ["xlsx_malformed"]
    assert len(good.parsed.transactions) == 2
