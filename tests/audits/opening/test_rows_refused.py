"""Rows that people could not work with refuse their file, each with its line and its code."""

import tracemalloc
from io import BytesIO

import pytest

from audits import result_rows
from audits.result_rows import (
    ColumnsUnknown,
    Contents,
    RowsRefused,
    count_issues,
    doubtful_rows,
    inspect,
)
from audits.shipped import BOLETOS, OMR, SHIPPED
from tests.data.answer_sheets import FIRST, HEADER, results, sheet

GOOD = sheet("bom.png", "A", "B")


def inspected(content: bytes, layout: str = OMR) -> Contents:
    return inspect(BytesIO(content), SHIPPED[layout])


def refusal(content: bytes, layout: str = OMR) -> RowsRefused:
    with pytest.raises(RowsRefused) as refused:
        inspected(content, layout)
    return refused.value


def named(name: str) -> bytes:
    return results(GOOD, sheet(name, "A", "B"))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../etc/passwd", "csv_identifier_unsafe"),
        ("..\\windows\\win.ini", "csv_identifier_unsafe"),
        ("a/../../b.png", "csv_identifier_unsafe"),
        ("~/file.png", "csv_identifier_unsafe"),
        ("/etc/shadow", "csv_identifier_unsafe"),
        ("C:\\folha.png", "csv_identifier_unsafe"),
        ("a\x1b[2J.png", "csv_identifier_unsafe"),
        ("a\x85b.png", "csv_identifier_unsafe"),
        ("abc\u202egnp.exe", "csv_identifier_unsafe"),
        ("folha\u200b1.png", "csv_identifier_unsafe"),
        ("\u200b", "csv_identifier_unsafe"),
        ("a" * 257, "csv_identifier_too_long"),
        ("a" * 600, "csv_identifier_too_long"),
        ("", "csv_identifier_empty"),
        ("  ", "csv_identifier_empty"),
    ],
)
def test_a_name_that_is_none_is_refused_with_its_line(name: str, code: str) -> None:
    refused = refusal(named(name))

    assert [(one.code, one.line) for one in refused.faults] == [(code, 3)]


@pytest.mark.parametrize(
    "name", ["cartao_123.png", "scan.tiff", "109/12345678-9", "a" * 256, "ção"]
)
def test_a_harmless_name_is_accepted(name: str) -> None:
    assert inspected(named(name)).rows == 2


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "csv_empty", 0),
        (b"\n\n", "csv_empty", 0),
        (results(GOOD).decode().encode("utf-16"), "csv_encoding", 0),
        (results(GOOD).decode().encode("utf-16-le"), "csv_nul", 1),
        (results(GOOD) + b'"x\x81\x8d","","","0","1","PT","A","B"\n', "csv_encoding", 3),
        (results(GOOD) + b'"a\0","","","0","1","PT","A","B"\n', "csv_identifier_unsafe", 3),
        (results(GOOD) + b'"a","","","\0","1","PT","A","B"\n', "csv_nul", 3),
        (results(GOOD) + b'"a","b"\n', "csv_record_ragged", 3),
        (results(GOOD, sheet("x", "A" * 513, "B")), "csv_cell_too_long", 3),
        (results(), "csv_no_rows", 0),
        (b"PK\x03\x04 planilha", "csv_not_text", 0),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "csv_not_text", 0),
        (b"%PDF-1.7\n1 0 obj", "csv_not_text", 0),
        (b"<html><table></table></html>", "csv_not_text", 0),
        (results(header=["q" * 101, *HEADER]), "csv_columns", 1),
        (results(header=[*HEADER, *(f"x{n}" for n in range(400))]), "csv_columns", 1),
        (results(header=["file_id", *HEADER]), "layout_columns", 1),
        (results(header=HEADER[1:]), "layout_columns", 1),
        (results(header=HEADER[:4]), "layout_no_field", 1),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_and_where(
    content: bytes, code: str, line: int
) -> None:
    first = refusal(content).faults[0]

    assert (first.code, first.line) == (code, line)
    assert first.told.endswith(".")


def test_a_quote_that_nobody_closes_does_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(result_rows, "LONGEST_RECORD", 5000)
    content = results(GOOD) + b'"nunca fecha,' + b"x" * 100 + b"\n" * 300 + b"y" * 9000

    assert refusal(content).faults[0].code == "csv_record_endless"


def test_all_faults_are_counted_and_the_first_told() -> None:
    refused = refusal(results(*(sheet("", "A", "B") for _ in range(70))))

    assert (len(refused.faults), refused.count) == (50, 70)
    assert refused.faults[0].told.startswith("Linha 2: falta o identificador")


def test_an_unknown_header_is_told_to_whoever_maps_it() -> None:
    refused = refusal(results(header=["aluno", "r1", "r2"]))

    assert isinstance(refused, ColumnsUnknown)
    assert refused.header == ("aluno", "r1", "r2")


def test_the_line_is_the_one_an_editor_shows() -> None:
    content = results(("um.png", "linha\num", "", "0", "1", "PT", "A", "B"), sheet("", "A", "B"))

    assert refusal(content).faults[0].line == 4


def test_formulas_stay_as_they_are() -> None:
    content = b'nosso_numero;valor;pagador\n1/2;10,00;=HYPERLINK("x")\n1/3;x;+551199\n'
    contents = inspected(content, BOLETOS)
    (row,) = doubtful_rows(BytesIO(content), contents)

    assert (contents.rows, row.number, row.cells) == (2, 2, ("1/3", "x", "+551199"))


def test_only_rows_that_need_a_person_are_doubtful() -> None:
    content = results(
        FIRST,
        GOOD,
        sheet("par.png", "A", "B"),
        sheet("par.png", "C", "D"),
        sheet("v.png", "a", "*"),
    )
    contents = inspected(content)
    rows = list(doubtful_rows(BytesIO(content), contents))

    assert (contents.rows, contents.repeated) == (5, {"par.png": 2})
    assert [row.number for row in rows] == [1, 3, 4, 5]
    assert [issue.text for issue in rows[0].issues] == ["q1: AB", "q2: blank"]
    assert [issue.code for issue in rows[1].issues] == ["duplicate_identifier"]
    assert count_issues(rows) == (
        4,
        {"duplicate_identifier": 2, "multi": 1, "blank": 1, "invalid": 1},
    )


def test_a_file_of_nothing_but_faults_is_not_kept_in_memory() -> None:
    row = b"x\n"
    content = results() + row * 200_000
    tracemalloc.start()
    refused = refusal(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (len(refused.faults), refused.count) == (50, 200_000)
    assert peak < 8 * 1024 * 1024


def test_more_rows_than_a_batch_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_rows, "MOST_ROWS", 2)
    (fault,) = refusal(results(GOOD, FIRST, sheet("c.png", "A", "B"))).faults

    assert (fault.code, fault.line) == ("csv_too_many_rows", 4)
    assert inspected(results(GOOD, FIRST)).rows == 2
