"""The typed line of a boleto tells amount and due date when all its check digits fit."""

from datetime import date
from decimal import Decimal

import pytest

from ingestion.parsers.boleto import (
    COLLECTION_BLOCK,
    due_date,
    find_boletos,
    modulo_10,
    modulo_11,
)

TODAY = date(2026, 11, 21)


def bank_line(factor: str = "1600", cents: str = "0000030000", free: str = "7" * 25) -> str:
    """A typed line of bank 341 with right check digits."""
    fields = [f"3419{free[:5]}", free[5:15], free[15:]]
    digits = f"3419{factor}{cents}{free}"
    weighted = sum(int(d) * (2 + n % 8) for n, d in enumerate(reversed(digits)))
    general = 11 - weighted % 11
    typed = "".join(field + modulo_10(field) for field in fields)
    return f"{typed}{general if general < 10 else 1}{factor}{cents}"


def collection_line(kind: str = "6") -> str:
    """A typed line of a collection of R$ 98,76 with right check digits."""
    digit = modulo_10 if kind in "67" else modulo_11
    rest = f"82{kind}", f"{9876:011d}" + "1234" + "5" * 25
    code = rest[0] + digit("".join(rest)) + rest[1]
    blocks = [code[place : place + COLLECTION_BLOCK - 1] for place in range(0, 44, 11)]
    return "".join(block + digit(block) for block in blocks)


def printed(line: str) -> str:
    """As a boleto shows it, in fields with dots."""
    fields = (line[:5], ".", line[5:10], " ", line[10:15], ".", line[15:21], " ", line[21:26], ".")
    return "".join((*fields, line[26:32], " ", line[32], " ", line[33:]))


@pytest.mark.parametrize("factor", ["1600", "9999", "1000"])
def test_a_bank_line_tells_amount_and_due_date(factor: str) -> None:
    line = bank_line(factor)
    (plain,) = find_boletos(f"Banco\n{line}\nfim", today=TODAY)
    (spaced,) = find_boletos(f"341-7 {printed(line)}", today=TODAY)

    assert plain == spaced
    assert (plain.line, plain.amount) == (line, Decimal("300.00"))
    assert plain.due_on == due_date(int(factor), TODAY)


def test_the_factor_starts_anew_in_2025() -> None:
    assert due_date(1000, date(2025, 3, 1)) == date(2025, 2, 22)
    assert due_date(9999, date(2025, 3, 1)) == date(2025, 2, 21)
    assert due_date(1000, date(2001, 1, 1)) == date(2000, 7, 3)
    assert due_date(1638, TODAY) == date(2026, 11, 22)


def test_a_line_without_due_date_or_amount_says_so() -> None:
    (boleto,) = find_boletos(bank_line("0000", "0" * 10), today=TODAY)

    assert (boleto.amount, boleto.due_on) == (None, None)


@pytest.mark.parametrize("place", [9, 20, 31, 32, 40])
def test_one_wrong_digit_makes_it_another_number(place: int) -> None:
    line = bank_line()
    wrong = line[:place] + str((int(line[place]) + 1) % 10) + line[place + 1 :]

    assert list(find_boletos(wrong, today=TODAY)) == []


@pytest.mark.parametrize(("kind", "amount"), [("6", "98.76"), ("8", "98.76"), ("7", None)])
def test_a_collection_tells_its_amount_when_it_is_in_reais(kind: str, amount: str | None) -> None:
    line = collection_line(kind)
    dashed = " ".join(f"{line[n : n + 11]}-{line[n + 11]}" for n in range(0, 48, 12))
    (plain,) = find_boletos(line, today=TODAY)

    assert list(find_boletos(dashed, today=TODAY)) == [plain]
    assert plain.amount == (Decimal(amount) if amount else None)
    assert plain.due_on is None


@pytest.mark.parametrize("kind", ["6", "9"])
def test_a_collection_with_a_wrong_digit_is_none(kind: str) -> None:
    line = collection_line(kind)

    assert (
        list(find_boletos(line[:11] + str((int(line[11]) + 1) % 10) + line[12:], today=TODAY)) == []
    )
