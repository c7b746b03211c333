"""Expressions of people end quickly, or are refused."""

import re
from time import perf_counter

import pytest

from audits.expressions import fault_of
from audits.shipped import SHIPPED


@pytest.mark.parametrize(
    "expression",
    [
        "q[0-9]{1,3}", "matricula[0-9]*", "valor|valor_pago", r"[0-9]{2}/[0-9]{4}", ".{1,200}",
        "(ab)*", r"\(a+\)", "(a{1,9}b)?", "[(*+]{1,5}", "-?[0-9]+,[0-9]{2}", "(?:sim|não)",
    ],
)  # fmt: skip
def test_usual_expressions_serve(expression: str) -> None:
    assert fault_of(expression) == ""


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("(a+)+b", "repete uma repetição"),
        ("(?:a|aa)*b", "repete uma repetição ou uma escolha"),
        ("((a+))+b", "repete uma repetição"),
        ("(a?a)*b", "repete uma repetição"),
        ("(a?){30}a{30}", "repete uma repetição"),
        ("a*a*a*b", "mais de 2 repetições longas"),
        (".{0,90}.{0,90}.{0,90}x", "mais de 2 repetições longas"),
        ("a?" * 11, "mais de 10 repetições"),
        ("(?i)a", "só grupos simples"),
        ("(?=a)a", "só grupos simples"),
        ("(", "não é uma expressão regular (veja o caractere 1)"),
        ("a" * 201, "mais de 200 caracteres"),
    ],
)
def test_what_may_not_end_is_refused(expression: str, why: str) -> None:
    assert why in fault_of(expression)


@pytest.mark.parametrize("expression", [r".*a.*\d", r"\w+\s*x", "(?:ab)*c", "a?" * 10 + "b"])
def test_what_serves_ends_quickly_on_the_longest_cell(expression: str) -> None:
    assert fault_of(expression) == ""
    for cell in ("a" * 512, "ab" * 256, "1" * 512):
        start = perf_counter()
        re.fullmatch(expression, cell)
        assert perf_counter() - start < 0.5


def test_the_shipped_expressions_end_quickly_too() -> None:
    for definition in SHIPPED.values():
        for rule in definition.fields:
            start = perf_counter()
            re.fullmatch(rule.pattern, "1" * 511 + "x")
            assert perf_counter() - start < 0.5


@pytest.mark.parametrize("expression", ["q\x00[0-9]", "q\ud800", "q\n"])
def test_what_no_database_keeps_and_nobody_sees_is_refused(expression: str) -> None:
    assert fault_of(expression) == "tem caracteres invisíveis"
