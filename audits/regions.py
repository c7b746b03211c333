"""Where the fields of a card lie on its image, so that the image follows the field in hand.

The file of results does not say it; who knows the sheet does. `q1..25` is how templates of
OMRChecker name the fields of one block, which lie at equal steps.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

Region = tuple[float, float, float, float]  # left, top, width, height

MOST_PLACED = 400
ROUNDED = 4  # decimals: a tenth of a millimetre on any sheet
_SERIES = re.compile(r"(.*?)([0-9]{1,3})\.\.([0-9]{1,3})")
_NUMBER = r"(-?[0-9]{1,3}(?:[.,][0-9]{1,9})?)"
_LINE = re.compile(
    rf"(.+?)\s*:\s*{_NUMBER}\s+{_NUMBER}\s+{_NUMBER}\s+{_NUMBER}"
    rf"(?:\s+passo\s+{_NUMBER}\s+{_NUMBER})?"
)


class Block(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One field or a series of them, in fractions of the image's width and height."""

    fields: str  # a column, capitals aside, or a series such as `q1..25`
    x: float
    y: float
    w: float
    h: float
    dx: float = 0  # from one field of a series to the next
    dy: float = 0

    def places(self) -> Iterator[tuple[str, Region]]:
        """Each column, in small letters, and its region."""
        for step, name in enumerate(names_in(self.fields)):
            left, top = self.x + step * self.dx, self.y + step * self.dy
            yield name, (round(left, ROUNDED), round(top, ROUNDED), self.w, self.h)


def names_in(fields: str) -> list[str]:
    """`q01..03` is q01, q02 and q03; anything else is one column."""
    series = _SERIES.fullmatch(fields.casefold())
    if series is None:
        return [fields.casefold()]
    begins, first, last = series.groups()
    return [
        f"{begins}{number:0{len(first)}}" if first.startswith("0") else f"{begins}{number}"
        for number in range(int(first), int(last) + 1)
    ]


def regions_of(blocks: Iterable[Block], columns: Iterable[str]) -> dict[str, Region]:
    """The region of each of these columns that has one."""
    known = dict(place for block in blocks for place in block.places())
    return {name: known[name.casefold()] for name in columns if name.casefold() in known}


def faults_of(blocks: Sequence[Block]) -> Iterator[str]:
    """What is wrong with regions that people wrote, in Portuguese."""
    if len(blocks) > MOST_PLACED:
        yield f"Há {len(blocks)} regiões; o máximo é {MOST_PLACED}: use séries como q1..25."
        return
    for block in blocks:
        yield from _faults_of_block(block)
    seen = Counter(name for block in blocks for name in names_in(block.fields))
    if twice := [name for name, count in seen.items() if count > 1]:
        yield f"Há mais de uma região para: {', '.join(twice[:5])}."
    if seen.total() > MOST_PLACED:
        yield f"Há regiões para {seen.total()} campos; o máximo é {MOST_PLACED}."


def _faults_of_block(block: Block) -> Iterator[str]:
    places = [region for _, region in block.places()]
    if not (block.fields.strip() and places):
        yield f"“{block.fields[:40]}” não diz de que campos é a região: escreva q1 ou q1..25."
    elif not (is_on_the_page(places[0]) and is_on_the_page(places[-1])):
        yield (
            f"A região de “{block.fields[:40]}” sai da imagem: esquerda, topo, largura e altura "
            "são frações de 0 a 1."
        )


def is_on_the_page(region: Region) -> bool:
    left, top, width, height = region
    end = 1 + 10**-ROUNDED
    has_size = width > 0 and height > 0
    return has_size and left >= 0 and top >= 0 and left + width <= end and top + height <= end


def as_line(block: Block) -> str:
    """`q1..25: 0,12 0,2 0,3 0,02 passo 0 0,03`."""
    sizes = " ".join(map(number, (block.x, block.y, block.w, block.h)))
    step = f" passo {number(block.dx)} {number(block.dy)}" if block.dx or block.dy else ""
    return f"{block.fields}: {sizes}{step}"


def number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def in_line(line: str) -> Mapping[str, str | float]:
    """What JSON would give of a line.

    Raises:
        ValueError: it is none.
    """
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise ValueError(line)
    fields, *numbers = found.groups(default="0")
    sizes = [float(text.replace(",", ".")) for text in numbers]
    return {"fields": fields, **dict(zip(("x", "y", "w", "h", "dx", "dy"), sizes, strict=True))}
