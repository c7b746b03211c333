"""Workbooks are opened only after their parts were checked, and keep the places of their cells."""

from collections.abc import Callable
from datetime import date

import pytest

from ingestion.parsers.grid import Grid
from ingestion.parsers.model import ParseError
from ingestion.parsers.ods_area import largest_area
from ingestion.parsers.ole_file import OLE
from ingestion.parsers.workbook import MOST_SHEETS, read_workbook
from ingestion.parsers.workbook_parts import check_parts, column_number, find_flaws
from tests.data.tables import STATEMENT, Rows, as_ods, as_xls, as_xlsx, changed_part, parts

SHEET = "xl/worksheets/sheet1.xml"
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'


def only(content: bytes) -> Grid:
    (grid,), _ = read_workbook(content)
    return grid


def refused(content: bytes) -> str:
    with pytest.raises(ParseError) as error:
        read_workbook(content)
    return error.value.code


@pytest.mark.parametrize("write", [as_xlsx, as_xls, as_ods])
def test_every_format_gives_the_same_rows(write: Callable[[Rows], bytes]) -> None:
    grid = only(write(STATEMENT))

    assert [list(row) for row in grid.rows] == [list(row) for row in STATEMENT]
    assert list(grid.lines) == [1, 2, 3]


def test_numbers_and_days_stay_what_they_are() -> None:
    assert only(as_xlsx([["a", 1.5, date(2026, 9, 1)]])).rows == [["a", 1.5, date(2026, 9, 1)]]


def test_a_table_that_begins_in_the_middle_keeps_its_places() -> None:
    grid = only(as_xlsx([[], [], ["", "", "Data", "Valor"], [], ["", "", "01/09/2026", 5]]))

    assert list(grid.lines) == [1, 2, 3, 4, 5]
    assert grid.rows[2] == ["", "", "Data", "Valor"]


def test_hidden_sheets_are_told_and_not_read() -> None:
    grids, hidden = read_workbook(as_xlsx(STATEMENT, hidden={"Rascunho": STATEMENT, "Vazia": []}))

    assert ([grid.name for grid in grids], hidden) == (["Extrato"], ["Rascunho"])


def test_sheets_beyond_the_last_one_read_are_told() -> None:
    more = {f"Dia {number}": STATEMENT for number in range(MOST_SHEETS)}
    grids, unread = read_workbook(as_xlsx(STATEMENT, more=more))

    assert (len(grids), unread) == (MOST_SHEETS, [f"Dia {MOST_SHEETS - 1}"])


def test_a_far_cell_is_taken_out_and_told() -> None:
    grid = only(changed_part(as_xlsx(STATEMENT), SHEET, "</sheetData>", FAR))

    assert len(grid.rows) == 3
    assert grid.strays == (1048576,)


@pytest.mark.parametrize(
    "reference", ["r='XFD1048576'", 'r = "XFD1048576"', '\tr="XFD1048576"', 'r="xfd1048576"']
)
def test_a_far_cell_is_found_however_it_is_written(reference: str) -> None:
    far = f"<row><c {reference}><v>1</v></c></row></sheetData>"
    checked = check_parts(changed_part(as_xlsx(STATEMENT), SHEET, "</sheetData>", far))

    assert checked.strays == {SHEET: (1048576,)}


def test_a_far_cell_behind_glued_attributes_is_no_sheet() -> None:
    far = '<row><c s="1"r="XFD1048576"><v>1</v></c></row></sheetData>'

    assert refused(changed_part(as_xlsx(STATEMENT), SHEET, "</sheetData>", far)) == "xlsx_malformed"


@pytest.mark.parametrize("reference", ["AB10", "A100000", "Z99999"])
def test_sheets_beyond_one_letter_and_five_digits_are_measured_and_kept(reference: str) -> None:
    row = reference.strip("ABZ")
    more = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData>'
    content = changed_part(as_xlsx(STATEMENT), SHEET, "</sheetData>", more)

    assert check_parts(content).content == content


