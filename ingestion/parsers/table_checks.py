"""What keeps a row out before its values are read: its width, its characters, its formulas."""

import re

from ingestion.parsers.grid import Grid, Row, is_blank
from ingestion.parsers.model import ParseError
from ingestion.parsers.table_columns import Columns
from ingestion.parsers.table_values import CHECK

MOVING_ROLES = ("date", "amount", "debit", "credit")
LONGEST = 4_000  # characters of one cell; a description has at most some hundreds
FLAWS = {
    "xlsx_formula": "O valor vem de uma fórmula; foi usado o resultado guardado.",
    "xlsx_formula_empty": "A fórmula nunca foi calculada: a célula não guarda resultado.",
    "xlsx_error": "A célula traz um erro da planilha no lugar do valor.",
}

_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_width(grid: Grid, row: Row, width: int) -> None:
    """Refuse a line of text with more or fewer fields than the header; empty ones do not count.

    Raises:
        ParseError: row_width.
    """
    if not grid.is_text or width == 0 or len(row) == width:
        return
    if len(row) < width or not is_blank(row[width:]):
        message = f"A linha tem {len(row)} campos; o cabeçalho tem {width}."
        raise ParseError("row_width", message, remedy=CHECK)


def check_cells(grid: Grid, row: Row, columns: Columns) -> None:
    """Refuse a row with a cell longer than any text, or with characters that no text has.

    Raises:
        ParseError: value_too_long or text_control, with the column as its place.
    """
    if grid.is_text and not grid.has_controls and sum(map(len, map(str, row))) <= LONGEST:
        return
    for column, cell in enumerate(row):
        if isinstance(cell, str) and (len(cell) > LONGEST or not cell.isprintable()):
            _check_text(cell, columns.name(column))


def _check_text(text: str, place: str) -> None:
    if len(text) > LONGEST:
        message = f"A célula tem {len(text)} caracteres; o limite é {LONGEST}."
        raise ParseError("value_too_long", message, place=place, remedy=CHECK)
    if _CONTROL.search(text):
        message = "A célula traz caracteres de controle."
        raise ParseError("text_control", message, place=place, remedy=CHECK)


def check_flaws(grid: Grid, line: int, columns: Columns) -> str:
    """The role whose value is the result of a formula, "" when none is.

    Raises:
        ParseError: xlsx_formula_empty or xlsx_error, with the column as its place.
    """
    calculated = ""
    for role in MOVING_ROLES if grid.flaws else ():
        code = grid.flaws.get((line, columns.places.get(role, -1)), "")
        if code == "xlsx_formula":
            calculated = calculated or role
        elif code:
            raise ParseError(code, FLAWS[code], place=columns.title(role), remedy=CHECK)
    return calculated
