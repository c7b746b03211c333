"""Reversals and repeated imports are left out; two real payments alike are not."""

from collections.abc import Mapping

from reconciliation.engine.columns import read_lines
from reconciliation.engine.noise import set_aside
from tests.data.engine_tables import DAY, lines


def aside(*rows: Mapping[str, object]) -> dict[int, str]:
    return dict(set_aside(read_lines(lines(*map(dict, rows)))).rows())


def test_a_reversal_goes_with_the_first_movement_it_takes_back() -> None:
    found = aside(
        {"memo": "PIX RECEBIDO ANA 88123", "day": DAY - 3},
        {"memo": "ESTORNO PIX RECEBIDO ANA 88123", "day": DAY - 2, "receivable": False},
        {"memo": "PIX RECEBIDO ANA 88123", "day": DAY},
    )

    assert found == {0: "reversed", 1: "reversed"}


def test_a_later_movement_of_the_other_side_is_no_reversal() -> None:
    found = aside(
        {"memo": "PIX RECEBIDO ANA", "day": DAY - 30},
        {"memo": "ESTORNO PIX RECEBIDO ANA", "receivable": False},
    )

    assert found == {}


def test_a_movement_imported_again_is_left_out_and_the_identified_one_stays() -> None:
    found = aside(
        {"memo": "LIQ COBRANCA 550123"},
        {"memo": "LIQ COBRANCA 550123", "our_number": "109/00012"},
    )

    assert found == {0: "repeated"}


def test_alike_without_a_number_of_their_own_may_both_be_real() -> None:
    twice = {"memo": "PIX RECEBIDO NF 12345 11.222.333/0001-81"}

    assert aside(twice, twice) == {}
