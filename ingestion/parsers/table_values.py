"""Values of a table's cells: money, days and identifiers, never by a guess.

Money is never a float: a workbook's number is taken by its shortest writing, which is what the
person typed, and only noise far below the cent is dropped. Text may carry what Brazilian exports
write around a number: `R$`, `(100,00)`, `1.000,00-`, `1.234,56 D`.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from conciliacontag.brazil import CENT, is_cnpj, is_cpf, only_id
from ingestion.parsers.grid import Cell, written
from ingestion.parsers.model import ParseError
from ingestion.parsers.values import shown

FIRST_SERIAL, LAST_SERIAL = 32_874, 73_415  # 1990-01-01 to 2100-12-31, days of a spreadsheet
SERIAL_ZERO = date(1899, 12, 30).toordinal()
LARGEST = Decimal(10) ** 13
NOISE = Decimal("0.000001")
CENTURY = 2000  # two-digit years: no bank's export is older
TAX_IDS = (("CNPJ", 14, is_cnpj), ("CPF", 11, is_cpf))
LONGEST_MONEY = 64  # characters; the pattern takes time with the square of the blanks
CHECK = "Confira esta linha na origem e exporte o arquivo de novo."

_CURRENCY = r"(?:R\$|US\$|\$|€|BRL|USD|EUR)"
_MONEY = re.compile(
    rf"(\()?\s*+([-+]?)\s*+{_CURRENCY}?\s*+([-+]?)\s*+([0-9][0-9., ]*?)\s*+{_CURRENCY}?\s*+"
    r"(\))?\s*+([-+]|[DC])?",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"-?[0-9]{1,13}[.,][0-9]{2}")
_SIMPLE = re.compile(r"([0-9]{1,13})(?:([.,])([0-9]{1,10}))?")
_GROUPED = re.compile(
    r"([0-9]{1,3})(?:([., ])([0-9]{3}(?:\2[0-9]{3}){0,3}))(?:([.,])([0-9]{1,10}))?"
)
_DAY_FIRST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_YEAR_FIRST = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})")
_TIME = re.compile(r"[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?(?:Z|[+-][0-9:]{4,6})?")
_MARKED = ("D", "C", "d", "c")
_MARKS = re.compile(r"[., ]")
_ODD_MARKS = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u202f": " "})


def parse_money(cell: Cell, decimal: str) -> Decimal:
    """The amount of a cell, in cents.

    `decimal` is the mark that the column has shown, or "" when it has shown none: then a number
    such as `1.234` stays a guess and is refused.

    Raises:
        ParseError: value_missing for an empty cell, value_amount for anything else.
    """
    if isinstance(cell, str):
        return _money_of_text(cell, decimal)
    if isinstance(cell, (bool, date)) or not isinstance(cell, (int, float)):
        raise _no_money(written(cell))
    return _money_of_number(cell)


def _money_of_number(number: float) -> Decimal:
    """`repr` gives the shortest decimal with this binary value: what was typed, not its error."""
    text = repr(number)
    if _PLAIN.fullmatch(text):
        return _signed(Decimal(text), negative=False)
    exact = Decimal(text)
    if not exact.is_finite() or abs(exact) >= LARGEST:
        raise _no_money(repr(number))
    amount = exact.quantize(CENT, ROUND_HALF_UP)
    if abs(amount - exact) > NOISE:
        raise _no_money(repr(number))
    return abs(amount) if amount == 0 else amount


@lru_cache(maxsize=4096)
def _money_of_text(text: str, decimal: str) -> Decimal:
    if _PLAIN.fullmatch(text):
        return _signed(Decimal(text.replace(",", ".")), negative=False)
    bare = text.translate(_ODD_MARKS).strip().removeprefix("'").strip()
    if not bare:
        raise ParseError("value_missing", "O valor está vazio.", remedy=CHECK)
    found = _match_money(bare)
    if not found:
        raise _no_money(text)
    opened, first, second, number, closed, tail = found.groups()
    signs = [sign for sign in (first, second, tail if tail in ("-", "+") else "") if sign]
    letter = (tail or "").upper()
    negative = bool(opened) or "-" in signs or letter == "D"
    is_odd = len(signs) + bool(opened) > 1 or bool(opened) != bool(closed)
    if is_odd or (letter == "C" and negative):
        raise _no_money(text)
    return _signed(_number(number, decimal, text), negative=negative)


def money_of_ledger(cell: Cell, decimal: str) -> Decimal:
    """As `parse_money`, but by the account: a number marked D is above zero, one marked C below."""
    amount = parse_money(cell, decimal)
    is_marked = isinstance(cell, str) and cell.rstrip()[-1:] in _MARKED
    return -amount if is_marked and amount else amount


def _signed(amount: Decimal, *, negative: bool) -> Decimal:
    if not amount:
        return Decimal("0.00")
    return -amount if negative else amount


def _match_money(text: str) -> re.Match[str] | None:
    return _MONEY.fullmatch(text) if len(text) <= LONGEST_MONEY else None


def _number(number: str, decimal: str, text: str) -> Decimal:
    simple, grouped = _SIMPLE.fullmatch(number), _GROUPED.fullmatch(number)
    if grouped and is_ambiguous(number):
        if not decimal or number.startswith("0"):
            raise _no_money(text)
        parts = (grouped[1], grouped[3])
        whole, cents = parts if grouped[2] == decimal else ("".join(parts), "")
        return _with_cents(whole, cents, text)
    if simple:
        return _with_cents(simple[1], simple[3] or "", text)
    if not grouped or grouped[4] == grouped[2]:
        raise _no_money(text)
    return _with_cents(_MARKS.sub("", grouped[1] + grouped[3]), grouped[5] or "", text)


def is_ambiguous(number: str) -> bool:
    """`1.234` and `1,234`: thousands or three decimals; `0,005` can only be the latter."""
    found = _GROUPED.fullmatch(number)
    return bool(found and found[2] in (".", ",") and len(found[3]) == 3 and not found[4])


def shows_decimal(cell: Cell) -> str:
    """The decimal mark that a cell proves by showing thousands as well, "" when it proves none."""
    if not isinstance(cell, str):
        return ""
    found = _match_money(cell.translate(_ODD_MARKS).strip().removeprefix("'").strip())
    grouped = _GROUPED.fullmatch(found[4]) if found else None
    if grouped is None or grouped[2] == " " or is_ambiguous(found[4] if found else ""):
        return ""
    return "," if grouped[2] == "." else "."


def _with_cents(whole: str, cents: str, text: str) -> Decimal:
    counting = cents.rstrip("0") if len(cents) > 2 else cents
    if len(counting) > 2 or len(whole) > 13:
        raise _no_money(text)
    return Decimal(f"{whole}.{counting:0<2}")


def _no_money(text: str) -> ParseError:
    message = f"O valor “{shown(text)}” não pôde ser lido sem adivinhar."
    return ParseError("value_amount", message, remedy=CHECK)


def parse_cell_day(cell: Cell, order: str) -> date:
    """The day of a cell; `order` is dmy, mdy or ymd, for text with the year at its end.

    Raises:
        ParseError: value_missing for an empty cell, value_date when there is no such day.
    """
    if isinstance(cell, str):
        return _day_of_text(cell, order)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)) and FIRST_SERIAL <= cell < LAST_SERIAL + 1:
        return date.fromordinal(SERIAL_ZERO + int(cell))
    raise _no_day(written(cell))


@lru_cache(maxsize=4096)
def _day_of_text(text: str, order: str) -> date:
    bare = _without_time(text)
    if not bare:
        raise ParseError("value_missing", "A data está vazia.", remedy=CHECK)
    year_first, day_first = _YEAR_FIRST.fullmatch(bare), _DAY_FIRST.fullmatch(bare)
    if year_first:
        year, month, day = year_first[1], year_first[3], year_first[4]
    elif day_first:
        first, second, year = day_first[1], day_first[3], day_first[4]
        month, day = (first, second) if order == "mdy" else (second, first)
        if order == "ymd":
            year, month, day = first, second, year
    else:
        raise _no_day(text)
    try:
        return date(int(year) + (CENTURY if len(year) < 3 else 0), int(month), int(day))
    except ValueError:
        raise _no_day(text) from None


def day_parts(cell: Cell) -> tuple[int, int] | None:
    """The two numbers before the year, as written; None when the cell shows no such day."""
    if not isinstance(cell, str):
        return None
    found = _DAY_FIRST.fullmatch(_TIME.sub("", cell.strip()))
    return (int(found[1]), int(found[3])) if found else None


def is_day_shaped(cell: Cell) -> bool:
    """Whether a cell is written as a day, whatever the order of its parts, also one that is not.

    A number of a workbook may be one.
    """
    if not isinstance(cell, str):
        return True
    bare = _without_time(cell)
    return bool(_DAY_FIRST.fullmatch(bare) or _YEAR_FIRST.fullmatch(bare))


def _without_time(text: str) -> str:
    return _TIME.sub("", text.strip().removeprefix("'"))


def _no_day(text: str) -> ParseError:
    message = f"A data “{shown(text)}” não existe ou não pôde ser lida."
    return ParseError("value_date", message, remedy=CHECK)


def parse_tax_id(cell: Cell, title: str) -> str:
    """A CNPJ or CPF without mask; zeros that a spreadsheet dropped on its left are put back.

    The title of the column tells which of both it is; when it tells neither, the check digits do,
    and a number that fits both stays as it is.
    """
    bare = only_id(written(cell))
    if isinstance(cell, str) or not bare.isdigit():
        return bare
    kinds = [kind for kind in TAX_IDS if kind[0] in title.upper()] or TAX_IDS
    fitting = {
        bare.zfill(length)
        for _, length, is_right in kinds
        if len(bare) <= length and is_right(bare.zfill(length))
    }
    return fitting.pop() if len(fitting) == 1 else bare


def parse_key(cell: Cell) -> str | None:
    """An access key; None when a spreadsheet kept it as a number: it holds 15 digits of the 44."""
    if isinstance(cell, str):
        bare = "".join(cell.split())
        return None if re.fullmatch(r"[0-9][.,]?[0-9]*E\+?[0-9]+", bare, re.IGNORECASE) else bare
    return None
