"""How large an OpenDocument sheet becomes once its repeated rows and cells are written out.

One row with content may claim to stand a million times, in a file of 1 kB. Rows and cells without
content are repeated to the end of every sheet, and cost nothing.
"""

from io import BytesIO

from lxml import etree

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")


def largest_area(content: bytes) -> tuple[int, int]:
    """Rows and columns of the largest sheet, up to its last cell with content.

    Raises:
        lxml.etree.XMLSyntaxError: the part is no XML.
    """
    sizes = [(0, 0)]
    rows = width = last = 0
    ends = etree.iterparse(
        BytesIO(content), tag=(f"{TABLE}table-row", f"{TABLE}table"), resolve_entities=False
    )
    for _, element in ends:
        if element.tag == f"{TABLE}table":
            sizes.append((last, width))
            rows = width = last = 0
        else:
            rows += _times(element, "rows")
            columns = _last_column(element)
            width = max(width, columns)
            last = rows if columns else last
        element.clear()
    return max(sizes, key=lambda size: size[0] * size[1])


def _last_column(row: etree._Element) -> int:
    place = last = 0
    for cell in row.iterchildren(*CELLS):
        place += _times(cell, "columns")
        if cell.get(f"{OFFICE}value-type") or len(cell):
            last = place
    return last


def _times(element: etree._Element, what: str) -> int:
    text = element.get(f"{TABLE}number-{what}-repeated", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
