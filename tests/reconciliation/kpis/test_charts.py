"""Drawings keep the proportions of their values, and a part's time is limited."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection

from reconciliation.kpis.charts import ROOM, Bar, columns, lines, share, told_rate
from reconciliation.kpis.parts import Planned, compute, once
from reconciliation.kpis.percentiles import Percentile


def bar(value: str) -> Bar:
    return Bar(value, Decimal(value), value)


def test_columns_keep_their_proportion() -> None:
    low, high = columns("Valor", [bar("50"), bar("100")], of="Mês", said="Valor").columns

    assert high.height == 2 * low.height == ROOM
    assert (low.middle, high.middle) == ("25.00%", "75.00%")
    assert low.y + low.height == high.y + high.height


def test_little_is_drawn_and_nothing_is_not() -> None:
    values = [bar("0"), bar("0.01"), bar("9999")]

    assert [one.height for one in columns("V", values, of="M", said="V").columns] == [0, 2, ROOM]


@pytest.mark.parametrize("values", [[], [bar("0")], [bar("0"), bar("0")]])
def test_nothing_divides_by_nothing(values: list[Bar]) -> None:
    assert all(not one.height for one in columns("V", values, of="M", said="V").columns)
    assert all(one.width == "0.00%" for one in lines("V", values, of="E", said="V").lines)


def test_more_than_a_full_column_is_a_full_column() -> None:
    drawn = columns("V", [bar("130")], of="M", said="V", most=Decimal(100)).columns

    assert drawn[0].height == ROOM


def test_many_columns_are_named_now_and_then_the_last_one_always() -> None:
    chart = columns("V", [bar(str(day)) for day in range(30)], of="Dia", said="V")
    named = [one.bar.name for one in chart.columns if one.is_named]

    assert named[-1] == "29"
    assert len(named) == 6
    assert not chart.shows_values


def test_the_longest_lines_come_first_and_no_more_than_fit() -> None:
    chart = lines("V", [bar(str(value)) for value in range(1, 12)], of="E", said="V")

    assert [one.bar.name for one in chart.lines] == ["11", "10", "9", "8", "7", "6", "5", "4"]
    assert (chart.lines[0].width, chart.lines[-1].width) == ("100.00%", "36.36%")


def test_a_share_of_nothing_is_none() -> None:
    assert (share(0, 0), share(0, 3), share(1, 3)) == (None, Decimal(0), Decimal("33.33"))


def test_a_percentile_is_a_share() -> None:
    with pytest.raises(ValueError, match="95"):
        Percentile("span", share=95)


def test_all_but_one_are_not_all() -> None:
    assert told_rate(share(99_999, 100_000)) == "99,9%"
    assert (told_rate(share(7, 7)), told_rate(share(0, 0))) == ("100,0%", "—")


@pytest.mark.django_db
def test_what_takes_too_long_is_given_up_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reconciliation.kpis.parts.MOST_SECONDS", 0.1)

    def sleep() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        return "slept"

    parts = compute([Planned("a", "A", sleep), Planned("b", "B", lambda: "done")])

    assert parts["a"].is_missing
    assert parts["b"].value == "done"
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != ("100ms",)


@pytest.mark.django_db
def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        compute([Planned("a", "A", lambda: 1 // 0)])


def test_what_several_parts_share_is_tried_once() -> None:
    tried = []

    def work() -> str:
        tried.append("x")
        raise DatabaseError("gone")

    shared = once(work)
    for _ in range(3):
        with pytest.raises(DatabaseError):
            shared()

    assert tried == ["x"]