def test_a_far_cell_is_found_in_utf_16_and_under_any_name() -> None:
    sheet = f'<?xml version="1.0" encoding="utf-16"?><worksheet><sheetData>{FAR}</worksheet>'
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": "<a/>",
        "xl/workbook.xml": "<a/>",
        "x.png": sheet.encode("utf-16"),
    }

    assert check_parts(parts(files)).strays == {"x.png": (1048576,)}


def test_a_wide_rectangle_is_measured_also_in_utf_16() -> None:
    cell = '<row r="900000"><c r="ZZ900000"><v>1</v></c></row>'
    body = f"<worksheet><sheetData>{cell}</sheetData></worksheet>"
    sheet = f'<?xml version="1.0" encoding="utf-16"?>{body}'
    files: dict[str, str | bytes] = {"[Content_Types].xml": "<a/>", "xl/workbook.xml": "<a/>"}

    assert refused(parts(files | {"xl/worksheets/sheet1.xml": sheet.encode("utf-16")})) == (
        "table_too_big"
    )


def test_a_row_with_an_odd_number_is_taken_out() -> None:
    odd = FAR.replace('row r="1048576"', 'row r="\u00b2"')

    assert len(only(changed_part(as_xlsx(STATEMENT), SHEET, "</sheetData>", odd)).rows) == 3


def test_a_rectangle_beyond_memory_is_refused() -> None:
    wide = '<row r="900000"><c r="ZZ900000"><v>1</v></c></row></sheetData>'

    assert refused(changed_part(as_xlsx(STATEMENT), SHEET, "</sheetData>", wide)) == "table_too_big"


def test_repeated_rows_with_content_are_counted_empty_ones_are_not() -> None:
    row = "<table:table-row table:number-rows-repeated='1048000'>"
    empty = f"{row}<table:table-cell/></table:table-row>"
    padded = changed_part(
        as_ods(STATEMENT), "content.xml", "</table:table>", f"{empty}</table:table>"
    )

    assert refused(as_ods(STATEMENT, repeat=1_900_000)) == "table_too_big"
    assert len(only(as_ods(STATEMENT, repeat=3)).rows) == 5
    assert largest_area(b"<a/>") == (0, 0)
    assert len(only(padded).rows) == 3


def test_formulas_and_errors_are_told_by_place() -> None:
    part = (
        b'<c r="B2"><f>1+1</f><v>2</v></c><c r="AA3"><f>1+1</f><v></v></c>'
        b'<c r="C4" t="e"><v>#DIV/0!</v></c><c r="D5"><v>1</v></c>'
    )

    flaws = {(2, 1): "xlsx_formula", (3, 26): "xlsx_formula_empty", (4, 2): "xlsx_error"}
    assert find_flaws(part) == flaws


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (as_xlsx(STATEMENT)[:2000], "xlsx_malformed"),
        (parts({"[Content_Types].xml": "<a/>", "xl/other.xml": "<a/>"}), "xlsx_malformed"),
        (parts({"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>"}), "file_type"),
        (as_xlsx([]), "xlsx_sheet"),
        (as_xlsx([], hidden={"Dados": STATEMENT}), "xlsx_sheet"),
        (
            changed_part(as_xlsx(STATEMENT), SHEET, "<worksheet", "<!DOCTYPE a><worksheet"),
            "xml_dtd",
        ),
        (changed_part(as_xlsx(STATEMENT), SHEET, "</sheetData>", "</a>"), "xlsx_malformed"),
        (as_ods(STATEMENT, prolog="<!DOCTYPE a>"), "xml_dtd"),
        (OLE + bytes(600), "xlsx_old"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "xlsx_encrypted"),
        (OLE + "_VBA_PROJECT".encode("utf-16-le"), "xlsx_macro"),
    ],
)
def test_what_cannot_be_opened_is_refused(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_macros_are_refused() -> None:
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": "<a/>",
        "xl/workbook.xml": "<a/>",
        "xl/vbaProject.bin": b"x",
    }

    assert refused(parts(files)) == "xlsx_macro"


def test_columns_are_numbered_as_spreadsheets_letter_them() -> None:
    assert [column_number(one) for one in ("A", "Z", "AA", "XFD")] == [1, 26, 27, 16384]
