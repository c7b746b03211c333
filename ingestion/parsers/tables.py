"""Finding the table in a file: its header, the role of each column, and who decided it.

First comes what a person has said of this header (`Options.layouts`), then the names this project
knows, and otherwise the file is refused until a person names the columns on the mapping page, for
which `preview` shows what stands there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ingestion.parsers.delimited import read_delimited
from ingestion.parsers.grid import MAPPING, Cell, Grid, Row, is_blank, no_table, written
from ingestion.parsers.html_tables import read_html
from ingestion.parsers.model import Layout, ParseError
from ingestion.parsers.sniff import sniff
from ingestion.parsers.table_headers import (
    fingerprint,
    guess_roles,
    is_enough,
    looks_like_header,
    repeated,
    shape_fingerprint,
)
from ingestion.parsers.workbook import read_workbook

SEARCHED_ROWS = 60  # a header stands below a preamble, never below the movements
PREVIEW_ROWS = 20
LAYOUT_CODES = frozenset({"csv_header", "table_layout"})  # a person can name the columns
LEDGER_ROLES = frozenset({"counter_account", "history"})


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose columns are known. `header` is its row in the grid, -1 when it has none."""

    grid: Grid
    header: int
    columns: Mapping[str, int]
    layout: Layout | None = None  # what a person has said

    @property
    def titles(self) -> Row:
        return self.grid.rows[self.header] if self.header >= 0 else ()

    @property
    def is_ledger(self) -> bool:
        """Entries of a ledger: accountants see a debit as an increase of the account."""
        if self.layout is not None:
            return self.layout.source == "ledger"
        preamble = self.grid.rows[: max(self.header, 0)]
        says_so = any("RAZÃO" in written(cell).upper().split() for row in preamble for cell in row)
        return says_so or bool(LEDGER_ROLES & self.columns.keys())


@dataclass(frozen=True, slots=True)
class TablePreview:
    """What the mapping page shows of a table."""

    fingerprint: str
    header: tuple[str, ...]  # empty when the table has none
    header_row: int  # its line in the file, from 1; 0 when the table has none
    rows: tuple[tuple[str, ...], ...]  # the first rows below the header
    roles: Mapping[str, int]  # guessed: role → column, from 0
    sheets: tuple[str, ...]  # names of the sheets; the first table's data is shown


def read_grids(content: bytes) -> tuple[list[Grid], list[str]]:
    """The tables of a file and the names of sheets that were not read, whatever its format is.

    Raises:
        ParseError: as `read_workbook`, `read_html` and `read_delimited`.
    """
    kind = sniff(content)
    if kind in ("office", "ole"):
        return read_workbook(content)
    if kind == "html":
        return read_html(content), []
    return [read_delimited(content)], []


def preview(content: bytes, name: str) -> TablePreview:
    """What stands in a table, to let a person name its columns. `name` is the file's.

    Raises:
        ParseError: the file holds no table, or is not safe to read.
    """
    grids, _ = read_grids(content)
    if not any(grid.rows for grid in grids):
        raise no_table("table_layout", f"O arquivo “{name}” não traz nenhuma tabela.")
    grid = max(grids, key=lambda one: (_known(one) is not None, len(one.rows)))
    place = likely_header(grid)
    header = tuple(map(written, grid.rows[place])) if place >= 0 else ()
    shown = islice(grid.rows, place + 1, place + 1 + PREVIEW_ROWS)
    return TablePreview(
        fingerprint(header) if header else shape_fingerprint(grid.rows),
        header,
        grid.lines[place] if place >= 0 else 0,
        tuple(tuple(map(written, row)) for row in shown),
        guess_roles(header),
        tuple(one.name for one in grids if one.name),
    )


def find_table(grid: Grid, layouts: Mapping[str, Layout]) -> Table:
    """The table of a grid.

    Raises:
        ParseError: csv_header (table_layout when it is no text) or csv_repeated.
    """
    remembered = _remembered(grid, layouts)
    if remembered is not None:
        return remembered
    found = _known(grid)
    if found is None or (grid.is_text and _has_loose_title(grid, found)):
        raise _unknown(grid, found)
    header = grid.rows[found]
    roles = guess_roles(header)
    twice = repeated(header, roles)
    if twice:
        message = f"A coluna “{twice}” aparece duas vezes."
        raise ParseError(
            "csv_repeated", message, place=f"linha {grid.lines[found]}", remedy=MAPPING
        )
    return Table(grid, found, roles)


def likely_header(grid: Grid) -> int:
    """The row that is the header, or looks most like one; -1 for none."""
    known = _known(grid)
    if known is not None:
        return known
    rows = grid.rows[:SEARCHED_ROWS]
    candidates = [place for place, row in enumerate(rows) if looks_like_header(row)]
    return max(candidates, key=lambda place: (_filled(rows[place]), -place), default=-1)


def _remembered(grid: Grid, layouts: Mapping[str, Layout]) -> Table | None:
    if not layouts:
        return None
    for place, row in enumerate(grid.rows[:SEARCHED_ROWS]):
        layout = layouts.get(fingerprint(row))
        if layout is not None:
            return Table(grid, place, layout.columns, layout)
    layout = layouts.get(shape_fingerprint(grid.rows))
    return Table(grid, -1, layout.columns, layout) if layout else None


def _known(grid: Grid) -> int | None:
    rows = enumerate(grid.rows[:SEARCHED_ROWS])
    return next((place for place, row in rows if is_enough(guess_roles(row))), None)


def _has_loose_title(grid: Grid, header: int) -> bool:
    """Lines above the header that a spreadsheet would have padded to the width of the table.

    Such a file was put together by hand or by an unknown program: which line is the header is then
    a guess, until a person has confirmed it once.
    """
    width = _filled(grid.rows[header])
    return any(len(row) < width for row in grid.rows[:header])


def _filled(row: Sequence[Cell]) -> int:
    return sum(1 for cell in row if written(cell))


def _unknown(grid: Grid, found: int | None) -> ParseError:
    code = "csv_header" if grid.is_text else "table_layout"
    place = likely_header(grid)
    titles = [written(cell) for cell in grid.rows[place] if written(cell)] if place >= 0 else []
    names = ", ".join(f"“{title[:40]}”" for title in titles[:12])
    if found is not None:
        message = f"Há linhas de título antes do cabeçalho {names}."
    elif names:
        message = f"As colunas {names} não bastam para ler data e valor."
    else:
        message = "A tabela não tem um cabeçalho com o nome das colunas."
    where = f"linha {grid.lines[max(place, 0)]}" if grid.lines else ""
    return ParseError(code, message, place=where, remedy=MAPPING)


def has_rows(grid: Grid) -> bool:
    """Whether the grid holds anything at all."""
    return any(not is_blank(row) for row in grid.rows)
