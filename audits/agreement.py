"""Four eyes as arithmetic: which cards are read again, and what their readings say of all cards."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from math import sqrt
from random import Random
from typing import TypeVar

from msgspec import Struct

Item = TypeVar("Item")
Z = 1.959964  # of the normal distribution: 95 % lie within


class Agreement(Struct, frozen=True):
    """How many drawn cards were read again, and on how many of them two people disagree."""

    drawn: int = 0
    read: int = 0
    disagreements: int = 0

    @property
    def waiting(self) -> int:
        return self.drawn - self.read

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None before anything was read again."""
        return self.disagreements / self.read if self.read else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.disagreements, self.read) if self.read else None

    @property
    def told(self) -> str:
        return rate_told(self.disagreements, self.read)


class Difference(Struct, frozen=True):
    """One field on which two people do not agree."""

    field: str
    first: str
    second: str


def draw(population: Sequence[Item], percent: Decimal, seed: int) -> list[Item]:
    """Choose by lot, in the order of the population: the same seed draws the same.

    Args:
        population: everything that may be drawn, in a stable order.
        percent: above 0, at most 100; what it comes to is rounded up, so that it is one at least.
    """
    wanted = (Decimal(len(population)) * percent / 100).to_integral_value(ROUND_CEILING)
    chosen = set(Random(seed).sample(range(len(population)), int(wanted)))  # noqa: S311 - no secret
    return [one for place, one in enumerate(population) if place in chosen]


def wilson(found: int, looked_at: int) -> tuple[float, float]:
    """The score interval of a proportion, with 95 % confidence.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
    JASA 22 (1927), 209-212. Unlike the textbook interval it is honest for few cards and for none
    found. That a batch has an end is left aside, which only makes the interval wider.

    Raises:
        ValueError: nothing was looked at, or more was found than that.
    """
    if not 0 <= found <= looked_at or not looked_at:
        raise ValueError(found, looked_at)
    share, spread = found / looked_at, Z * Z / looked_at
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / looked_at + spread / (4 * looked_at)) / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def rate_told(disagreements: int, read: int) -> str:
    """`Discordância: 2 de 40 (5,0 %; entre 1,4 % e 16,5 % com 95 % de confiança)`."""
    if not read:
        return "Discordância: nenhuma segunda leitura ainda"
    low, high = wilson(disagreements, read)
    return (
        f"Discordância: {disagreements} de {read} ({percent_told(disagreements / read)}; "
        f"entre {percent_told(low)} e {percent_told(high)} com 95 % de confiança)"
    )


def percent_told(share: float) -> str:
    return f"{share * 100:.1f} %".replace(".", ",")


def compare(first: Mapping[str, str], second: Mapping[str, str]) -> list[Difference]:
    """Where two answers differ, field by field; what only one of them has differs from nothing."""
    names = dict.fromkeys([*first, *second])
    pairs = ((name, first.get(name, ""), second.get(name, "")) for name in names)
    return [Difference(name, one, other) for name, one, other in pairs if one != other]
