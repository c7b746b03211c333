"""Balance rows that Brazilian banks disguise as movements: what they tell of a statement.

Such a row has a fixed text (`SALDO ANTERIOR`, `SALDO DO DIA`) and no identity of its own.
"""

import re
from datetime import date
from decimal import Decimal

from conciliacontag.brazil import fold
from ingestion.parsers.model import ParseError
from ingestion.parsers.ofx_rows import Fields, parse_amount

_OPENING = re.compile(r"ANTERIOR|INICIAL")
# Balances of something else than the account at the end of the day.
_OTHER = re.compile(r"BLOQUEADO|DISPONIVEL|APLIC|PARCIAL|DEVEDOR|CREDOR")


class BalanceRows:
    """The balances of one account that its rows tell, by day."""

    def __init__(self) -> None:
        self.opening: Decimal | None = None
        self._days: dict[date, Decimal] = {}

    def add(self, leaves: Fields, day: date | None) -> None:
        """One balance row; without an amount or a day it tells nothing."""
        text = fold(leaves.get("MEMO") or leaves.get("NAME", ""))
        try:
            amount = parse_amount(leaves.get("TRNAMT", ""))
        except ParseError:
            return
        if _OPENING.search(text):
            self.opening = amount if self.opening is None else self.opening
        elif day is not None and not _OTHER.search(text):
            self._days[day] = amount

    def by_day(
        self, final: Decimal | None, final_on: date | None
    ) -> tuple[tuple[date, Decimal], ...]:
        """The balance at the end of each day that tells one, and the statement's final one."""
        days = dict(self._days)
        if final is not None and final_on is not None:
            days.setdefault(final_on, final)
        return tuple(sorted(days.items()))
