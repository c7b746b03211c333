"""PURE  What a threshold accepts, what stays out of it, and how often people said otherwise."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

FLOOR, TOP = Decimal(50), Decimal(100)  # below even odds nothing is accepted unseen
STEP = Decimal("0.5")
USUAL = Decimal(95)  # where nobody names others
NORMAL_95 = 1.959964  # two-sided
BANDS = tuple(map(Decimal, (50, 70, 80, 90, 95, 99)))

# Why a line stays out, whatever its points.
CLOSE, HELD, REOPENED, WARNED, TAKEN, CLOSED = (
    "close", "held", "reopened", "warned", "taken", "closed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """What a line would settle if its best link were accepted.

    score: 0 to 100. amount: in reais, what booking takes of the line.
    out: why it needs a person of its own; "" when it may be accepted with others.
    witnessed: a number, a party or an identifier speaks for it beside the amount.
    """

    score: Decimal
    amount: Decimal
    out: str = ""
    witnessed: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A suggestion that a person has decided: kept, or another answer given."""

    score: Decimal
    kept: bool


@dataclass(frozen=True, slots=True)
class Sum:
    count: int = 0
    amount: Decimal = Decimal(0)

    def plus(self, amount: Decimal) -> "Sum":
        return Sum(self.count + 1, self.amount + amount)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of so many decisions were not what was suggested."""

    wrong: int = 0
    total: int = 0

    @property
    def share(self) -> float | None:
        """A fraction; None without history."""
        return self.wrong / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between which fractions the rate lies with 95 % confidence; None without history."""
        return wilson(self.wrong, self.total) if self.total else None


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of a proportion, as fractions; honest also for 0 of a few.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927).
    """
    share, square = hits / total, NORMAL_95**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = NORMAL_95 * sqrt(share * (1 - share) / total + square / (4 * total**2))
    half /= 1 + square / total
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return low, 1.0 if hits == total else min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Consequence:
    """What would follow from points: from `least` on, below `below` where that is given.

    left: lines of these points that stay out, by the reason.
    """

    least: Decimal
    accepted: Sum
    witnessed: Sum
    left: dict[str, Sum]
    rate: Rate
    below: Decimal | None = None


def consequence(
    offers: Iterable[Offer],
    judged: Iterable[Judged],
    least: Decimal,
    below: Decimal | None = None,
) -> Consequence:
    """The consequence of one threshold, or of one band of points."""
    accepted, witnessed, left = Sum(), Sum(), defaultdict[str, Sum](Sum)
    for offer in offers:
        if not _within(offer.score, least, below):
            continue
        if offer.out:
            left[offer.out] = left[offer.out].plus(offer.amount)
            continue
        accepted = accepted.plus(offer.amount)
        if offer.witnessed:
            witnessed = witnessed.plus(offer.amount)
    verdicts = Counter(one.kept for one in judged if _within(one.score, least, below))
    rate = Rate(verdicts[False], verdicts.total())
    return Consequence(least, accepted, witnessed, dict(left), rate, below)


def _within(score: Decimal, least: Decimal, below: Decimal | None) -> bool:
    return score >= least and (below is None or score < below)


def steps() -> list[Decimal]:
    """Every place of the slider, from the lowest on."""
    return [FLOOR + STEP * number for number in range(int((TOP - FLOOR) / STEP) + 1)]


def ladder(offers: Iterable[Offer], judged: Iterable[Judged]) -> list[Consequence]:
    """The consequence of every place of the slider, each row looked at once."""
    places = steps()
    by_place: list[list[Offer]] = [[] for _ in places]
    decided: list[list[Judged]] = [[] for _ in places]
    for offer in offers:
        if offer.score >= FLOOR:
            by_place[bisect_right(places, offer.score) - 1].append(offer)
    for one in judged:
        if one.score >= FLOOR:
            decided[bisect_right(places, one.score) - 1].append(one)
    found: list[Consequence] = []
    for place in reversed(range(len(places))):
        own = consequence(by_place[place], decided[place], places[place])
        found.append(_added(found[-1], own) if found else own)
    return found[::-1]


def _added(above: Consequence, own: Consequence) -> Consequence:
    reasons = above.left.keys() | own.left.keys()
    return Consequence(
        own.least,
        _sum(above.accepted, own.accepted),
        _sum(above.witnessed, own.witnessed),
        {name: _sum(above.left.get(name, Sum()), own.left.get(name, Sum())) for name in reasons},
        Rate(above.rate.wrong + own.rate.wrong, above.rate.total + own.rate.total),
    )


def _sum(one: Sum, other: Sum) -> Sum:
    return Sum(one.count + other.count, one.amount + other.amount)


def bands(offers: Sequence[Offer], judged: Sequence[Judged]) -> list[Consequence]:
    """The same by band of points, the surest first."""
    ends: list[Decimal | None] = [*BANDS[1:], None]
    pairs = list(zip(BANDS, ends, strict=True))
    return [consequence(offers, judged, least, below) for least, below in reversed(pairs)]
