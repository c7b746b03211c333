"""The picture behind an image: its bytes out of the storage, as a browser can show them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import convert

from audits.models import Evidence
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.storage import local_part
from ingestion.originals import image_type
from ingestion.parsers.archive import Member, moved, span
from ingestion.parsers.model import ParseError
from ingestion.parsers.pictures import is_tiff
from ingestion.reading import read_original, render_page

WHOLE = 1 << 50


def picture_of(evidence: Evidence) -> tuple[bytes, str]:
    """The bytes a browser can show, and their type by what they are; TIFF becomes PNG.

    Raises:
        NotFound: `image_missing`: the bytes are gone.
        InvalidInput: `image_unreadable` with 422: they cannot be unpacked or are no picture.
    """
    try:
        with at_hand(evidence) as (path, place):
            content = read_original(path, member=evidence.member, place=place)
            if is_tiff(content):
                member = evidence.member
                return render_page(path, 1, member=member, place=place), "image/png"
    except FileNotFoundError as fault:
        message = "Os bytes desta imagem não estão mais guardados."
        raise NotFound(message, code="image_missing") from fault
    except ParseError as refusal:
        raise unreadable(f"{refusal.message} {refusal.remedy}") from refusal
    kind = image_type(content)
    if not kind:
        raise unreadable("O arquivo tem nome de imagem, mas não é uma.")
    return content, kind


@contextmanager
def at_hand(evidence: Evidence) -> Iterator[tuple[Path, Member | None]]:
    """A path of this machine that the image can be read from, and its place in it when known."""
    place = convert(evidence.place, Member | None)
    start, size = span(place) if place else (0, WHOLE)
    with local_part(evidence.storage_path, start, size) as (path, begins):
        yield path, moved(place, begins) if place else None


def unreadable(why: str) -> InvalidInput:
    return InvalidInput(
        f"Esta imagem não pode ser mostrada. {why}", code="image_unreadable", status=422
    )
