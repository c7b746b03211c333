"""Boletos of a day against their one credit."""

from datetime import date
from decimal import Decimal

from ingestion.proofs.settlements import compare_days

DAY, NEXT = date(2026, 10, 5), date(2026, 10, 6)


def test_equal_days_say_nothing() -> None:
    assert compare_days({DAY: Decimal("10.00")}, {DAY: Decimal("10")}) == []


def test_a_difference_has_its_sign() -> None:
    (found,) = compare_days({DAY: Decimal("1490")}, {DAY: Decimal("1500")})

    assert (found.day, found.difference) == (DAY, Decimal("-10"))


def test_each_side_may_be_missing() -> None:
    found = compare_days({DAY: Decimal(1)}, {NEXT: Decimal(2)})

    assert [(one.boletos, one.credited) for one in found] == [(1, None), (None, 2)]
