"""A condition made ready to be asked of many pairs, its types checked clause by clause."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Context as DecimalContext
from decimal import DivisionByZero, InvalidOperation, Overflow
from typing import Any, Protocol

from rule_engine import Context, DataType, Rule
from rule_engine.errors import ArithmeticError as NoResult
from rule_engine.errors import EngineError, RuleSyntaxError, SyntaxError

from reconciliation.rules.answering import Answer, quick
from reconciliation.rules.grammar import ABOUT_LINE, NAMES
from reconciliation.rules.refusals import ConditionRefused
from reconciliation.rules.tokens import CLOSING, OPENING, Token, folded, read_tokens


class Facts(Protocol):
    """Answers by name, as `NAMES` lists them."""

    def __getitem__(self, name: str, /) -> Any: ...


TYPES = {
    "text": DataType.STRING,
    "number": DataType.FLOAT,
    "date": DataType.DATETIME,
    "yes_no": DataType.BOOLEAN,
}
WORDS = {
    "STRING": "texto",
    "FLOAT": "número",
    "DATETIME": "data",
    "BOOLEAN": "sim ou não",
    "TIMEDELTA": "intervalo de dias (para dias, há pair_days_late)",
}
RESOLVED = {name: TYPES[known.kind] for name, known in NAMES.items()}
EXACT = DecimalContext(prec=28, traps=[DivisionByZero, InvalidOperation, Overflow])


@dataclass(frozen=True, slots=True)
class Condition:
    """What a rule asks."""

    answer: Answer
    names: frozenset[str]
    is_about_line: bool  # it asks about the bank line alone: it holds with or without a document

    def holds(self, facts: Facts) -> bool:
        """
        Raises:
            EngineError, ArithmeticError: it cannot be answered for these facts (division by zero).
        """
        return bool(self.answer(facts))


def read_condition(text: str) -> Condition:
    """Check a condition and make it ready.

    Raises:
        ConditionRefused: with the character where it shows.
    """
    tokens = read_tokens(text)
    plain = folded(text, tokens)
    try:
        rule = _compiled(plain, 0)
    except ConditionRefused as refusal:
        if refusal.offset == 0:  # the clause says where, the whole does not
            _check_clauses(plain, tokens)
        raise
    _check_clauses(plain, tokens)
    names = frozenset(token.text for token in tokens if token.text in NAMES)
    if not names:
        raise ConditionRefused(
            "condition_asks_nothing", "a condição não pergunta nada sobre o lançamento ou a nota", 0
        )
    is_about_line = all(name.startswith(ABOUT_LINE) for name in names)
    return Condition(quick(rule.statement.expression, EXACT), names, is_about_line)


def read_expression(text: str) -> Any:
    """The tree of a condition as it is written, capitals and accents of its texts included.

    Raises:
        ConditionRefused: as `read_condition`.
    """
    read_condition(text)
    return _compiled(text, 0).statement.expression


def _resolve(facts: Facts, name: str) -> Any:
    return facts[name]


def _compiled(text: str, start: int, length: int = 0) -> Rule:
    context = Context(
        resolver=_resolve, type_resolver=RESOLVED, default_timezone="utc", decimal_context=EXACT
    )
    try:
        return Rule(text, context)
    except RuleSyntaxError as refusal:
        place = refusal.token.lexpos if refusal.token else length or len(text)
        message = "falta algo no fim da condição" if not refusal.token else _odd(refusal)
        raise ConditionRefused("condition_malformed", message, start + place) from refusal
    except SyntaxError as refusal:
        message = "há um valor malformado (data, número ou texto)"
        raise ConditionRefused("condition_malformed", message, start) from refusal
    except (NoResult, ArithmeticError) as refusal:
        message = "a conta não tem resultado (divisão por zero?)"
        raise ConditionRefused("condition_no_result", message, start) from refusal
    except (EngineError, RecursionError) as refusal:
        message = "os dois lados não combinam: um é texto e o outro, número ou data"
        raise ConditionRefused("condition_mixed_types", message, start) from refusal


def _odd(refusal: RuleSyntaxError) -> str:
    return f"“{refusal.token.value}” não se entende aqui"


def _clauses(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The questions between `and`, `or` and `not`, through the brackets that only group them."""
    begin = depth = 0
    for place, token in enumerate(tokens):
        depth += (token.kind in OPENING) - (token.kind in CLOSING)
        if depth == 0 and token.kind in {"AND", "OR"}:
            yield from _inside(tokens[begin:place])
            begin = place + 1
    yield from _inside(tokens[begin:])


def _inside(part: Sequence[Token]) -> Iterator[Sequence[Token]]:
    while part and part[0].kind == "NOT":
        part = part[1:]
    is_group = bool(part) and part[0].kind == "LPAREN" and _closing(part) == len(part) - 1
    if is_group and any(token.kind in {"AND", "OR", "NOT"} for token in part):
        yield from _clauses(part[1:-1])
    elif part:
        yield part


def _closing(part: Sequence[Token]) -> int:
    """Where the first bracket of a part is closed."""
    depth = 0
    for place, token in enumerate(part):
        depth += (token.kind in OPENING) - (token.kind in CLOSING)
        if depth == 0:
            return place
    return -1


def _check_clauses(text: str, tokens: Sequence[Token]) -> None:
    for clause in _clauses(tokens):
        _check_clause(text, clause)


def _check_clause(text: str, clause: Sequence[Token]) -> None:
    """One question has one kind of value on both sides, and its answer is yes or no."""
    start, last = clause[0].start, clause[-1]
    rule = _compiled(text[start : last.start + len(last.text)], start)
    asked = rule.statement.expression
    left, right = getattr(asked, "left", None), getattr(asked, "right", None)
    if left is not None and right is not None:
        kinds = [_word(side.result_type) for side in (left, right)]
        if all(kinds) and kinds[0] != kinds[1]:
            message = f"compara {kinds[0]} com {kinds[1]}"
            raise ConditionRefused("condition_mixed_types", message, start)
    if asked.result_type not in (DataType.BOOLEAN, DataType.UNDEFINED):
        word = _word(asked.result_type) or "um valor"
        message = f"isto é {word}, não uma pergunta de sim ou não; compare com algo"
        raise ConditionRefused("condition_no_question", message, start)


def _word(kind: Any) -> str:
    return WORDS.get(getattr(kind, "name", ""), "")
