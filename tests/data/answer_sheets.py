"""Results of an answer card reader as OMRChecker writes them, and images beside them."""

import csv
import struct
import zlib
from collections.abc import Mapping, Sequence
from io import StringIO

from tests.data.zips import Entry, archive

HEADER = ("file_id", "input_path", "output_path", "score", "matricula", "lingua", "q1", "q2")
FIRST = ("file1.png", "inputs/file1.png", "out/CheckedOMRs/file1.png", "0", "123", "PT", "AB", "")


def sheet(name: str, *answers: str, score: str = "0") -> tuple[str, ...]:
    """One row; its two images bear the name of the card."""
    return (name, f"inputs/{name}", f"out/CheckedOMRs/{name}", score, "123", "PT", *answers)


def results(*rows: Sequence[str], header: Sequence[str] = HEADER) -> bytes:
    """A results file, everything quoted."""
    written = StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([header, *rows])
    return written.getvalue().encode()


def png(shade: int = 0) -> bytes:
    """A picture of one grey pixel."""
    header = struct.pack(">II5B", 1, 1, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes([0, shade]))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def package(members: Mapping[str, bytes]) -> bytes:
    return archive([Entry(name, content) for name, content in members.items()])
