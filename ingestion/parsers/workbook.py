"""Workbooks: XLSX, ODS and the XLS of before 2007, read by calamine after `workbook_parts`.

calamine is ten times faster than openpyxl; it gives numbers as floats, which `table_values` turns
into money by their shortest writing. Cells keep the place they have on the sheet.
"""

from io import BytesIO
from types import TracebackType

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
    WorksheetNotFound,
)

from ingestion.parsers.grid import Cell, Grid, is_blank, no_table
from ingestion.parsers.model import ParseError
from ingestion.parsers.ole_file import OLE, check_old_workbook, unreadable_old
from ingestion.parsers.workbook_parts import Parts, check_parts, malformed, sheet_parts

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MACROS = "_VBA_PROJECT".encode("utf-16-le")
MOST_SHEETS = 60
SHEETS_REMEDY = "Confira se a planilha tem os lançamentos numa aba visível e envie de novo."


class _Panics:
    """Turns a panic of calamine's Rust code into a refusal; its class cannot be imported."""

    def __init__(self, refusal: ParseError) -> None:
        self._refusal = refusal

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None and kind.__module__ == "pyo3_runtime":
            raise self._refusal from error


def read_workbook(content: bytes) -> tuple[list[Grid], list[str]]:
    """The visible sheets that hold something, and the names of those that were not read.

    These are hidden ones that hold something, and all behind the last that is looked at.

    Raises:
        ParseError: xlsx_malformed, xlsx_sheet, xlsx_old, xlsx_encrypted, xlsx_macro, xml_dtd,
            table_too_big, or one of the archive's.
    """
    is_old = content.startswith(OLE)
    parts = _check_old(content) if is_old else check_parts(content)
    try:
        with (
            _Panics(unreadable_old() if is_old else malformed()),
            CalamineWorkbook.from_filelike(BytesIO(parts.content)) as book,
        ):
            grids, unread = _read_sheets(book, parts)
    except PasswordError as error:
        raise _encrypted() from error
    except CalamineError as error:
        raise unreadable_old() if is_old else malformed() from error
    if not grids:
        message = "A planilha não tem nenhuma aba visível com dados."
        raise no_table("xlsx_sheet", message, SHEETS_REMEDY)
    return grids, unread


def _read_sheets(book: CalamineWorkbook, parts: Parts) -> tuple[list[Grid], list[str]]:
    has_flaws = any(parts.flaws.values()) or bool(parts.strays)
    places = sheet_parts(parts.content) if has_flaws else {}
    grids: list[Grid] = []
    hidden: list[str] = []
    for sheet in book.sheets_metadata[:MOST_SHEETS]:
        grid = _grid(_sheet(book, sheet.name), parts, places.get(sheet.name, ""))
        if not grid.rows:
            continue
        if sheet.visible == SheetVisibleEnum.Visible:
            grids.append(grid)
        else:
            hidden.append(sheet.name)
    return grids, hidden + [sheet.name for sheet in book.sheets_metadata[MOST_SHEETS:]]


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except WorksheetNotFound as error:
        message = f"A aba “{name}” está no índice da planilha, mas o seu conteúdo falta."
        raise no_table("xlsx_sheet", message, SHEETS_REMEDY) from error


def _grid(sheet: CalamineSheet, parts: Parts, part: str) -> Grid:
    """The rows down to the last that says something; columns count from A, as the flaws do."""
    rows: list[list[Cell]] = list(sheet.iter_rows()) if sheet.start else []
    margin: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
    if margin:
        rows = [[*margin, *row] for row in rows]
    while rows and is_blank(rows[-1]):
        rows.pop()
    lines, strays = range(1, len(rows) + 1), parts.strays.get(part, ())
    return Grid(sheet.name, rows, lines, flaws=parts.flaws.get(part, {}), strays=strays)


def _check_old(content: bytes) -> Parts:
    """What can be told of an OLE file by its sectors and the names of its streams."""
    if ENCRYPTED in content:
        raise _encrypted()
    if MACROS in content:
        message = "A planilha traz macros, que não são lidas nem guardadas."
        raise ParseError("xlsx_macro", message, remedy="Salve-a como .xlsx e envie.")
    return Parts(check_old_workbook(content))


def _encrypted() -> ParseError:
    message = "A planilha está protegida por senha."
    return ParseError("xlsx_encrypted", message, remedy="Retire a senha, salve e envie de novo.")
