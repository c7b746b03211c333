"""One file of tables, from its bytes to what it says: answer cards, boletos or movements."""

from pathlib import PurePosixPath

from msgspec.structs import replace

from ingestion.parsers.answer_cards import is_answer_table, parse_answer_cards
from ingestion.parsers.francesinha import is_francesinha, parse_francesinha
from ingestion.parsers.grid import Grid
from ingestion.parsers.model import Options, Parsed, ParseError, Problem
from ingestion.parsers.sniff import sniff, unreadable
from ingestion.parsers.table_rows import TableReader
from ingestion.parsers.tables import LAYOUT_CODES, Table, find_table, has_rows, read_grids
from ingestion.parsers.workbook import MOST_SHEETS

PARSER = "table/1"
TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".ods"})
BESIDE_REPORT = "está ao lado de um relatório de boletos"
PAGE_SUFFIXES = frozenset({".xls", ".htm", ".html", ".xlsx", ".csv", ".txt", ""})


def parse_tables(content: bytes, name: str, options: Options) -> Parsed:
    """Read every table of a file whose columns are known.

    Raises:
        ParseError: the file cannot be read or is not safe, or no table of it has known columns:
            then the code is one of `LAYOUT_CODES` and a person can name them.
    """
    _check_name(content, name)
    grids, closed = read_grids(content)
    grids = [grid for grid in grids if has_rows(grid)]
    if grids and is_answer_table(grids[0]):
        return parse_answer_cards(grids[0])
    report = next((grid for grid in grids if is_francesinha(grid)), None)
    if report is not None:
        others = [_unread(grid.name, BESIDE_REPORT) for grid in grids if grid is not report]
        parsed = parse_francesinha(report, name)
        return replace(parsed, problems=(*parsed.problems, *others, *_closed(closed)))
    return _parse_movements(grids, closed, name, options)


def _check_name(content: bytes, name: str) -> None:
    """Refuse text named as a workbook, and a workbook named as text.

    Whoever renames one expects what the file is not: the columns of a workbook, or the untouched
    characters of a text. An HTML table saved as .xls is what portals send, and is read.
    """
    kind, suffix = sniff(content), PurePosixPath(name).suffix.lower()
    if kind == "html" and suffix not in PAGE_SUFFIXES:
        raise unreadable(kind, name)
    is_book = kind in ("office", "ole")
    if (is_book and suffix in TEXT_SUFFIXES) or (kind == "table" and suffix in WORKBOOK_SUFFIXES):
        what = "uma planilha" if is_book else "um texto separado por delimitadores"
        message = f"O arquivo se chama {suffix}, mas o conteúdo é {what}."
        remedy = "Dê ao arquivo a extensão certa (.xlsx ou .csv) e envie de novo."
        raise ParseError("file_type", message, remedy=remedy)


def _parse_movements(grids: list[Grid], closed: list[str], name: str, options: Options) -> Parsed:
    tables, unknown = _tables(grids, options)
    problems: list[Problem] = []
    for grid, error in unknown:
        if not tables:
            raise error
        problems.append(_unread(grid.name, "não tem colunas conhecidas"))
    problems += _closed(closed)
    if not tables:
        raise unreadable("html", name)
    readers = [
        TableReader(table, options, problems, sheet=table.grid.name if len(tables) > 1 else "")
        for table in tables
    ]
    for before, reader in zip([None, *readers], readers, strict=False):
        if before:
            reader.records, reader.equals = before.records, before.equals
        reader.read()
    return _gathered(readers, problems)


def _tables(
    grids: list[Grid], options: Options
) -> tuple[list[Table], list[tuple[Grid, ParseError]]]:
    tables: list[Table] = []
    unknown: list[tuple[Grid, ParseError]] = []
    for grid in grids:
        try:
            tables.append(find_table(grid, options.layouts))
        except ParseError as error:
            if error.code not in LAYOUT_CODES:
                raise
            unknown.append((grid, error))
    return tables, unknown


def _gathered(readers: list[TableReader], problems: list[Problem]) -> Parsed:
    accounts = [account for reader in readers for account in reader.accounts]
    return Parsed(
        kind="table",
        parser=PARSER,
        transactions=tuple(row for reader in readers for row in reader.transactions),
        statements=tuple(account.as_statement() for account in accounts if account.says_something),
        problems=tuple(problems),
        informative=sum(reader.informative for reader in readers),
        rejected=sum(reader.rejected for reader in readers),
    )


def _closed(sheets: list[str]) -> list[Problem]:
    return [_unread(sheet, f"está oculta ou vem depois da {MOST_SHEETS}ª") for sheet in sheets]


def _unread(sheet: str, reason: str) -> Problem:
    message = f"A aba “{sheet}” {reason}; não foi lida."
    remedy = "Se há lançamentos nela, deixe-a visível, com os mesmos títulos, e envie de novo."
    return Problem("table_sheet", "info", "", message, remedy)
