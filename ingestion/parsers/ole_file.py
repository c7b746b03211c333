"""The sectors and records of an XLS, followed here before a library follows them.

calamine trusts what an OLE file says of itself: a sector beyond the end, a chain that returns to
itself, a number of texts or a sheet of four billion rows make it allocate until the process ends.
So chains are walked first, and what it would reserve is compared with what the file holds.

Source: [MS-CFB] 2.2 to 2.6 for sectors, [MS-XLS] 2.1.4 and 2.4 for records.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingestion.parsers.model import ParseError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECTOR_SIZES = {9: 512, 12: 4096}  # by the shift in the header
MINI_SIZE, MINI_LIMIT = 64, 4096  # shorter streams lie in sectors of 64 bytes
LAST_SECTOR = 0xFFFFFFF9  # what is above marks the end of a chain, or a sector of no stream
DIFAT_IN_HEADER = 109
ENTRY = 128  # bytes of a directory entry
STREAMS = ("Workbook", "Book")
MOST_CELLS = 3_000_000  # of the rectangle; calamine keeps each sheet twice
EOF, CONTINUE, BOUND_SHEET, SST, DIMENSIONS = 0x000A, 0x003C, 0x0085, 0x00FC, 0x0200
MULRK = 0x00BD
CELLS = frozenset((0x0006, MULRK, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E))
WRAP = 1 << 32
SPARE = 64 * 1024 * 1024  # bytes that may be reserved in vain: a claim that does no harm
SHORTEST_TEXT = 3  # bytes of a text of the shared table: its length and its flags
REMEDY = "Abra-a, salve como .xlsx e envie."

Record = tuple[int, int, int]  # type, place of its data in the stream, length


class Piece(NamedTuple):
    """Where a part of a stream lies in the file."""

    offset: int
    size: int


class Entry(NamedTuple):
    """A stream as the directory names it."""

    name: str
    start: int
    size: int


def check_old_workbook(content: bytes) -> bytes:
    """The file, with claims of impossible size taken out of its sheets; calamine may open it.

    Raises:
        ParseError: xlsx_old: no header of such a file; xlsx_malformed: a chain of sectors leaves
            the file or has no end, or a count is beyond what the file holds; table_too_big.
    """
    pieces = _Sectors(content).workbook()
    stream = b"".join(content[piece.offset : piece.offset + piece.size] for piece in pieces)
    claims = list(_impossible_claims(stream))
    if not claims:
        return content
    changed = bytearray(content)
    for _, start, length in claims:
        for place in range(start, start + length):
            changed[_offset(pieces, place)] = 0
    return bytes(changed)


class _Sectors:
    """The sectors of a file and the chains that they form."""

    def __init__(self, content: bytes) -> None:
        if len(content) < ENTRY * 4 or not content.startswith(OLE):
            raise unreadable_old()
        self.content = content
        shift = struct.unpack_from("<H", content, 30)[0]
        if shift not in SECTOR_SIZES:
            raise unreadable_old()
        self.size = SECTOR_SIZES[shift]
        self.count = -(-(len(content) - self.size) // self.size)
        self.fat = self._read_fat()

    def workbook(self) -> list[Piece]:
        """The parts of the stream that holds the sheets; none when there is no such stream."""
        (start,) = struct.unpack_from("<I", self.content, 48)
        (directories,) = struct.unpack_from("<I", self.content, 40)
        self._check_size(directories * self.size)
        pieces = self._pieces(self.chain(start, self.fat))
        directory = b"".join(self.content[one.offset : one.offset + one.size] for one in pieces)
        entries = list(_entries(directory, self.size))
        if not entries:
            raise damaged("falta o índice dos seus conteúdos")
        root = self._pieces(self.chain(entries[0].start, self.fat))
        self._check_size(entries[0].size)
        mini_fat = self._mini_fat()
        named = {entry.name: entry for entry in reversed(entries)}
        found = [named[name] for name in STREAMS if name in named]
        streams = [self._stream(entry, root, mini_fat) for entry in found]
        return streams[0] if streams else []

    def chain(self, start: int, table: Sequence[int]) -> list[int]:
        """The sectors of a chain in order.

        Raises:
            ParseError: it leaves the file, or comes back to itself.
        """
        found: list[int] = []
        while start <= LAST_SECTOR:
            if start >= len(table) or len(found) > len(table):
                raise damaged("uma cadeia de setores sai do arquivo ou não termina")
            found.append(start)
            start = table[start]
        return found

    def _read_fat(self) -> Sequence[int]:
        numbers = self.size // 4
        places = list(struct.unpack_from(f"<{DIFAT_IN_HEADER}I", self.content, 76))
        (further,) = struct.unpack_from("<I", self.content, 68)
        while further <= LAST_SECTOR:
            places += self._numbers(further)
            if len(places) > self.count + 2 * numbers + DIFAT_IN_HEADER:
                raise damaged("a lista de setores não termina")
            further = places.pop()
        table: list[int] = []
        for place in places:
            if place <= LAST_SECTOR:
                table += self._numbers(place)
        (claimed,) = struct.unpack_from("<I", self.content, 44)
        self._check_size(claimed * 4)
        # A sector beyond the end of the file belongs to no stream.
        return table[: self.count]

    def _mini_fat(self) -> list[int]:
        start, count = struct.unpack_from("<II", self.content, 60)
        self._check_size(count * self.size)
        return [one for sector in self.chain(start, self.fat) for one in self._numbers(sector)]

    def _stream(self, entry: Entry, root: list[Piece], mini_fat: list[int]) -> list[Piece]:
        self._check_size(entry.size)
        if entry.size >= MINI_LIMIT:
            return self._pieces(self.chain(entry.start, self.fat))
        found = []
        for sector in self.chain(entry.start, mini_fat):
            place = sector * MINI_SIZE
            if place // self.size >= len(root):
                raise damaged("um conteúdo curto sai do lugar dos conteúdos curtos")
            found.append(Piece(root[place // self.size].offset + place % self.size, MINI_SIZE))
        return found

    def _pieces(self, sectors: list[int]) -> list[Piece]:
        return [Piece((sector + 1) * self.size, self.size) for sector in sectors]

    def _numbers(self, sector: int) -> tuple[int, ...]:
        start = (sector + 1) * self.size
        if start + self.size > len(self.content):
            raise damaged("a tabela de setores sai do arquivo")
        return struct.unpack_from(f"<{self.size // 4}I", self.content, start)

    def _check_size(self, size: int) -> None:
        if size > len(self.content) + SPARE:
            raise damaged("ela diz ter mais conteúdo do que o arquivo tem")


def _entries(directory: bytes, sector_size: int) -> Iterator[Entry]:
    for place in range(0, len(directory) - ENTRY + 1, ENTRY):
        name = directory[place : place + 64].decode("utf-16-le", "ignore").split("\x00")[0]
        start, low, high = struct.unpack_from("<III", directory, place + 116)
        yield Entry(name, start, low if sector_size == 512 else low | high << 32)


def _impossible_claims(stream: bytes) -> Iterator[Record]:
    """Records that claim a sheet larger than what can be read; its cells were found to fit.

    Raises:
        ParseError: the cells do not fit, or the table of texts counts more than it holds.
    """
    sheets: list[int] = []
    texts, is_texts = 0, False
    for kind, start, length in _records(stream, 0):
        if kind == BOUND_SHEET and length >= 4:
            sheets.append(struct.unpack_from("<I", stream, start)[0])
        if kind == SST and length >= 8:
            texts = struct.unpack_from("<I", stream, start + 4)[0] * SHORTEST_TEXT
        is_texts = kind == SST or (is_texts and kind == CONTINUE)
        texts -= length if is_texts else 0
    if texts > 0:
        raise damaged("a tabela de textos diz ter mais textos do que tem")
    cells = 0
    for place in sheets:
        cells += _area(stream, place)
        yield from _large_dimensions(stream, place)
    if cells > MOST_CELLS:
        message = "A planilha ocupa linhas e colunas demais para ser lida."
        raise ParseError("table_too_big", message, remedy="Divida-a por período.")


def _records(stream: bytes, start: int) -> Iterator[Record]:
    """The records of a substream, up to its end."""
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        if start + 4 + length > len(stream) or kind == EOF:
            return
        yield kind, start + 4, length
        start += 4 + length


def _area(stream: bytes, place: int) -> int:
    """Rows times columns of the rectangle that holds all cells of a sheet."""
    rows: set[int] = set()
    columns: set[int] = set()
    for kind, start, length in _records(stream, place):
        if kind in CELLS and length >= 6:
            row, column = struct.unpack_from("<HH", stream, start)
            rows.add(row)
            columns.add(column)
            if kind == MULRK:
                columns.add(column + length // 6)
    return (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1) if rows else 0


def _large_dimensions(stream: bytes, place: int) -> Iterator[Record]:
    for kind, start, length in _records(stream, place):
        if kind == DIMENSIONS and length >= 10:
            shape = "<IIHH" if length >= 14 else "<HHHH"
            first_row, last_row, first, last = struct.unpack_from(shape, stream, start)
            # A last row before the first one counts up from below zero there.
            rows, columns = (last_row - first_row) % WRAP, (last - first) % WRAP
            if max(rows, 1) * max(columns, 1) > MOST_CELLS:
                yield kind, start, length


def _offset(pieces: list[Piece], place: int) -> int:
    size = pieces[0].size
    return pieces[place // size].offset + place % size


def damaged(reason: str) -> ParseError:
    message = f"A planilha do Excel anterior a 2007 está danificada: {reason}."
    return ParseError("xlsx_malformed", message, remedy=REMEDY)


def unreadable_old() -> ParseError:
    message = "O arquivo é do Office anterior a 2007 e não pôde ser lido como planilha."
    return ParseError("xlsx_old", message, remedy="Abra-o, salve como .xlsx e envie.")
