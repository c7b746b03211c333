"""PURE  Charts as plain figures: the template draws them as SVG and repeats them as a table.

Places along the width are per cent, so that a narrow screen draws narrower bars and not smaller
letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

TOP, ROOM, BOTTOM = 22, 120, 22  # pixels above, for, and below the highest column
WIDEST = 60  # per cent of its place that a column takes
TONES = ("bar", "bar-warn", "bar-bad")


@dataclass(frozen=True, slots=True)
class Bar:
    """One value with its name, how it is written, and the list it leads to."""

    name: str
    value: Decimal
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A bar that stands, with its place."""

    bar: Bar
    x: str  # per cent
    width: str  # per cent
    middle: str  # per cent
    y: int
    height: int
    is_named: bool  # where many stand close, only some are

    @property
    def text_y(self) -> int:
        return self.y - 6


@dataclass(frozen=True, slots=True)
class Line:
    """A bar that lies, with how far it reaches."""

    bar: Bar
    width: str  # per cent


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, ready for the template: either columns or lines."""

    title: str
    tone: str
    of: str  # what the bars are: the head of the table's first column
    said: str  # what their values are
    nothing: str = "Nada a mostrar."
    columns: tuple[Column, ...] = ()
    lines: tuple[Line, ...] = ()
    height: int = TOP + ROOM + BOTTOM
    floor: int = TOP + ROOM
    name_y: int = TOP + ROOM + 16

    @property
    def bars(self) -> list[Bar]:
        return [one.bar for one in self.columns or self.lines]

    @property
    def shows_values(self) -> bool:
        """Beside many columns there is no room for their values; the table has them."""
        return len(self.columns) <= FEW


FEW = 12  # columns beside which their values and names have room
NAMED = 6  # of more than a few, so many are named


def columns(
    title: str,
    values: Sequence[Bar],
    *,
    of: str,
    said: str,
    most: Decimal | None = None,
    tone: str = "bar",
) -> Chart:
    """One column a value, side by side.

    Args:
        most: the value of a full column; the highest one by default.
    """
    full = most or max((bar.value for bar in values), default=Decimal(0)) or Decimal(1)
    step = Decimal(100) / max(len(values), 1)
    every = 1 if len(values) <= FEW else -(-len(values) // NAMED)
    drawn = tuple(
        column(bar, step * place, step, full, is_named=(len(values) - 1 - place) % every == 0)
        for place, bar in enumerate(values)
    )
    return Chart(title, tone, of, said, columns=drawn)


def column(bar: Bar, left: Decimal, step: Decimal, full: Decimal, *, is_named: bool) -> Column:
    height = round(min(bar.value / full, Decimal(1)) * ROOM)
    height = max(height, 2) if bar.value else 0  # little is not nothing
    width = step * WIDEST / 100
    start = left + (step - width) / 2
    y = TOP + ROOM - height
    return Column(
        bar, percent(start), percent(width), percent(left + step / 2), y, height, is_named
    )


def lines(
    title: str,
    values: Sequence[Bar],
    *,
    of: str,
    said: str,
    tone: str = "bar",
    nothing: str = "Nada a mostrar.",
    most: int = 8,
) -> Chart:
    """One line a value, the longest first; of more than `most` only those."""
    longest = sorted(values, key=lambda bar: -bar.value)[:most]
    full = max((bar.value for bar in longest), default=Decimal(0)) or Decimal(1)
    drawn = tuple(Line(bar, percent(bar.value * 100 / full)) for bar in longest)
    return Chart(title, tone, of, said, nothing, lines=drawn)


def percent(value: Decimal) -> str:
    return f"{value:.2f}%"


def share(part: int, whole: int) -> Decimal | None:
    """Per cent with two decimals, never rounded up: all but one are not all. None of nothing."""
    return (Decimal(part * 100) / whole).quantize(Decimal("0.01"), ROUND_DOWN) if whole else None


def told_rate(rate: Decimal | None) -> str:
    """`92,3%`, never rounded up; a dash where there is nothing to divide."""
    if rate is None:
        return "—"
    return f"{rate.quantize(Decimal('0.1'), ROUND_DOWN)}%".replace(".", ",")
