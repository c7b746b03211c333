"""Days on which banks open, against calendars that FEBRABAN published."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciliacontag.bank_days import bank_days_after, is_bank_day, next_bank_day


@pytest.mark.parametrize(
    "closed",
    [
        date(2026, 1, 1),
        date(2026, 2, 16),  # carnival, Monday
        date(2026, 2, 17),
        date(2026, 4, 3),  # Good Friday
        date(2026, 4, 21),
        date(2026, 5, 1),
        date(2026, 6, 4),  # Corpus Christi
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 2),
        date(2026, 11, 20),  # national since 2024
        date(2026, 12, 25),
        date(2026, 12, 31),
        date(2026, 10, 31),  # a Saturday
    ],
)
def test_banks_are_closed(closed: date) -> None:
    assert not is_bank_day(closed)


@pytest.mark.parametrize(
    "opened",
    [date(2026, 2, 18), date(2026, 12, 24), date(2026, 10, 28), date(2023, 11, 20)],
)
def test_short_and_merely_optional_days_are_bank_days(opened: date) -> None:
    assert is_bank_day(opened)


@pytest.mark.parametrize(
    ("due", "paid"),
    [
        (date(2026, 10, 15), date(2026, 10, 15)),
        (date(2026, 2, 14), date(2026, 2, 18)),  # Saturday before carnival
        (date(2026, 12, 31), date(2027, 1, 4)),
        (date(2022, 12, 30), date(2023, 1, 2)),  # the 31st was a Saturday: the 30th is closed
        (date(2023, 12, 29), date(2024, 1, 2)),
    ],
)
def test_a_due_date_slides_to_the_next_bank_day(due: date, paid: date) -> None:
    assert next_bank_day(due) == paid


def test_settlement_days_count_bank_days_only() -> None:
    assert bank_days_after(date(2026, 10, 9), 1) == date(2026, 10, 13)
    assert bank_days_after(date(2026, 10, 10), 0) == date(2026, 10, 13)


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2015, 1, 1), date(2035, 12, 31)))
def test_no_wait_is_longer_than_the_longest_holiday(day: date) -> None:
    found = next_bank_day(day)

    assert is_bank_day(found)
    assert day <= found <= day + timedelta(days=5)
