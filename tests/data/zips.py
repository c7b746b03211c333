"""ZIP archives for tests, also those that no tool would write."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One member; what is None follows from the content."""

    name: str
    content: bytes = b""
    method: int = 0
    flags: int = 0x800
    crc: int | None = None
    size: int | None = None
    attributes: int = 0
    same_place: bool = False  # shares the bytes of the member before
    day: int = 1  # of January 2025, at midnight

    @property
    def packed(self) -> bytes:
        if self.method != 8:
            return self.content
        deflate = zlib.compressobj(9, wbits=-15)
        return deflate.compress(self.content) + deflate.flush()

    @property
    def header(self) -> bytes:
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        size = len(self.content) if self.size is None else self.size
        name = self.name.encode()
        sizes = struct.pack("<LLLHH", crc, len(self.packed), size, len(name), 0)
        return struct.pack("<HHHHH", 20, self.flags, self.method, 0, 0x5A20 + self.day) + sizes


def archive(entries: Sequence[Entry]) -> bytes:
    """The bytes of an archive."""
    body, directory, place = b"", b"", 0
    for entry in entries:
        name = entry.name.encode()
        if not entry.same_place:
            place = len(body)
            body += b"PK\x03\x04" + entry.header + name + entry.packed
        tail = struct.pack("<HHHLL", 0, 0, 0, entry.attributes, place)
        directory += b"PK\x01\x02\x14\x03" + entry.header + tail + name
    count = len(entries)
    end = struct.pack("<HHHHLLH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end
