"""What a whole column decides: the order of day and month, the decimal mark, debit or credit.

One cell proves nothing (`04/05` and `1.234` are read both ways), a column mostly does. What it does
not decide is Brazilian custom when the header is Portuguese, and otherwise a doubt that is said.
"""

from collections.abc import Iterable, Sequence

from conciliacontag.brazil import fold
from ingestion.parsers.grid import Cell, written
from ingestion.parsers.model import ParseError
from ingestion.parsers.table_values import day_parts, parse_money, shows_decimal

MONTHS = 12
DEBITS = frozenset({"D", "DEB", "DEBITO", "DEBIT", "SAIDA", "S", "-", "PAGAMENTO"})
CREDITS = frozenset({"C", "CRED", "CREDITO", "CREDIT", "ENTRADA", "E", "+", "RECEBIMENTO"})


def decide_order(cells: Iterable[Cell]) -> str:
    """dmy or mdy when the column tells, else "".

    A number above twelve is a day. Against no witness of the usual order, month first needs two
    witnesses or one that speaks for the whole column: one alone is a mistyped day.
    """
    pairs = [pair for pair in map(day_parts, cells) if pair]
    day_first = sum(1 for first, second in pairs if first > MONTHS >= second)
    month_first = sum(1 for first, second in pairs if second > MONTHS >= first)
    if day_first or not month_first:
        return "dmy" if day_first else ""
    return "mdy" if month_first > 1 or month_first == len(pairs) else "dmy"


def is_undecided(cells: Iterable[Cell]) -> bool:
    """Whether a day of the column could be read both ways, to another day."""
    pairs = filter(None, map(day_parts, cells))
    return any(first != second and max(first, second) <= MONTHS for first, second in pairs)


def decide_decimal(cells: Iterable[Cell]) -> str:
    """The mark before the cents, proven by cells that show thousands too; "" when none or both."""
    marks = {mark for cell in cells if (mark := shows_decimal(cell))}
    return marks.pop() if len(marks) == 1 else ""


def direction(cell: Cell) -> int:
    """-1 for a debit, 1 for a credit, 0 when the cell says neither."""
    text = fold(written(cell))
    return -1 if text in DEBITS else int(text in CREDITS)


def tells_direction(cells: Sequence[Cell]) -> bool:
    """Whether a column holds nothing but debit and credit marks, and some."""
    filled = [cell for cell in cells if written(cell)]
    return bool(filled) and all(map(direction, filled))


def carries_signs(cells: Sequence[Cell], decimal: str) -> bool:
    """Whether the debits of a column are written below zero.

    Then nearly all are; a few among others are reversals, which turn only themselves.
    """
    below = sum(1 for cell in cells if _may_be_below(cell) and _sign(cell, decimal) < 0)
    return below > 0 and below >= sum(1 for cell in cells if _sign(cell, decimal) > 0)


def _may_be_below(cell: Cell) -> bool:
    return not isinstance(cell, str) or not {"-", "(", "\u2212"}.isdisjoint(cell)


def _sign(cell: Cell, decimal: str) -> int:
    try:
        amount = parse_money(cell, decimal)
    except ParseError:
        return 0
    return (amount > 0) - (amount < 0)
