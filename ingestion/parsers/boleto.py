"""The typed line of a boleto (linha digitável): amount and due date, proved by its check digits.

Sources: FEBRABAN, "Layout padrão de arrecadação/recebimento com utilização do código de barras",
version 7, for the 48 digits of collections; Carta-Circular BCB 2.926/2000 and its annexes for the
47 digits of a bank's boleto; FEBRABAN communication FB-009/2023 on the factor that starts anew on
2025-02-22.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

FIRST_CYCLE = date(1997, 10, 7)  # factor 0
SECOND_CYCLE = date(2025, 2, 22) - timedelta(days=1000)  # factor 1000 is 2025-02-22
SMALLEST_FACTOR = 1000
BANK_FIELDS = ((0, 9), (10, 20), (21, 31))  # each is followed by its check digit
COLLECTION_BLOCK = 12
MODULO_10, MODULO_11 = "67", "89"  # third digit of a collection: which check digits it uses
IN_REAIS = "68"  # third digit of a collection: the amount is in reais

_BANK = re.compile(
    r"(?<!\d)(\d{5})\.?(\d{5})\s*(\d{5})\.?(\d{6})\s*(\d{5})\.?(\d{6})\s*(\d)\s*(\d{14})(?!\d)"
)
_COLLECTION = re.compile(r"(?<!\d)(8\d{10})[\s-]*(\d)" + r"\s*(\d{11})[\s-]*(\d)" * 3 + r"(?!\d)")


@dataclass(frozen=True, slots=True)
class Boleto:
    """A typed line whose check digits fit. `amount` and `due_on` are None when it tells none."""

    line: str  # 47 or 48 digits
    amount: Decimal | None
    due_on: date | None


def find_boletos(text: str, *, today: date) -> Iterator[Boleto]:
    """Every right typed line of a text; a due date that fits two cycles is the one near `today`."""
    for found in _BANK.finditer(text):
        line = "".join(found.groups())
        if is_bank_line(line):
            amount = Decimal(line[37:]) / 100
            yield Boleto(line, amount or None, due_date(int(line[33:37]), today))
    for found in _COLLECTION.finditer(text):
        line = "".join(found.groups())
        if is_collection_line(line):
            yield Boleto(line, _collection_amount(line), None)


def is_bank_line(line: str) -> bool:
    """The three check digits modulo 10 of the fields, and the general one over the bar code."""
    if any(modulo_10(line[start:end]) != line[end] for start, end in BANK_FIELDS):
        return False
    code = line[:4] + line[33:] + line[4:9] + line[10:20] + line[21:31]
    return line[32] == _general(code)


def is_collection_line(line: str) -> bool:
    """The check digits of the four blocks, and the general one at place 4 of the bar code."""
    if line[2] not in MODULO_10 + MODULO_11:
        return False
    digit = modulo_10 if line[2] in MODULO_10 else modulo_11
    blocks = [line[place : place + COLLECTION_BLOCK] for place in range(0, 48, COLLECTION_BLOCK)]
    code = "".join(block[:-1] for block in blocks)
    return code[3] == digit(code[:3] + code[4:]) and all(
        block[-1] == digit(block[:-1]) for block in blocks
    )


def due_date(factor: int, today: date) -> date | None:
    """The day of a due-date factor; 0 to 999 tell none."""
    if factor < SMALLEST_FACTOR:
        return None
    days = (FIRST_CYCLE + timedelta(days=factor), SECOND_CYCLE + timedelta(days=factor))
    return min(days, key=lambda day: abs(day - today))


def modulo_10(digits: str) -> str:
    """Weights 2 and 1 from the right, the digits of each product summed."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        product = int(digit) * (2 - place % 2)
        total += product // 10 + product % 10
    return str(-total % 10)


def modulo_11(digits: str) -> str:
    """Weights 2 to 9 from the right; remainders 0 and 1 give 0 (collections)."""
    remainder = _weighted(digits) % 11
    return "0" if remainder < 2 else str(11 - remainder)


def _general(digits: str) -> str:
    """As `modulo_11`, but a bank's bar code has no digit 0: 0, 10 and 11 become 1."""
    digit = 11 - _weighted(digits) % 11
    return str(digit) if digit < 10 else "1"


def _weighted(digits: str) -> int:
    return sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(digits)))


def _collection_amount(line: str) -> Decimal | None:
    code = "".join(line[place : place + COLLECTION_BLOCK - 1] for place in range(0, 48, 12))
    return Decimal(code[4:15]) / 100 or None if line[2] in IN_REAIS else None
