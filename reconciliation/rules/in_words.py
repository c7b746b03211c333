"""A condition in sentences: what has to hold together, and what only one of has to.

`not` is carried down to each question, so that a person reads “não contém” instead of an inverted
group.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Union

from rule_engine import DataType
from rule_engine.ast import (
    AddExpression,
    ArithmeticComparisonExpression,
    ArithmeticExpression,
    ArrayExpression,
    BooleanExpression,
    ComparisonExpression,
    ContainsExpression,
    DatetimeExpression,
    FloatExpression,
    FunctionCallExpression,
    GetAttributeExpression,
    LogicExpression,
    StringExpression,
    SubtractExpression,
    SymbolExpression,
    UnaryExpression,
)

from conciliacontag.brazil import format_brl, format_date
from reconciliation.rules.conditions import read_expression
from reconciliation.rules.grammar import NAMES

MONEY = frozenset(
    {"transaction_amount", "document_total", "document_payable", "pair_difference"}
)  # fmt: skip
EQUAL = {"eq": ("é", "não é"), "ne": ("não é", "é")}
ORDERS = {
    "gt": ("é maior que", "é no máximo"),
    "ge": ("é pelo menos", "é menor que"),
    "lt": ("é menor que", "é pelo menos"),
    "le": ("é no máximo", "é maior que"),
}
DAYS = {
    "gt": ("é depois de", "é até"),
    "ge": ("é a partir de", "é antes de"),
    "lt": ("é antes de", "é a partir de"),
    "le": ("é até", "é depois de"),
}
CALLS = {
    "starts_with": ("começa com", "não começa com"),
    "ends_with": ("termina com", "não termina com"),
}
PARTS = {"length": "o tamanho", "day": "o dia", "month": "o mês", "year": "o ano"}
SIGNS = {"mul": "×", "tdiv": "÷"}
SUMS = {AddExpression: "+", SubtractExpression: "−"}


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are asked together.

    is_all: every one of them has to hold; otherwise one is enough.
    """

    is_all: bool
    parts: tuple[Union[str, "Group"], ...]


def told_condition(text: str) -> Group:
    """The groups and sentences of a condition.

    Raises:
        ConditionRefused: it is no condition.
    """
    found = _told(read_expression(text), holds=True)
    return found if isinstance(found, Group) else Group(True, (found,))


def _told(asked: Any, *, holds: bool) -> str | Group:
    if isinstance(asked, UnaryExpression) and asked.type == "not":
        return _told(asked.right, holds=not holds)
    if isinstance(asked, LogicExpression):
        is_all = (asked.type == "and") == holds
        sides = (_told(side, holds=holds) for side in (asked.left, asked.right))
        return Group(is_all, tuple(part for side in sides for part in _flat(side, is_all)))
    tell = QUESTIONS.get(type(asked), _statement)
    return tell(asked, holds)


def _flat(side: str | Group, is_all: bool) -> tuple[str | Group, ...]:
    """`a and (b and c)` asks for three things, not for one and a pair."""
    return side.parts if isinstance(side, Group) and side.is_all == is_all else (side,)


def _statement(asked: Any, holds: bool) -> str:
    """A question of one value that is yes or no by itself."""
    if isinstance(asked, SymbolExpression):
        known = NAMES[asked.name]
        return known.noun if holds else known.opposite
    return "sempre vale" if asked.value == holds else "nunca vale"


def _equality(asked: Any, holds: bool) -> str | Group:
    if isinstance(asked.right, BooleanExpression):
        return _told(asked.left, holds=holds == (asked.right.value == (asked.type == "eq")))
    return _compared(asked, EQUAL, holds)


def _order(asked: Any, holds: bool) -> str:
    is_day = any(side.result_type == DataType.DATETIME for side in (asked.left, asked.right))
    return _compared(asked, DAYS if is_day else ORDERS, holds)


