"""Bar charts as plain figures: the template draws them as SVG and repeats them as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 480, 170
TOP, BOTTOM = 26, 28
WIDEST = 56


@dataclass(frozen=True, slots=True)
class Bar:
    """One value with its name and how it is written."""

    name: str
    value: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar with its place, in units of the drawing."""

    name: str
    text: str
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def label_y(self) -> float:
        return round(self.y - 6, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of bars, ready for the template."""

    title: str
    bars: tuple[Drawn, ...]
    tone: str
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = HEIGHT - BOTTOM
    name_y: int = HEIGHT - 8


def share(part: int, whole: int) -> Decimal:
    """Percent with two decimals; nothing of nothing is zero."""
    return (Decimal(part * 100) / whole).quantize(Decimal("0.01")) if whole else Decimal(0)


def bars(
    title: str, values: Sequence[Bar], *, most: Decimal | None = None, tone: str = "bar"
) -> Chart:
    """Place one bar a value, side by side; `most` is the value of a full bar."""
    full = most or max((bar.value for bar in values), default=Decimal(0)) or Decimal(1)
    step = WIDTH / max(len(values), 1)
    width = min(WIDEST, step * 0.6)
    return Chart(
        title,
        tuple(
            draw(bar, left=step * place + (step - width) / 2, width=width, full=full)
            for place, bar in enumerate(values)
        ),
        tone,
    )


def draw(bar: Bar, *, left: float, width: float, full: Decimal) -> Drawn:
    room = HEIGHT - TOP - BOTTOM
    height = round(float(min(bar.value / full, Decimal(1))) * room, 1)
    top = HEIGHT - BOTTOM - height
    return Drawn(bar.name, bar.text, round(left, 1), round(top, 1), round(width, 1), height)
