"""The last manifest of a batch that was cleaned up: in its closing record, byte by byte."""

import zlib
from gzip import GzipFile
from io import BytesIO

from audits.models import ClosingRecord, Export
from conciliacontag.storage import chunks, is_stored, open_stored

GZIP = 31  # what zlib calls a gzip header and trailer
FAST = 1  # the batch is held meanwhile; the entries of a manifest are much alike anyway


def packed(export: Export | None) -> bytes:
    """The stored manifest, compressed while it is read; empty when there is none."""
    if export is None or not is_stored(export.manifest_path):
        return b""
    packer = zlib.compressobj(FAST, wbits=GZIP)
    with open_stored(export.manifest_path) as file:
        parts = [packer.compress(block) for block in chunks(file)]
    return b"".join([*parts, packer.flush()])


def open_last_manifest(record: ClosingRecord) -> GzipFile:
    """The manifest as it was hashed.

    Raises:
        FileNotFoundError: the batch never left, or its manifest was gone before the clean-up.
    """
    if not record.packed_manifest:
        raise FileNotFoundError
    return GzipFile(fileobj=BytesIO(record.packed_manifest))
