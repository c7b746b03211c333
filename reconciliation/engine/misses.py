"""Why a bank line has no candidate, and which open note comes nearest to it."""

from bisect import bisect_left, bisect_right
from datetime import date
from functools import cached_property, lru_cache

import polars as pl

from conciliacontag.brazil import format_date
from reconciliation.engine.cents import brl
from reconciliation.engine.differences import label, percent
from reconciliation.engine.model import Options
from reconciliation.engine.pairs import AFTER, BEFORE
from reconciliation.engine.papers import PaperRow
from reconciliation.engine.points import spell
from reconciliation.engine.rows import Item, Line
from reconciliation.engine.sentence import delay
from reconciliation.engine.tables import Tables

FARTHEST = 4  # a quarter of the amount: what differs by more is nobody's near miss


class Misses:
    """The items that stayed open, by side and amount, so that the nearest is found by bisection."""

    def __init__(self, tables: Tables, taken: pl.DataFrame | None = None) -> None:
        """Open is what the tables hold but `taken`: document, installment."""
        self._tables = tables
        left = tables.payables.with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64))
        if taken is not None:
            left = left.join(taken, on=["document", "installment"], how="anti")
        ordered = left.filter(pl.col("amount") > 0).sort("amount", "due", "place")
        self._sides = {side: Side(ordered, receivable=side) for side in (True, False)}

    @cached_property
    def _by_key(self) -> dict[str, int]:
        keys = self._tables.documents.documents["key"].to_list()
        return {key: place for place, key in enumerate(keys) if key}

    def cited(self, line: Line) -> PaperRow | None:
        """A document whose access key the line carries."""
        keys = sorted(key for key in line.mentions.keys if key in self._by_key)
        return self._tables.documents.row(self._by_key[keys[0]]) if keys else None

    def nearest(self, line: Line) -> Item | None:
        """The item of the line's side with the nearest amount, at most a quarter away, then day."""
        side = self._sides[line.receivable]
        places = side.around(line.cents, line.day)
        if not places:
            return None
        *_, document, installment = min(places)
        papers = self._tables.documents
        part = papers.part(document, installment)
        return Item(papers.row(document), part, part.amount, part.amount)


class Side:
    """What is to be received, or to be paid: columns in the order of amount, day and place."""

    def __init__(self, items: pl.DataFrame, *, receivable: bool) -> None:
        own = items.filter(pl.col("receivable") == receivable)
        self._amounts: list[int] = own["amount"].to_list()
        self._days: list[int] = own["due"].to_list()
        self._rows: list[tuple[int, int, int]] = own.select(
            "place", "document", "installment"
        ).rows()

    def around(self, cents: int, day: int) -> list[tuple[int, int, int, int, int]]:
        """What is nearest above and below: how far in amount and days, and which item it is."""
        middle = bisect_left(self._amounts, cents)
        near = {self._amounts[at] for at in (middle - 1, middle) if 0 <= at < len(self._amounts)}
        found = []
        for amount in near:
            if abs(amount - cents) * FARTHEST > cents:
                continue
            low, high = bisect_left(self._amounts, amount), bisect_right(self._amounts, amount)
            at = bisect_left(self._days, day, low, high)
            for one in range(max(at - 1, low), min(at + 1, high)):
                apart = abs(amount - cents), abs(self._days[one] - day)
                found.append((*apart, *self._rows[one]))
        return found


def tell_miss(line: Line, misses: Misses, options: Options) -> str:
    """Why nothing is proposed for a line, in one Portuguese sentence."""
    if not line.cents:
        return "Lançamento de valor zero: não há o que conciliar."
    cited = misses.cited(line)
    if cited is not None:
        return _cited_but_different(line, cited)
    nearest, day = misses.nearest(line), line.day
    low, high = day - AFTER, day - BEFORE
    none = (
        f"Nenhuma nota em aberto entre {_day_and_month(low)} e {_day_and_month(high)} "
        f"com valor de {brl(line.cents)}"
    )
    if nearest is None:
        side = "receber" if line.receivable else "pagar"
        return f"{none}, nem nota a {side} de valor parecido."
    described = _describe(nearest, line)
    if nearest.cents == line.cents and low <= nearest.payable.due_on.toordinal() <= high:
        return f"Nenhum par chega a {spell(options.show_at)} pontos; o melhor é {described}."
    return f"{none}; a mais próxima é {described}."


def _cited_but_different(line: Line, cited: PaperRow) -> str:
    number = f"NF {cited.number}" if cited.number else "nota sem número"
    found = f"O lançamento traz a chave da {number} de {brl(cited.total)}"
    if cited.receivable == line.receivable:
        return f"{found}, mas o valor não confere ou a nota já ficou com outro lançamento."
    direction, side = ("crédito", "pagar") if line.receivable else ("débito", "receber")
    return f"{found}, mas é um {direction} e a nota é a {side}."


def _describe(item: Item, line: Line) -> str:
    due = item.payable.due_on
    same = item.cents == line.cents
    apart = delay(line.day - due.toordinal()) if same else _difference(line, item)
    return f"{label(item)} de {brl(item.cents)}, com vencimento em {format_date(due)}: {apart}"


def _difference(line: Line, item: Item) -> str:
    """The amount by which the payment differs, with its share of the document."""
    cents = line.cents - item.cents
    side = "a mais" if cents > 0 else "a menos"
    return f"diferença de {brl(abs(cents))} {side} ({percent(cents, item.cents)})"


@lru_cache(maxsize=4_096)
def _day_and_month(day: int) -> str:
    """Of the nearest day a calendar has: lines may be dated in its first or last year."""
    return format_date(date.fromordinal(min(max(day, 1), date.max.toordinal())))[:5]
