"""Whatever the table looks like, only corrected cells change."""

import csv
import io
from dataclasses import dataclass, replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.corrections import apply_corrections, read_dialect, read_records

SPECIAL = ('"', "\r", "\n")
TEXT = st.text(alphabet="aé\"; ,\t|\n\r'9", max_size=5)


@dataclass(frozen=True)
class Table:
    content: bytes
    separator: str
    encoding: str
    rows: list[list[str]]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.integers(1, 4))
    separator = draw(st.sampled_from(",;\t|")) if columns > 1 else ","
    end = draw(st.sampled_from(["\n", "\r\n"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
    rows = draw(st.lists(st.lists(TEXT, min_size=columns, max_size=columns), max_size=6))
    lines = [separator.join(f"c{place}" for place in range(columns))]
    for row in rows:
        lines += [""] * draw(st.integers(0, 1))
        lines.append(separator.join(written(draw, cell, separator, columns) for cell in row))
    text = end.join(lines) + draw(st.sampled_from(["", end]))
    return Table(text.encode(encoding), separator, encoding, rows)


def written(draw: st.DrawFn, cell: str, separator: str, columns: int) -> str:
    """A cell in any style a program might have written it: a later quote is only text."""
    bare = not cell.startswith('"') and not any(m in cell for m in (separator, "\r", "\n"))
    if bare and (cell or columns > 1) and draw(st.booleans()):
        return cell
    return '"' + cell.replace('"', '""') + '"'


def read(content: bytes, table: Table) -> list[list[str]]:
    text = io.StringIO(content.decode(table.encoding), newline="")
    return [row for row in csv.reader(text, delimiter=table.separator) if row]


def blocks(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@given(tables(), st.integers(1, 40))
@settings(max_examples=300, deadline=None)
def test_without_corrections_the_bytes_are_the_same(table: Table, size: int) -> None:
    for source in (io.BytesIO(table.content), blocks(table.content, size)):
        assert b"".join(apply_corrections(source, {})) == table.content


@given(tables(), st.data())
@settings(max_examples=500, deadline=None)
def test_exactly_the_corrected_cells_differ(table: Table, data: st.DataObject) -> None:
    before = read(table.content, table)
    corrections = drawn_corrections(data, before)

    # Pure ASCII bytes do not tell their encoding: the caller does.
    dialect = replace(read_dialect(table.content), encoding=table.encoding)

    after = b"".join(apply_corrections(blocks(table.content, 7), corrections, dialect=dialect))

    expected = [list(row) for row in before]
    for number, changes in corrections.items():
        for name, value in changes.items():
            expected[number][int(name[1:])] = value
    assert read(after, table) == expected
    undone = {n: {c: before[n][int(c[1:])] for c in cs} for n, cs in corrections.items()}
    assert read(b"".join(apply_corrections([after], undone, dialect=dialect)), table) == before


def drawn_corrections(data: st.DataObject, rows: list[list[str]]) -> dict[int, dict[str, str]]:
    if len(rows) < 2:
        return {}
    cell = st.sampled_from([f"c{place}" for place in range(len(rows[0]))])
    changes = st.dictionaries(cell, TEXT, max_size=3)
    return data.draw(st.dictionaries(st.integers(1, len(rows) - 1), changes, max_size=3))


@given(tables())
@settings(max_examples=300, deadline=None)
def test_records_read_as_the_standard_module_reads_them(table: Table) -> None:
    records = list(read_records([table.content]))

    assert [list(record.cells) for record in records] == read(table.content, table)
    assert [record.number for record in records] == list(range(len(records)))


@given(st.text(alphabet='",a\n', max_size=14))
@settings(max_examples=1500, deadline=None)
def test_a_shape_no_program_writes_is_cut_as_the_standard_module_cuts_it(body: str) -> None:
    content = f"c0,c1\n{body}".encode()
    plain = Table(content, ",", "utf-8", [])

    assert [list(r.cells) for r in read_records([content])] == read(content, plain)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_of_each_system_stay(end: bytes) -> None:
    content = end.join([b'"id","q1"', b'"x",""', b"", b'"y","A"', b""])

    changed = b"".join(apply_corrections([content], {2: {"q1": "B"}}))

    assert changed == content.replace(b'"A"', b'"B"')


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_lines_of_quotes_and_separators_read_like_the_standard_module(columns: int) -> None:
    header = ",".join(f"c{place}" for place in range(columns))
    for length in range(1, 9):
        for marks in product('",', repeat=length):
            content = f"{header}\n{''.join(marks)}\n".encode()
            plain = Table(content, ",", "utf-8", [])
            assert [list(r.cells) for r in read_records([content])] == read(content, plain)
