"""The parts of a workbook, checked before a library opens it.

calamine allocates one cell for each place of the rectangle that holds all cells, so a file of 3 kB
with one cell in the last corner of its sheet would take 549 GB and end the process
(tafia/calamine#693). The references are therefore read here first, in every part: a workbook may
keep its sheet under any name. Lone cells outside are taken out, and their lines are told.
"""

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

from lxml import etree

from ingestion.parsers.archive import MIB, Limits, list_members
from ingestion.parsers.grid import no_table
from ingestion.parsers.model import ParseError
from ingestion.parsers.ods_area import largest_area

LIMITS = Limits(members=5_000, member_size=192 * MIB, total_size=256 * MIB, ratio=200)
MOST_CELLS = 6_000_000  # of the rectangle; 32 bytes each while the workbook is open
FIRST_FAR_COLUMN = 703  # AAA, the first column with three letters
FIRST_FAR_ROW = 1_000_000  # the first row with more than six digits
SHEET = b"sheetData"  # what holds the cells, whatever its prefix
LONGEST_ROW = 6
LAST_SHORT_ROW = 99_999  # with one letter for the column, no sheet is too large
PROLOG = 200  # bytes
LARGEST_REWRITTEN = 32 * MIB
BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, RuntimeError, OSError)
REMEDY = "Abra a planilha, salve-a de novo como .xlsx e envie."

# An r among the cells that neither begins a reference of one letter and five digits at most nor
# stands in the other words of a usual sheet (row, customFormat, str): one look for all of them.
_NOT_PLAIN = re.compile(rb'r(?!="[A-Za-z]?+[0-9]{1,5}+"|ow|mat|")')
_FAR_COLUMN = re.compile(rb'r="[A-Za-z]{3,}[0-9]')
_LONG_ROW = re.compile(rb'r="[A-Za-z]*([0-9]{6,})"')
# References written in a way that no program does; plain beginnings, as these patterns run over
# every cell of a workbook.
_ODD = re.compile(rb' r(?:\s|=[^"])')
_ODD_BLANK = re.compile(rb"[\t\r\n]r[\s=]")
_ENCODING = re.compile(rb"encoding=[\"'](?!utf-?8)", re.IGNORECASE)
_TWO_LETTERS = re.compile(rb'r="[A-Za-z]{2,}[0-9]')
_ROWS = re.compile(rb'r="[A-Za-z]+([0-9]+)"')
_ROWS_BELOW = tuple(re.compile(rb'r="[A-Za-z]+([0-9]{%d})"' % digits) for digits in (5, 4))
_COLUMNS = re.compile(rb'r="([A-Za-z]+)[0-9]')
_REFERENCE = re.compile(r"([A-Z]{1,6})([0-9]{1,9})")
_ROW_NUMBER = re.compile(r"[0-9]{1,9}")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_RESULT = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>[^<]")

