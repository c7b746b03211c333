"""Conditions answered quickly: the usual questions as plain functions, the others as read.

The expression language checks every value's type at every step, of which hundreds of thousands of
pairs times some rules make minutes. Types were checked when the condition was read: here what asks
of one known type becomes a bare comparison, and all else is left to the language.
"""

import operator
from collections.abc import Callable
from decimal import Context, localcontext
from typing import Any

from rule_engine import DataType
from rule_engine.ast import (
    ArithmeticComparisonExpression,
    BooleanExpression,
    ComparisonExpression,
    ContainsExpression,
    DatetimeExpression,
    FloatExpression,
    LogicExpression,
    StringExpression,
    SymbolExpression,
    UnaryExpression,
)

Answer = Callable[[Any], Any]
KNOWN = (DataType.STRING, DataType.FLOAT, DataType.DATETIME, DataType.BOOLEAN)
LITERALS = (BooleanExpression, DatetimeExpression, FloatExpression, StringExpression)


def quick(asked: Any, exact: Context) -> Answer:
    """What a checked expression answers for some facts; the same as evaluating it.

    Args:
        exact: the context of amounts, for what is left to the language.
    """
    make = MAKERS.get(type(asked))
    made = make(asked, exact) if make else None
    return made or _as_read(asked, exact)


def _as_read(asked: Any, exact: Context) -> Answer:
    def answer(facts: Any) -> Any:
        with localcontext(exact):
            return asked.evaluate(facts)

    return answer


def _symbol(asked: SymbolExpression, _: Context) -> Answer:
    return operator.itemgetter(asked.name)


def _literal(asked: Any, _: Context) -> Answer:
    value = asked.value
    return lambda facts: value


def _logic(asked: LogicExpression, exact: Context) -> Answer:
    left, right = quick(asked.left, exact), quick(asked.right, exact)
    if asked.type == "and":
        return lambda facts: left(facts) and right(facts)
    return lambda facts: left(facts) or right(facts)


def _unary(asked: UnaryExpression, exact: Context) -> Answer | None:
    if asked.type != "not":
        return None
    right = quick(asked.right, exact)
    return lambda facts: not right(facts)


def _comparison(asked: ComparisonExpression, exact: Context) -> Answer | None:
    if asked.left.result_type != asked.right.result_type or asked.left.result_type not in KNOWN:
        return None
    compare = getattr(operator, asked.type)
    left = quick(asked.left, exact)
    if isinstance(asked.right, LITERALS):
        value = asked.right.value
        return lambda facts: compare(left(facts), value)
    right = quick(asked.right, exact)
    return lambda facts: compare(left(facts), right(facts))


def _contains(asked: ContainsExpression, exact: Context) -> Answer | None:
    texts = (asked.container.result_type, asked.member.result_type)
    if texts != (DataType.STRING, DataType.STRING):
        return None
    container, member = quick(asked.container, exact), quick(asked.member, exact)
    return lambda facts: member(facts) in container(facts)


MAKERS: dict[type, Callable[[Any, Context], Answer | None]] = {
    SymbolExpression: _symbol,
    LogicExpression: _logic,
    UnaryExpression: _unary,
    ComparisonExpression: _comparison,
    ArithmeticComparisonExpression: _comparison,
    ContainsExpression: _contains,
    **dict.fromkeys(LITERALS, _literal),
}
