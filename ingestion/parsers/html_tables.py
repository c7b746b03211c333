"""HTML tables that portals save as .xls: the cells of every table that holds no other table."""

from lxml import etree, html

from ingestion.parsers.delimited import decode
from ingestion.parsers.grid import Grid
from ingestion.parsers.model import ParseError

MOST_COLUMNS = 1_000
LARGEST = 30 * 1024 * 1024  # bytes; the tree takes about ten times as many


def read_html(content: bytes) -> list[Grid]:
    """The tables of a page, in its order; lines count the rows of each table.

    Raises:
        ParseError: text_encoding, text_control or table_too_big.
    """
    if len(content) > LARGEST:
        message = f"A página HTML tem {len(content) // 2**20} MB; o limite é {LARGEST // 2**20} MB."
        raise ParseError("table_too_big", message, remedy="Exporte um período menor ou um CSV.")
    try:
        root = html.document_fromstring(decode(content).encode(), parser=_parser())
    except (etree.ParserError, ValueError):
        return []
    tables = [table for table in root.iter("table") if next(table.iterdescendants("table"), 0) == 0]
    grids = [[_cells(row) for row in table.iter("tr")] for table in tables]
    return [Grid("", rows, range(1, len(rows) + 1)) for rows in grids if rows]


def _parser() -> html.HTMLParser:
    return html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)


def _cells(row: html.HtmlElement) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren("td", "th"):
        text = " ".join("".join(cell.itertext()).split())
        span = cell.get("colspan", "1")
        width = int(span) if span.isascii() and span.isdigit() and len(span) < 4 else 1
        cells += [text, *[""] * (max(width, 1) - 1)]
    return cells[:MOST_COLUMNS]
