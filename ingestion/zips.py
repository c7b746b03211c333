"""Members of a ZIP that is the same bytes each time: no time of day, no machine."""

from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows
REGULAR_FILE = 0o100600 << 16
UNIX = 3


def add(archive: ZipFile, name: str, content: bytes) -> None:
    entry = ZipInfo(name, FIRST_DAY)
    entry.compress_type, entry.create_system = ZIP_DEFLATED, UNIX
    entry.external_attr = REGULAR_FILE
    archive.writestr(entry, content)
