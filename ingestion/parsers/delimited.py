"""Delimited text: its encoding, its delimiter and its lines, whatever the program that wrote it.

Source: RFC 4180, and what spreadsheets and banks write instead: semicolons, tabs, bars, a first
line `sep=;`, UTF-16 named "Unicode text", quotes in the middle of a value.
"""

import csv
import re
from collections import Counter
from io import StringIO
from itertools import islice

from ingestion.parsers.grid import Grid
from ingestion.parsers.model import ParseError

DELIMITERS = ";\t|,"
SAMPLE_ROWS = 100
SAMPLE_CHARACTERS = 200_000
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
REMEDY = "Exporte o arquivo de novo, de preferência em UTF-8, e envie-o sem abrir."

_LINE_END = re.compile(r"[\r\n]+")  # and no other: U+2028 stands inside descriptions
_SEP = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UTF8_CHARACTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_ENDLESS = "\x00"  # stands in no text, see `decode`

# The module's own limit of 131,072 characters would refuse a file for one long description;
# what is too long for its column is refused by row.
csv.field_size_limit(2**31 - 1)


def decode(content: bytes) -> str:
    """The text of a table by its bytes.

    Valid UTF-8 is UTF-8; what fails is windows-1252 unless it holds as many whole UTF-8 characters
    as broken ones: then a character was cut, and reading on would garble every accent.

    Raises:
        ParseError: text_encoding, or text_control for NUL.
    """
    text = _decoded(content).rstrip("\x1a")
    if "\x00" in text:
        message = "O arquivo traz caracteres NUL, que nenhum texto tem."
        raise ParseError("text_control", message, remedy=REMEDY)
    return text


def _decoded(content: bytes) -> str:
    try:
        if content.startswith(UTF16_BOMS):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if content.startswith((*UTF16_BOMS, UTF8_BOM)) or _is_cut_utf8(content):
            raise _not_text() from error
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _not_text() from error


def _is_cut_utf8(content: bytes) -> bool:
    whole = len(_UTF8_CHARACTER.findall(content))
    broken = content.decode("utf-8", "replace").count("\ufffd")
    return whole > 0 and whole >= broken


def _not_text() -> ParseError:
    message = "Os bytes do arquivo não são texto em nenhuma codificação usual."
    return ParseError("text_encoding", message, remedy=REMEDY)


def read_delimited(content: bytes) -> Grid:
    """The lines of a text that are not empty, cut into fields.

    Raises:
        ParseError: text_encoding, text_control or csv_quote.
    """
    text = decode(content)
    declared = _SEP.match(text)
    body = text[declared.end() :] if declared else text
    delimiter = declared[1] if declared else find_delimiter(body)
    rows, lines = _rows(body, delimiter or ";", first=2 if declared else 1)
    return Grid("", rows, lines, is_text=True, has_controls=bool(_CONTROL.search(text)))


def find_delimiter(text: str) -> str:
    """The delimiter that cuts most lines into equally many fields; "" when none does.

    Many fields prove more than few: a comma inside each amount also cuts every line in two.
    """
    sample = text[:SAMPLE_CHARACTERS]
    scores = {delimiter: _score(sample, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda one: scores[one][0] * (scores[one][1] - 1))
    return best if scores[best][0] else ""


def has_columns(text: str) -> bool:
    """Whether most lines are cut alike; the last one may be incomplete and is left out."""
    lines = [line for line in _LINE_END.split(text) if line.strip()]
    whole = "\n".join(lines[:-1] or lines)
    best = max(_score(whole, delimiter) for delimiter in DELIMITERS)
    return best[0] * 2 > len(lines[:-1] or lines)


def _score(sample: str, delimiter: str) -> tuple[int, int]:
    """How many lines have the most frequent number of fields, and that number."""
    reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
    widths = Counter(len(row) for row in islice(reader, SAMPLE_ROWS) if len(row) > 1)
    if not widths:
        return 0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return count, width


def _rows(text: str, delimiter: str, *, first: int) -> tuple[list[list[str]], list[int]]:
    """Rows and the line where each begins; a quote never closed would swallow the rest."""
    reader = csv.reader(StringIO(f"{text}\n{_ENDLESS}", newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    line = first
    for row in reader:
        if row:
            rows.append(row)
            lines.append(line)
        line = reader.line_num + first
    last = lines.pop()
    if rows.pop() != [_ENDLESS]:
        message = "Um campo entre aspas começa e não termina."
        remedy = "Feche as aspas nessa linha ou exporte o arquivo de novo."
        raise ParseError("csv_quote", message, place=f"linha {last}", remedy=remedy)
    return rows, lines
