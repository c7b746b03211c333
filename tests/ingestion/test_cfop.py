"""CFOP in words, and the CFOP of entry for each kind of purchase."""

import pytest

from ingestion.cfop import CHOICES, PURCHASES, booked_under, explain


def test_a_code_is_told_in_three_parts() -> None:
    assert str(explain("1556")) == (
        "entrada do mesmo estado / ativo imobilizado, uso e consumo / uso e consumo"
    )
    assert str(explain("6102")) == "saída para outro estado / compra ou venda / finalidade 02"


def test_a_digit_nobody_knows_is_said_so() -> None:
    meaning = explain("4702")
    assert meaning is not None
    assert (meaning.origin, meaning.group) == ("desconhecida", "desconhecida")


@pytest.mark.parametrize("wrong", ["", "155", "15566", "1a56", "５１０２"])
def test_what_has_not_four_digits_is_no_code(wrong: str) -> None:
    assert explain(wrong) is None


@pytest.mark.parametrize("operation", list(PURCHASES))
def test_the_state_decides_the_first_digit(operation: str) -> None:
    near, far = booked_under(operation, same_state=True), booked_under(operation, same_state=False)
    assert (near[0], far[0], near[1:]) == ("1", "2", far[1:])
    assert {near, far} <= set(CHOICES)


def test_no_operation_has_no_code() -> None:
    assert booked_under("", same_state=True) == ""
