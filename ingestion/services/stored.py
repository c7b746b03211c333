"""One file out of the storage: its bytes, its pictures, its check; a member out of its package."""

from django.core.cache import cache

from conciliacontag.storage import is_stored, local_copy
from ingestion.models import SourceFile
from ingestion.parsers.model import ParseError, Problem
from ingestion.reading import read_original, render_page, verify_original

PICTURE_SECONDS = 3600
GONE = ParseError(
    "bytes_missing",
    "Os bytes originais deste arquivo não estão mais guardados.",
    remedy="Envie o arquivo de novo.",
)


def member_name(file: SourceFile) -> str:
    """How the reader is asked for a file: by its name in a package, by nothing when it is whole."""
    return file.filename if file.container_id else ""


def is_kept(file: SourceFile | None) -> bool:
    """Whether the bytes are here and may be looked at: not before the scanner for malware has."""
    if file is None or not file.storage_path or file.waits_for_scan:
        return False
    return is_stored(file.storage_path)


def original_bytes(file: SourceFile | None) -> bytes | None:
    """What arrived, freed from gzip; None when the bytes are gone or cannot be unpacked."""
    if file is None or not is_kept(file):
        return None
    with local_copy(file.storage_path) as path:
        try:
            return read_original(path, member=member_name(file))
        except ParseError:
            return None


def check_original(file: SourceFile | None) -> tuple[Problem, ...] | None:
    """What schema and signature say of one file now; None when its bytes are gone."""
    if file is None or not is_kept(file):
        return None
    with local_copy(file.storage_path) as path:
        try:
            return verify_original(path, member=member_name(file))
        except ParseError as error:
            return (error.as_problem(),)


def page_picture(file: SourceFile, number: int) -> bytes | None:
    """A page of a PDF as PNG; None when there is no such page or the bytes are gone.

    Drawn once an hour.
    """
    if not is_kept(file):
        return None
    key = f"page:{file.sha256}:{number}"
    picture: bytes | None = cache.get(key)
    if picture is None:
        with local_copy(file.storage_path) as path:
            try:
                picture = render_page(path, number, member=member_name(file))
            except ParseError:
                return None
        cache.set(key, picture, PICTURE_SECONDS)
    return picture
