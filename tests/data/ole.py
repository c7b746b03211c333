"""OLE files as tests need them: one stream in short sectors, or a whole one with a wrong number."""

import struct

SECTOR, END, FREE = 512, 0xFFFFFFFE, 0xFFFFFFFF
FAT_SECTOR = 0xFFFFFFFD
DIMENSIONS, TEXTS = b"\x00\x02\x0e\x00", b"\xfc\x00"


def short_stream(name: str, stream: bytes) -> bytes:
    """One stream below 4096 bytes: table of sectors, directory, short table, short sectors."""
    content = stream + bytes(-len(stream) % SECTOR)
    parts = len(content) // SECTOR
    minis = -(-len(stream) // 64)
    fat = [FAT_SECTOR, END, END, *range(4, 3 + parts), END]
    mini_fat = [*range(1, minis), END]
    root = entry("Root Entry", 5, 3, len(content))
    directory = (root + entry(name, 2, 0, len(stream))).ljust(SECTOR, b"\x00")
    return header() + numbers(fat) + directory + numbers(mini_fat) + content


def header() -> bytes:
    """Sector 0 holds the table, 1 the directory, 2 the table of the short sectors."""
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 2, 1, END, 0)
    return head + numbers([0], 109)


def entry(name: str, kind: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    links = struct.pack("<HBBIII", len(text) + 2, kind, 1, FREE, FREE, 1 if kind == 5 else FREE)
    return text.ljust(64, b"\x00") + links + bytes(36) + struct.pack("<IQ", start, size)


def numbers(values: list[int], count: int = SECTOR // 4) -> bytes:
    return struct.pack(f"<{count}I", *values, *[FREE] * (count - len(values)))


def with_number(content: bytes, place: int, number: int) -> bytes:
    """The file with another number of four bytes at a place."""
    return content[:place] + struct.pack("<I", number) + content[place + 4 :]


def table_place(content: bytes, sector: int) -> int:
    """Where the table of sectors says what follows a sector."""
    first = int(struct.unpack_from("<I", content, 76)[0])
    return (first + 1) * SECTOR + sector * 4


def stream_of(content: bytes) -> bytes:
    """The records of a small workbook as xlwt writes it: from the first sector on."""
    last = content.rindex(b"\x0a\x00\x00\x00", 0, SECTOR + 4096)
    return content[SECTOR : last + 4]
