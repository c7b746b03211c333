"""A CSV file as the bytes it is: its dialect, its records, its cells.

The grammar is RFC 4180 read as leniently as Python's `csv` module: a quote opens a cell only as
its first character, a doubled quote inside is one quote, and text after the closing quote belongs
to the cell. Nothing is rewritten here, so that untouched bytes can leave as they came.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain

HEAD_LINES = 256
HEAD_BYTES = 1024 * 1024
HEADER_BYTES = 64 * 1024  # of most files the whole header and more
SEPARATORS = (",", ";", "\t", "|")
WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class CorrectionError(Exception):
    """A file or a correction that cannot be applied: stable code and Portuguese sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file writes its cells, as found in its first bytes."""

    separator: str  # "," ";" tab or "|"
    quote: str  # '"' or "'"
    encoding: str  # "utf-8", "utf-8-sig" or "cp1252"
    line_end: str  # "\n", "\r\n" or "\r"

    @property
    def codec(self) -> str:
        """The codec of a single cell, which never carries the byte order mark."""
        return "utf-8" if self.encoding == "utf-8-sig" else self.encoding


@dataclass(frozen=True, slots=True)
class Record:
    """One record as text. Number 0 is the header; `line` is the physical line it starts on."""

    number: int
    line: int
    cells: tuple[str, ...]


def read_dialect(head: bytes) -> Dialect:
    """Find the dialect in a file's first bytes; the more bytes, the surer the encoding.

    Raises:
        CorrectionError: `csv_encoding` for UTF-16, `csv_empty` when there is no header.
    """
    if head.startswith(WIDE_BOMS):
        raise CorrectionError(
            "csv_encoding", "O arquivo está em UTF-16. Salve-o como CSV UTF-8 e envie de novo."
        )
    text = head.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    if not text.strip():
        raise CorrectionError("csv_empty", "O arquivo está vazio: não há linha de cabeçalho.")
    quote = "'" if text.startswith(b"'") else '"'
    quoted = re.compile(rb"%b[^%b]*(%b|\Z)" % ((quote.encode(),) * 3))
    bare = quoted.sub(b"", text[:HEADER_BYTES])
    line_end = re.search(rb"\r\n|\n|\r", bare)
    if not line_end and len(text) > HEADER_BYTES:
        bare = quoted.sub(b"", text)
        line_end = re.search(rb"\r\n|\n|\r", bare)
    header = bare[: line_end.start()] if line_end else bare
    return Dialect(
        separator=max(SEPARATORS, key=lambda mark: header.count(mark.encode())),
        quote=quote,
        encoding=_encoding(head),
        line_end=line_end.group().decode() if line_end else "\n",
    )


def _encoding(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    try:
        # Not final: the head may stop in the middle of a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def survey(blocks: Iterable[bytes]) -> Dialect:
    """Find the dialect of a whole file: its first accent says the encoding, however late it comes.

    Reads no further than it must. Two reads of the same bytes, cut alike, find the same.

    Raises:
        CorrectionError: as `read_dialect`.
    """
    source = iter(blocks)
    head = b"".join(_head(source))
    dialect = read_dialect(head)
    if head.isascii():
        for block in source:
            if not block.isascii():
                return replace(dialect, encoding=_encoding(b"".join([block, *_head(source)])))
    return dialect


def _head(source: Iterator[bytes]) -> list[bytes]:
    """The first lines of a file, or its first mebibyte when it comes in larger blocks."""
    head: list[bytes] = []
    size = 0
    for block in source:
        head.append(block)
        size += len(block)
        if len(head) >= HEAD_LINES or size >= HEAD_BYTES:
            break
    return head


class Lines(Iterator[bytes]):
    """Physical lines, one by one or as many as came in one block."""

    def __init__(self, lists: Iterator[list[bytes]]) -> None:
        self._lists = lists
        self._here: list[bytes] = []
        self._next = 0

    def __next__(self) -> bytes:
        if self._next >= len(self._here):
            self._here, self._next = next(self._lists), 0
        self._next += 1
        return self._here[self._next - 1]

    def at_hand(self) -> int:
        """How many lines `take` would return: those of one block, 0 at the end of the file."""
        if self._next >= len(self._here):
            self._here, self._next = next(self._lists, []), 0
        return len(self._here) - self._next

    @property
    def has_more_here(self) -> bool:
        """Whether lines of the same block are left."""
        return self._next < len(self._here)

    def take(self) -> list[bytes]:
        """All lines at hand."""
        self.at_hand()
        taken = self._here[self._next :] if self._next else self._here
        self._here, self._next = [], 0
        return taken

    def put_back(self, lines: list[bytes]) -> None:
        """Give back what was just taken."""
        self._here, self._next = lines, 0


def open_table(blocks: Iterable[bytes], dialect: Dialect | None = None) -> tuple[Dialect, Lines]:
    """Return the dialect and the physical lines, whichever way the bytes were cut."""
    source = iter(blocks)
    head = _head(source)
    found = dialect or read_dialect(b"".join(head))
    end = b"\r" if found.line_end == "\r" else b"\n"
    return found, Lines(_whole_lines(chain(head, source), end))


def _whole_lines(blocks: Iterable[bytes], end: bytes) -> Iterator[list[bytes]]:
    """Cut blocks into lines; a block that is one line passes without being copied."""
    begun: list[bytes] = []
    for block in blocks:
        place = block.find(end)
        if place < 0:
            begun.append(block)
        elif place == len(block) - 1 and not begun:
            yield [block]
        else:
            lines = _lines(block, end)
            lines[0] = b"".join([*begun, lines[0]])
            begun = [] if lines[-1].endswith(end) else [lines.pop()]
            yield lines
    if last := b"".join(begun):
        yield [last]


def _lines(block: bytes, end: bytes) -> list[bytes]:
    """The lines of a block, line ends kept; the last one may lack its own."""
    if end == b"\n":
        return BytesIO(block).readlines()  # cuts at line feeds alone
    *lines, last = block.split(end)
    return [*(line + end for line in lines), *([last] if last else [])]


class Grammar:
    """Cuts records and cells of one dialect. `columns` is the header's number of cells."""

    def __init__(self, dialect: Dialect, columns: int = 0) -> None:
        self.dialect = dialect
        self.separator = dialect.separator.encode()
        self.quote = dialect.quote.encode()
        self.columns = columns
        self.border = self.quote + self.separator + self.quote
        mark, quote = re.escape(self.separator), re.escape(self.quote)
        inside = rb"[^%b]*(?:%b%b[^%b]*)*" % ((quote,) * 4)
        self._inside = re.compile(inside)
        self._cell = re.compile(
            rb"%b(%b%b(?:%b[^%b]*|\Z)|[^%b]*)" % (mark, quote, inside, quote, mark, mark)
        )

    def records(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        """Join the physical lines of each record; blank lines come out as they are."""
        for line in lines:
            if self._is_plain(line) or not self._left_open(line, inside=False):
                yield line
                continue
            parts = [line]
            for more in lines:
                parts.append(more)
                if not self._left_open(more, inside=True):
                    break
            yield b"".join(parts)

    def are_records(self, lines: list[bytes]) -> bool:
        """Cheap proof that each of these lines is a whole record, and none of them blank."""
        if min(map(len, lines)) < 3:
            return False
        quote, tail = self.quote, self.quote + self.dialect.line_end.encode()
        quotes = [line.count(quote) for line in lines]
        if not any(quotes):
            return True
        if quotes != [2 * self.columns] * len(lines):
            return all(map(self._is_plain, lines))
        if not all(line.startswith(quote) and line.endswith(tail) for line in lines):
            return False
        borders = [line.count(self.border, 1, -len(tail)) for line in lines]
        return borders == [self.columns - 1] * len(lines)

    def _is_plain(self, line: bytes) -> bool:
        """Cheap proof that a line is a whole record: no quotes, or each cell between two."""
        quotes = line.count(self.quote)
        return not quotes or self._is_quoted(line, quotes)

    def _is_quoted(self, line: bytes, quotes: int) -> bool:
        """Whether all quotes of the line are the ones around its cells."""
        if quotes != 2 * self.columns or not line.startswith(self.quote):
            return False
        last = len(line.rstrip(b"\r\n")) - 1
        borders = line.count(self.border, 1, last)
        return borders == self.columns - 1 and line.endswith(self.quote, last, last + 1)

    def _left_open(self, line: bytes, *, inside: bool) -> bool:
        """Whether a quoted cell is still open at the end of this physical line."""
        pieces = line.split(self.quote)
        place, last = 0, len(pieces) - 1
        while place < last:
            piece = pieces[place]
            place += 1
            if not inside:
                inside = piece.endswith(self.separator) or (place == 1 and not piece)
            elif not pieces[place] and place < last:
                place += 1
            else:
                inside = False
        return inside

    def cells(self, record: bytes) -> tuple[list[bytes], bytes]:
        """Split a record into its raw cells, quotes kept, and the line end that closes it."""
        quotes = record.count(self.quote)
        body = record.rstrip(b"\r\n")
        if not quotes:
            cells = body.split(self.separator)
        elif self._is_quoted(record, quotes):
            inner = body[1:-1].split(self.border)
            cells = [self.quote + cell + self.quote for cell in inner]
        else:
            body = record if self._left_open(record, inside=False) else body
            cells = self._cell.findall(self.separator + body)
        return cells, record[len(body) :]

    def inner_cells(self, record: bytes) -> tuple[list[bytes], bytes] | None:
        """The cells of a record that quotes them all, without the quotes; None for any other.

        Joined by `border` they are again what stands between the record's first and last quote.
        """
        if not self._is_quoted(record, record.count(self.quote)):
            return None
        body = record.rstrip(b"\r\n")
        return body[1:-1].split(self.border), record[len(body) :]

    def texts(self, record: bytes) -> tuple[str, ...]:
        """Decode all cells of a record."""
        codec = self.codec(record)
        quotes = record.count(self.quote)
        if quotes and not self._is_quoted(record, quotes):
            return tuple(self.text(cell, codec) for cell in self.cells(record)[0])
        body = record.rstrip(b"\r\n").decode(codec)
        border = self.border if quotes else self.separator
        return tuple((body[1:-1] if quotes else body).split(border.decode()))

    def text(self, cell: bytes, codec: str) -> str:
        """Decode one raw cell, without its quotes."""
        if not cell.startswith(self.quote):
            return cell.decode(codec)
        found = self._inside.match(cell, 1)
        stop = found.end() if found else 1
        inner = cell[1:stop].replace(self.quote * 2, self.quote)
        return (inner + cell[stop + 1 :]).decode(codec)

    def codec(self, record: bytes) -> str:
        """The codec that reads this record: the file's, or cp1252 where the file changes its mind.

        Raises:
            CorrectionError: `csv_encoding` when neither reads it.
        """
        if record.isascii():
            return self.dialect.codec
        for codec in (self.dialect.codec, "cp1252"):
            try:
                record.decode(codec)
            except UnicodeDecodeError:
                continue
            return codec
        raise CorrectionError(
            "csv_encoding",
            f"Há caracteres ilegíveis no trecho {record[:40]!r}. Salve o arquivo em UTF-8.",
        )
