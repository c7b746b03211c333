"""Opening plus movements is closing, day by day."""

from datetime import date
from decimal import Decimal

from ingestion.proofs.balances import first_break, prove_days


def day(number: int) -> date:
    return date(2026, 10, number)


def money(text: str) -> Decimal:
    return Decimal(text)


def test_movements_explain_the_next_balance() -> None:
    balances = [(day(1), money("100.00")), (day(3), money("140.00"))]
    moved = {day(2): money("50.00"), day(3): money("-10.00")}

    (span,) = prove_days(balances, moved)
    assert span.is_proved
    assert first_break([span]) is None


def test_the_first_day_that_breaks_is_named() -> None:
    balances = [(day(1), money("100")), (day(2), money("110")), (day(3), money("130"))]
    spans = prove_days(balances, {day(2): money("10"), day(3): money("15")})
    broken = first_break(spans)

    assert broken is not None
    assert (broken.until, broken.difference) == (day(3), money("5"))


def test_a_later_balance_is_judged_by_its_own_days() -> None:
    balances = [(day(1), money("0")), (day(2), money("7")), (day(4), money("9"))]

    assert [s.is_proved for s in prove_days(balances, {day(4): money("2")})] == [False, True]


def test_movements_before_the_first_balance_do_not_count() -> None:
    spans = prove_days(
        [(day(5), money("1")), (day(6), money("1"))], {day(2): money("9"), day(5): money("3")}
    )

    assert spans[0].is_proved


def test_one_balance_proves_nothing() -> None:
    assert prove_days([(day(1), money("5"))], {day(1): money("2")}) == []