Flaws = dict[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class Parts:
    """A workbook that may be opened, and what only its XML tells."""

    content: bytes
    flaws: Mapping[str, Flaws] = field(default_factory=dict)  # part → (line, column) → code
    strays: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # part → lines


def check_parts(content: bytes) -> Parts:
    """Check an XLSX or ODS and take lone, far cells out of its sheets.

    Raises:
        ParseError: xlsx_malformed, xlsx_macro, xml_dtd, zip_too_big, table_too_big or another
            of the archive's; file_type for a document that is no workbook.
    """
    parts = _read_parts(content)
    _check_names(set(parts))
    flaws: dict[str, Flaws] = {}
    strays: dict[str, tuple[int, ...]] = {}
    is_changed = False
    for name, part in parts.items():
        if b"<!DOCTYPE" in part:
            message = "A planilha traz uma declaração DOCTYPE, que nenhuma planilha usa."
            raise ParseError("xml_dtd", message, place=name, remedy=REMEDY)
        if name == "content.xml":
            _check_repeated(part)
        checked = _check_area(name, part, strays)
        if b"<sheetData" in part or b":sheetData" in part:
            flaws[name] = find_flaws(checked)
        is_changed = is_changed or checked is not part
        parts[name] = checked
    return Parts(_packed(parts) if is_changed else content, flaws, strays)


def sheet_parts(content: bytes) -> dict[str, str]:
    """The part that holds each sheet of an XLSX, by the sheet's name; what is odd is left out."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        relations = _tree(archive.read("xl/_rels/workbook.xml.rels"))
        book = _tree(archive.read("xl/workbook.xml"))
    targets = {
        str(one.get("Id")): one.get("Target", "") for one in relations.iter("{*}Relationship")
    }
    found = {}
    for sheet in book.iter("{*}sheet"):
        relation = next((v for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")
        target = str(targets.get(str(relation)) or "").removeprefix("/xl/")
        found[str(sheet.get("name", ""))] = f"xl/{target}"
    return found


def find_flaws(part: bytes) -> Flaws:
    """Cells whose value is a formula's or an error: (line, column from 0) → code."""
    flaws: Flaws = {}
    start, end = part.find(SHEET), part.rfind(SHEET)
    cells = start + len(SHEET), end
    # Looking for a letter that is seldom there costs a tenth of looking for what it begins.
    has_letters = part.find(b"f", *cells) >= 0 or part.find(b"e", *cells) >= 0
    is_prefixed = b"<sheetData" not in part
    if start >= 0 and not (has_letters and (is_prefixed or b"<f" in part or b't="e"' in part)):
        return flaws
    for cell in _CELL.finditer(part):
        attributes, inside = cell.groups()
        place = _PLACE.search(b" " + attributes)
        code = _flaw(attributes, inside)
        if place and code:
            flaws[int(place[2]), column_number(place[1].decode()) - 1] = code
    return flaws


def _flaw(attributes: bytes, inside: bytes) -> str:
    if b't="e"' in attributes:
        return "xlsx_error"
    if not _FORMULA.search(inside):
        return ""
    return "xlsx_formula" if _RESULT.search(inside) else "xlsx_formula_empty"


def column_number(letters: str) -> int:
    """`A` is 1, `AA` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _read_parts(content: bytes) -> dict[str, bytes]:
    try:
        members = list_members(BytesIO(content), LIMITS)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return {member.name: archive.read(member.name) for member in members}
    except BROKEN as error:
        raise malformed() from error
    except ParseError as error:
        raise malformed() if error.code in ("zip_malformed", "zip_empty") else error from error


def _check_names(names: set[str]) -> None:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        message = "A planilha traz macros, que não são lidas nem guardadas."
        remedy = "Salve-a como .xlsx, sem macros, e envie."
        raise ParseError("xlsx_macro", message, remedy=remedy)
    if names & {"word/document.xml", "ppt/presentation.xml"}:
        message = "O arquivo é um documento de texto ou uma apresentação, não uma planilha."
        raise ParseError("file_type", message, remedy="Envie a planilha ou o PDF original.")
    is_sheet = {"[Content_Types].xml", "xl/workbook.xml"} <= names
    if not is_sheet and not {"mimetype", "content.xml"} <= names:
        raise malformed()


def _check_area(name: str, part: bytes, strays: dict[str, tuple[int, ...]]) -> bytes:
    """The part, without cells that stand far outside; the rest must fit into memory."""
    if _is_plain(part):
        return part
    long = _LONG_ROW.findall(part)
    wide = _TWO_LETTERS.search(part)
    is_far = max(map(len, long), default=0) > LONGEST_ROW or (wide and _FAR_COLUMN.search(part))
    if is_far or _is_odd(part):
        part, lines = _without_strays(name, part)
        if lines:
            strays[name] = lines
        rows = max(map(int, _ROWS.findall(part)), default=0)
        wide = _TWO_LETTERS.search(part)
    else:
        rows = _last_row(part, long) if long or wide else LAST_SHORT_ROW
    letters = set(_COLUMNS.findall(part)) if wide else {b"Z"}
    columns = max(column_number(one.decode()) for one in letters)
    if rows * columns > MOST_CELLS:
        raise _too_big(name, f"{rows} linhas e {columns} colunas")
    return part


def _is_plain(part: bytes) -> bool:
    """Whether no cell stands beyond column Z or row 99,999, as in nearly every workbook."""
    if _hides_text(part):
        return False
    start, end = part.find(SHEET), part.rfind(SHEET)
    return start < 0 or not _NOT_PLAIN.search(part, start, end)


def _hides_text(part: bytes) -> bool:
    """Whether the encoding hides references from a search for plain ones."""
    beginning = part[:PROLOG]
    return b"\x00" in beginning or bool(_ENCODING.search(beginning))


def _last_row(part: bytes, long: list[bytes]) -> int:
    """The last row of a part without far cells: of numbers equally long, the greatest as text."""
    searches = (pattern.findall(part) for pattern in _ROWS_BELOW)
    found = long or next(filter(None, searches), [])
    return int(max(found, default=b"999"))


def _check_repeated(part: bytes) -> None:
    try:
        rows, columns = largest_area(part)
    except etree.XMLSyntaxError as error:
        raise malformed() from error
    if rows * columns > MOST_CELLS:
        raise _too_big("content.xml", f"{rows} linhas e {columns} colunas")


def _is_odd(part: bytes) -> bool:
    """Whether the references of a part may hide from a search for plain ones."""
    if _hides_text(part):
        return True
    # Line ends stand behind the XML declaration, seldom among the cells.
    has_blanks = any(part.find(blank, PROLOG) >= 0 for blank in (b"\t", b"\n", b"\r"))
    searched = len(part) if has_blanks else PROLOG + 3
    return bool(_ODD.search(part) or _ODD_BLANK.search(part, 0, searched))


def _too_big(name: str, size: str) -> ParseError:
    message = f"A planilha ocupa {size}: mais do que pode ser lido."
    return ParseError("table_too_big", message, place=name, remedy="Divida-a por período.")


def _without_strays(name: str, part: bytes) -> tuple[bytes, tuple[int, ...]]:
    if b"sheetData" not in part.replace(b"\x00", b""):
        return part, ()
    if len(part) > LARGEST_REWRITTEN:
        raise _too_big(name, f"{len(part) // MIB} MB, com células fora da tabela")
    root = _tree(part)
    lines: set[int] = set()
    for cell in list(root.iter("{*}c")):
        found = _REFERENCE.fullmatch(cell.get("r", "A1").upper())
        column, row = (column_number(found[1]), int(found[2])) if found else (0, 0)
        if not found or column >= FIRST_FAR_COLUMN or row >= FIRST_FAR_ROW:
            lines |= {row} if len(cell) else set()  # a cell with only a format says nothing
            _drop(cell)
    for line in list(root.iter("{*}row")):
        number = line.get("r", "1")
        if not _ROW_NUMBER.fullmatch(number) or int(number) >= FIRST_FAR_ROW:
            _drop(line)
    return etree.tostring(root, encoding="utf-8"), tuple(sorted(lines))


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _tree(part: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(part, parser)
    except etree.XMLSyntaxError as error:
        raise malformed() from error


def _packed(parts: Mapping[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def malformed() -> ParseError:
    """The refusal of a workbook that cannot be opened."""
    message = "A planilha está cortada ou danificada."
    return no_table("xlsx_malformed", message, REMEDY)
