"""Single rows of a table as they stand in the file, for a person to correct them."""

from collections.abc import Iterable

from ingestion.parsers.grid import Grid, Row, no_table, written
from ingestion.parsers.tables import likely_header, read_grids

Line = tuple[str, int]  # name of the sheet, empty for the first one with rows; line, from 1


def lines_of(content: bytes, wanted: Iterable[Line]) -> tuple[tuple[str, ...], ...]:
    """The header, and below it the rows wanted in their order; the first cell of each is its line.

    Raises:
        ParseError: the file holds no table, or is not safe to read.
    """
    grids = [grid for grid in read_grids(content)[0] if grid.rows]
    if not grids:
        raise no_table("table_layout", "O arquivo não traz nenhuma tabela.")
    by_name = {grid.name: grid for grid in reversed(grids)}
    main = max(grids, key=lambda grid: len(grid.rows))
    found = [("", *_cells(_header(main)))]
    for sheet, line in wanted:
        grid = by_name.get(sheet, main)
        if line in grid.lines:
            found.append((str(line), *_cells(grid.rows[grid.lines.index(line)])))
    return tuple(found)


def _header(grid: Grid) -> Row:
    return grid.rows[max(likely_header(grid), 0)]


def _cells(row: Row) -> tuple[str, ...]:
    return tuple(map(written, row))
