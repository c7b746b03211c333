"""Cells of a correction sheet: harmless on the way out, plain text on the way in."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import Any

import tablib
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import InvalidFileException

from conciliacontag.errors import InvalidInput

MOST_ROWS, MOST_COLUMNS = 20_000, 30
LARGEST_FILE, LARGEST_UNPACKED = 5 * 1024 * 1024, 100 * 1024 * 1024
# What a spreadsheet would take for a formula; a bare number with its sign is none.
FORMULA = re.compile(r"(?![+-][0-9.,]+\Z)[=+\-@\t\r]")
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    SyntaxError,  # what the XML reader raises
    OSError,
    EOFError,
    NotImplementedError,
)


def neutral(text: str) -> str:
    """A text that no spreadsheet calculates: an apostrophe before what would be a formula."""
    clean: str = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
    return f"'{clean}" if FORMULA.match(clean) else clean


def text_of(cell: Any) -> str:
    """What a person sees in a cell, without the apostrophe of ours; a formula is its own text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "VERDADEIRO" if cell else "FALSO"
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, float):
        return str(cell).replace(".", ",")
    text = str(cell).strip()
    return text[1:] if text.startswith("'") and FORMULA.match(text, 1) else text


def read_sheet(content: bytes) -> tablib.Dataset:
    """The first sheet of a workbook, its first row as header; formulas stay formulas.

    Raises:
        InvalidInput: `sheet_unreadable`, `sheet_too_large`.
    """
    if len(content) > LARGEST_FILE:
        raise too_large()
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
                raise too_large()
        book = load_workbook(BytesIO(content), read_only=True, data_only=False)
        rows = list(islice(cells_of(book.worksheets[0]), MOST_ROWS + 2))
    except BROKEN as fault:
        raise InvalidInput(
            "A planilha não pôde ser lida. Envie o arquivo XLSX que foi baixado aqui, salvo pelo "
            "programa de planilhas.",
            code="sheet_unreadable",
        ) from fault
    if len(rows) > MOST_ROWS + 1:
        raise too_large()
    return as_dataset(rows)


def cells_of(sheet: Any) -> Iterator[list[Any]]:
    # The size a sheet claims for itself may be anything.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
        yield list(row)


def as_dataset(rows: list[list[Any]]) -> tablib.Dataset:
    """Rows of one width under their header; columns without a name are left out."""
    header = [text_of(cell) for cell in rows[0]] if rows else []
    named = [place for place, name in enumerate(header) if name]
    dataset = tablib.Dataset(headers=[header[place] for place in named] or ["?"])
    for row in rows[1:]:
        dataset.append([row[place] if place < len(row) else None for place in named] or [None])
    return dataset


def too_large() -> InvalidInput:
    return InvalidInput(
        f"A planilha é grande demais: até {MOST_ROWS} linhas e 5 MB. Envie-a em partes.",
        code="sheet_too_large",
    )