def _compared(asked: Any, words: dict[str, tuple[str, str]], holds: bool) -> str:
    verb = words[asked.type][0 if holds else 1]
    is_money = any(name in MONEY for side in (asked.left, asked.right) for name in _names(side))
    left, right = (_value(side, is_money=is_money) for side in (asked.left, asked.right))
    return f"{left} {verb} {right}"


def _contained(asked: Any, holds: bool) -> str:
    if isinstance(asked.container, ArrayExpression):
        is_money = any(name in MONEY for name in _names(asked.member))
        listed = "; ".join(_value(one, is_money=is_money) for one in asked.container.value)
        return f"{_value(asked.member)} {'é' if holds else 'não é'} um destes: {listed}"
    verb = "contém" if holds else "não contém"
    return f"{_value(asked.container)} {verb} {_value(asked.member)}"


def _call(asked: Any, holds: bool) -> str:
    verb = CALLS[asked.function.name][0 if holds else 1]
    return f"{_value(asked.function.object)} {verb} {_value(asked.arguments[0])}"


def _attribute(asked: Any, holds: bool) -> str:
    return f"{_value(asked.object)} {'está' if holds else 'não está'} em branco"


QUESTIONS: dict[type, Callable[[Any, bool], str | Group]] = {
    ComparisonExpression: _equality,
    ArithmeticComparisonExpression: _order,
    ContainsExpression: _contained,
    FunctionCallExpression: _call,
    GetAttributeExpression: _attribute,
}


def _value(one: Any, *, is_money: bool = False) -> str:
    """`o valor do lançamento`, `R$ 938,50`, `“ALUGUEL”`."""
    if isinstance(one, FloatExpression):
        return format_brl(one.value) if is_money and _is_cents(one.value) else _number(one.value)
    if isinstance(one, (ArithmeticExpression, *SUMS)):
        return _sum(one, is_money=is_money)
    if isinstance(one, UnaryExpression) and one.type == "uminus":
        return f"−({_value(one.right)})"
    if isinstance(one, GetAttributeExpression) and one.name in PARTS:
        return f"{PARTS[one.name]} {_of(_value(one.object))}"
    if isinstance(one, SymbolExpression) and not NAMES[one.name].opposite:
        return NAMES[one.name].noun
    say = PLAIN.get(type(one))
    return say(one) if say else f"“{spelled(_told(one, holds=True))}”"


PLAIN: dict[type, Callable[[Any], str]] = {
    StringExpression: lambda one: f"“{one.value}”",
    DatetimeExpression: lambda one: format_date(one.value.date()),
}


def spelled(told: str | Group) -> str:
    """A group in one line, the groups inside it in brackets."""
    if isinstance(told, str):
        return told
    parts = (f"({spelled(one)})" if isinstance(one, Group) else one for one in told.parts)
    return (" e " if told.is_all else " ou ").join(parts)


def _sum(one: Any, *, is_money: bool) -> str:
    is_scaled = isinstance(one, ArithmeticExpression)  # what multiplies an amount is none
    sign = SIGNS[one.type] if is_scaled else SUMS[type(one)]
    sides = [_value(side, is_money=is_money and not is_scaled) for side in (one.left, one.right)]
    nested = [isinstance(side, (ArithmeticExpression, *SUMS)) for side in (one.left, one.right)]
    left, right = (f"({told})" if deep else told for told, deep in zip(sides, nested, strict=True))
    return f"{left} {sign} {right}"


def _number(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",").replace("-", "−")


def _is_cents(value: Decimal) -> bool:
    return value == round(value, 2)


def _of(noun: str) -> str:
    """`do vencimento`, `da parcela`."""
    return f"d{noun}" if noun.startswith(("o ", "a ")) else f"de {noun}"


def _names(one: Any) -> Iterator[str]:
    """The names that stand in a value."""
    if isinstance(one, SymbolExpression):
        yield one.name
    for side in ("left", "right", "object"):
        if hasattr(one, side):
            yield from _names(getattr(one, side))
