"""Why a bank line has no candidate, and which open note comes nearest to it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from conciliacontag.brazil import format_brl, format_date
from reconciliation.engine.model import OpenDocument, Options
from reconciliation.engine.pairs import AFTER, BEFORE
from reconciliation.engine.points import spell
from reconciliation.engine.rows import Item, Line
from reconciliation.engine.sentence import delay

FARTHEST = 4  # a quarter of the amount: what differs by more is nobody's near miss


class Misses:
    """The items that stayed open, by side and amount, so that the nearest is found by bisection."""

    def __init__(self, items: Iterable[Item], documents: Iterable[OpenDocument]) -> None:
        self._by_key = {document.key: document for document in documents if document.key}
        self._by_amount: defaultdict[tuple[bool, int], list[Item]] = defaultdict(list)
        for item in items:
            self._by_amount[item.receivable, item.cents].append(item)
        for same in self._by_amount.values():
            same.sort(key=_day)
        self._amounts = {
            side: sorted(cents for owner, cents in self._by_amount if owner == side)
            for side in (True, False)
        }

    def cited(self, line: Line) -> OpenDocument | None:
        """A document whose access key the line carries."""
        keys = sorted(key for key in line.mentions.keys if key in self._by_key)
        return self._by_key[keys[0]] if keys else None

    def nearest(self, line: Line) -> Item | None:
        """The item of the line's side with the nearest amount, at most a quarter away, then day."""
        amounts = self._amounts[line.receivable]
        middle = bisect_left(amounts, line.cents)
        around = amounts[max(middle - 1, 0) : middle + 1]
        near = (cents for cents in around if abs(cents - line.cents) * FARTHEST <= line.cents)
        nearest = (self._nearest_day(line, cents) for cents in near)
        return min(nearest, key=lambda item: _distance(line, item), default=None)

    def _nearest_day(self, line: Line, cents: int) -> Item:
        items = self._by_amount[line.receivable, cents]
        middle = bisect_left(items, line.day, key=_day)
        around = items[max(middle - 1, 0) : middle + 1]
        return min(around, key=lambda item: _distance(line, item))


def tell_miss(line: Line, misses: Misses, options: Options) -> str:
    """Why nothing is proposed for a line, in one Portuguese sentence."""
    if not line.cents:
        return "Lançamento de valor zero: não há o que conciliar."
    cited = misses.cited(line)
    if cited is not None:
        return _cited_but_different(line, cited)
    nearest = misses.nearest(line)
    low, high = line.day - AFTER, line.day - BEFORE
    first, last = (format_date(_as_date(day))[:5] for day in (low, high))
    paid = format_brl(abs(line.transaction.amount))
    none = f"Nenhuma nota em aberto entre {first} e {last} com valor de {paid}"
    if nearest is None:
        side = "receber" if line.receivable else "pagar"
        return f"{none}, nem nota a {side} de valor parecido."
    described = _describe(nearest, line)
    if nearest.cents == line.cents and low <= nearest.day <= high:
        return f"Nenhum par chega a {spell(options.show_at)} pontos; o melhor é {described}."
    return f"{none}; a mais próxima é {described}."


def _cited_but_different(line: Line, cited: OpenDocument) -> str:
    number = f"NF {cited.number}" if cited.number else "nota sem número"
    found = f"O lançamento traz a chave da {number} de {format_brl(cited.total)}"
    if cited.receivable == line.receivable:
        return f"{found}, mas o valor não confere ou a nota já ficou com outro lançamento."
    direction, side = ("crédito", "pagar") if line.receivable else ("débito", "receber")
    return f"{found}, mas é um {direction} e a nota é a {side}."


def _describe(item: Item, line: Line) -> str:
    due = format_date(item.payable.due_on)
    number = item.document.number
    name = f"NF {number}" if number else "nota sem número"
    part = f", parcela {item.payable.installment}" if item.payable.installment else ""
    apart = difference(line, item) if item.cents != line.cents else delay(line.day - item.day)
    return f"{name}{part} de {format_brl(item.payable.amount)}, com vencimento em {due}: {apart}"


def difference(line: Line, item: Item) -> str:
    """The amount by which the payment differs, with its share of the document."""
    cents = line.cents - item.cents
    share = (Decimal(abs(cents)) * 100 / item.cents).quantize(Decimal("0.01"))
    side = "a mais" if cents > 0 else "a menos"
    percent = str(share).replace(".", ",")
    return f"diferença de {format_brl(Decimal(abs(cents)) / 100)} {side} ({percent} %)"


def _as_date(day: int) -> date:
    """The nearest day a calendar has: lines may be dated in its first or last year."""
    return date.fromordinal(min(max(day, 1), date.max.toordinal()))


def _distance(line: Line, item: Item) -> tuple[int, int, int]:
    return abs(item.cents - line.cents), abs(item.day - line.day), item.place


def _day(item: Item) -> int:
    return item.day
