"""Which members of a package are images of a batch, and under what names. Values in, values out."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import PurePosixPath

from msgspec import Struct

from ingestion.parsers.archive import ENCRYPTED, Member
from ingestion.parsers.names import stored_name

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})
LONGEST_NAME = 256
MOST_ALIKE = 3
ALIKE = 0.7


class Picture(Struct, frozen=True):
    """One image in a package: what cards call it, and where it lies there."""

    name: str
    place: Member

    @property
    def member(self) -> str:
        return stored_name(self.place.name)


class Choice(Struct, frozen=True):
    """The images of a package, and the names of what was left out of it."""

    pictures: tuple[Picture, ...]
    left_out: tuple[str, ...]
    repeated: tuple[str, ...]  # members with the base name of another, which are left out as well


def base_name(path: str) -> str:
    """The last segment of a path, written for whichever system; "" when there is none."""
    return path.replace("\\", "/").rstrip().rpartition("/")[2]


def choose(members: Iterable[Member]) -> Choice:
    """Take the images by their base name; what an operating system left behind is not told."""
    pictures: dict[str, Picture] = {}
    left_out: list[str] = []
    repeated: list[str] = []
    for member in members:
        name = base_name(member.name)
        if member.is_system:
            continue
        if not is_picture(member, name):
            left_out.append(member.name)
        elif name.casefold() in pictures:
            repeated.append(member.name)
        else:
            pictures[name.casefold()] = Picture(name, member)
    return Choice(tuple(pictures.values()), tuple(left_out), tuple(repeated))


def is_picture(member: Member, name: str) -> bool:
    ending = PurePosixPath(name).suffix.lower()
    can_be_read = member.size > 0 and member.refusal is None and not member.flags & ENCRYPTED
    return can_be_read and ending in ENDINGS and len(name) <= LONGEST_NAME


def alike(name: str, others: Sequence[str]) -> tuple[str, ...]:
    """The names most like this one, best first; capitals and the ending count for little.

    Sheets are numbered, so a name with another number is another card's.
    """
    wanted = numbers(name)
    near = [other for other in others if other != name and wanted <= numbers(other)]
    folded = {stem(other): other for other in reversed(near)}
    found = get_close_matches(stem(name), list(folded), n=MOST_ALIKE, cutoff=ALIKE)
    return tuple(folded[one] for one in found)


def numbers(name: str) -> set[int]:
    return {int(digits) for digits in re.findall(r"[0-9]{1,18}", stem(name))}


def stem(name: str) -> str:
    return PurePosixPath(name).stem.casefold()
