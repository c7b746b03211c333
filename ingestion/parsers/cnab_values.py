"""Cutting CNAB lines and understanding what was cut: cents, days, tax identifiers.

A table of fields is compiled once to one `itemgetter` over slices, so that a line is cut in one
call; months repeat their days and payers, which are therefore remembered. Amounts are not: there
are more of them in a large file than it pays to remember.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter

from conciliacontag.brazil import CENT, is_cnpj, is_cpf
from ingestion.parsers.cnab_layouts import Fields, Span
from ingestion.parsers.model import ParseError
from ingestion.parsers.values import shown

Cut = Callable[[str], tuple[str, ...]]
ZERO = Decimal("0.00")
NOWHERE = (0, 0)
CHARGES = ("fee", "interest", "fine", "discount", "rebate")
YEARS = range(1980, 2080)
CENTURY = 80  # two digits of a year: from 80 on the last century's
REMEDY = "Baixe o retorno de novo no banco; não edite o arquivo."


def parse_cents(text: str) -> Decimal:
    """Digits with two implied decimals; blank is zero.

    Raises:
        ParseError: `cnab_value` for anything else.
    """
    if text.isdigit() and text.isascii():
        return int(text) * CENT
    digits = text.strip()
    if not digits:
        return ZERO
    if not (digits.isascii() and digits.isdigit()):
        message = f"O valor “{shown(digits)}” não é um número do leiaute."
        raise ParseError("cnab_value", message, remedy=REMEDY)
    return int(digits) * CENT


@lru_cache(maxsize=65_536)
def parse_charges(texts: tuple[str, ...]) -> dict[str, Decimal]:
    """What was added or taken off, by the names of `CHARGES`, without the zeros.

    What is no number, or is cut short, says nothing. The answer is shared: copy before changing.
    """
    found = {
        name: parse_cents(text)
        for name, text in zip(CHARGES, texts, strict=True)
        if text.isascii() and text.isdigit()
    }
    return {name: amount for name, amount in found.items() if amount}


def parse_net(text: str) -> dict[str, Decimal]:
    """What reached the account, when the bank tells it beside the amount paid."""
    amount = parse_cents(text) if text.isascii() and text.isdigit() else ZERO
    return {"net": amount} if amount else {}


@lru_cache(maxsize=8192)
def parse_day(text: str) -> date | None:
    """`DDMMAAAA` or `DDMMAA`; None for blanks and zeros.

    Raises:
        ParseError: `cnab_date` when the day does not exist.
    """
    digits = text.strip()
    if not digits.strip("0"):
        return None
    if digits.isascii() and digits.isdigit() and len(digits) in (6, 8):
        year = int(digits[4:])
        if len(digits) == 6:
            year += 1900 if year >= CENTURY else 2000
        with suppress(ValueError):
            if year in YEARS:
                return date(year, int(digits[2:4]), int(digits[:2]))
    message = f"A data “{shown(digits)}” não existe."
    raise ParseError("cnab_date", message, remedy=REMEDY)


@lru_cache(maxsize=8192)
def parse_due(text: str) -> date | None:
    """As `parse_day`, but a due day that does not exist is none: 99999999 says “à vista”."""
    try:
        return parse_day(text)
    except ParseError:
        return None


def parse_label(text: str) -> str:
    """A text or number that only names something; nothing but zeros names nothing."""
    bare = text.strip()
    return bare if bare[:1] != "0" or bare.strip("0") else ""


parse_name = lru_cache(maxsize=8192)(parse_label)  # payers come again, numbers do not


@lru_cache(maxsize=65_536)
def parse_tax_id(text: str) -> str:
    """CNPJ or CPF of the payer, without mask; empty unless its check digits are right.

    The first of sixteen positions tells which: 1 CPF, 2 CNPJ (FEBRABAN G005); only it can part
    CPF 000.000.001-91 from CNPJ 00.000.000/0001-91.
    """
    kind, number = text[:1], text[1:].strip().upper()
    if not number.strip("0"):
        return ""
    company, person = number[-14:].rjust(14, "0"), number[-11:].rjust(11, "0")
    is_person = not number[:-11].strip("0") and is_cpf(person)
    if is_person and kind != "2":
        return person
    return company if is_cnpj(company) else ""


def cutter(fields: Fields, names: tuple[str, ...]) -> Cut:
    """What cuts a line into these fields; a field that the table does not hold comes out empty."""
    spans = [fields.get(name, NOWHERE) for name in names]
    cut: Cut = itemgetter(*(slice(max(start - 1, 0), end) for start, end in spans))
    return cut


def piece(line: str, span: Span) -> str:
    """One piece of a line, by its positions in the manual; `(0, 0)` is nowhere."""
    start, end = span
    return line[start - 1 : end] if start else ""


def number_of(line: str, span: Span) -> int | None:
    """A count or a sum as it is written; None when the bank left it blank."""
    digits = piece(line, span).strip()
    return int(digits) if digits.isascii() and digits.isdigit() else None


def account_name(
    bank: str, line: str, branch: tuple[Span, Span], account: tuple[Span, Span]
) -> str:
    """Bank, branch and account as people write them: no padding, check digit behind a dash."""
    parts = [bank]
    for span, digit_span in (branch, account):
        digits, digit = piece(line, span).strip().lstrip("0"), piece(line, digit_span).strip()
        if digits:
            parts.append(f"{digits}-{digit}" if digit else digits)
    return "/".join(parts)
