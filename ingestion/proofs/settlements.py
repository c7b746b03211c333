"""A day's boletos against what the bank credited for them in one line.

The bank settles all boletos of a day together ("crédito de liquidação de cobrança"). The report of
the boletos, or the CNAB return, must add up to that line; many offices only look at both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Settlement:
    """One day of credits; an amount is None when that side tells nothing of the day."""

    day: date
    boletos: Decimal | None
    credited: Decimal | None

    @property
    def difference(self) -> Decimal:
        """What the boletos add up to, less what the bank credited."""
        return (self.boletos or Decimal(0)) - (self.credited or Decimal(0))


def compare_days(
    boletos: Mapping[date, Decimal], credited: Mapping[date, Decimal]
) -> list[Settlement]:
    """The days on which both sides differ, or only one of them speaks, in order."""
    days = sorted({*boletos, *credited})
    compared = (Settlement(day, boletos.get(day), credited.get(day)) for day in days)
    return [one for one in compared if one.boletos != one.credited]
