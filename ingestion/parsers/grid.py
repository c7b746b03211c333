"""A table as it stands in a file: rows of cells, with the line each row came from.

Delimited text, workbooks and HTML tables differ only up to here; behind this door they are equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from ingestion.parsers.model import ParseError

# What stands in a cell: text from CSV and HTML; a workbook brings numbers and days as well.
Cell = str | float | int | bool | date | datetime | time | timedelta
Row = Sequence[Cell]

MAPPING = "Indique as colunas na tela de mapeamento; elas ficam lembradas para este cabeçalho."


@dataclass(frozen=True, slots=True)
class Grid:
    """One table. `lines` are the numbers a person sees beside the rows, from 1."""

    name: str  # of the sheet; empty for text
    rows: Sequence[Row]
    lines: Sequence[int]
    is_text: bool = False  # delimited text: every line has as many fields as the header
    has_controls: bool = False  # some cell holds characters that no text has
    flaws: Mapping[tuple[int, int], str] = field(default_factory=dict)  # (line, column) → code
    strays: tuple[int, ...] = ()  # lines of lone cells far outside the table, left unread


def written(cell: Cell) -> str:
    """A cell as text; a whole number has no `.0` at its end, a day is written as here."""
    if isinstance(cell, str):
        return cell.strip(" ")
    if isinstance(cell, bool):
        return "VERDADEIRO" if cell else "FALSO"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, date):
        return f"{cell.day:02d}/{cell.month:02d}/{cell.year:04d}"
    return str(cell)


def is_blank(row: Row) -> bool:
    """Whether no cell of the row says anything."""
    return not any(cell != "" and (not isinstance(cell, str) or cell.strip()) for cell in row)


def no_table(code: str, message: str, remedy: str = MAPPING) -> ParseError:
    """A refusal that concerns the whole table."""
    return ParseError(code, message, remedy=remedy)
