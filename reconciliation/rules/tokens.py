"""The words of a condition, and which of them may be used.

The expression language can also call functions, build lists, raise to powers and search with
regular expressions. Each of these can keep a machine busy for years, some already while the text is
read, so that only words that end in time proportional to the text come through.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from rule_engine import Rule
from rule_engine.errors import RuleSyntaxError

from conciliacontag.brazil import fold
from reconciliation.rules.grammar import LONGEST_CONDITION, NAMES
from reconciliation.rules.refusals import ConditionRefused

MOST_TOKENS = 200
DEEPEST = 20

CALLS = frozenset({"starts_with", "ends_with"})
PARTS = frozenset({"day", "month", "year", "length", "is_empty"})
ALLOWED = frozenset({"AND", "OR", "NOT", "IN", "EQ", "NE", "GT", "GE", "LT", "LE"})
ALLOWED |= {"ADD", "SUB", "MUL", "TDIV", "ATTR", "LPAREN", "RPAREN", "LBRACKET", "RBRACKET"}
ALLOWED |= {"COMMA", "SYMBOL", "STRING", "FLOAT", "DATETIME", "TRUE", "FALSE"}
OPENING, CLOSING = frozenset({"LPAREN", "LBRACKET"}), frozenset({"RPAREN", "RBRACKET"})


class Token(NamedTuple):
    kind: str
    text: str
    start: int


def read_tokens(text: str) -> list[Token]:
    """The words of a condition, each of them one that may be used.

    Raises:
        ConditionRefused: too long, too deep, a word that is not known or not accepted.
    """
    if not text.strip():
        raise ConditionRefused("condition_empty", "a condição está vazia", 0)
    if len(text) > LONGEST_CONDITION:
        message = f"a condição tem {len(text)} caracteres; cabem {LONGEST_CONDITION}"
        raise ConditionRefused("condition_too_long", message, LONGEST_CONDITION)
    for place, char in enumerate(text):
        if not char.isprintable() and char not in "\n\t":
            message = "há um caractere invisível ou proibido; apague-o ou troque-o por um espaço"
            raise ConditionRefused("condition_malformed", message, place)
    tokens = list(_lexed(text))
    if len(tokens) > MOST_TOKENS:
        message = f"a condição tem {len(tokens)} palavras e sinais; cabem {MOST_TOKENS}"
        raise ConditionRefused("condition_too_long", message, tokens[MOST_TOKENS].start)
    for place, token in enumerate(tokens):
        _check(tokens, place, token)
    _check_depth(tokens)
    return tokens


def _lexed(text: str) -> Iterator[Token]:
    lexer = Rule.parser._lexer.clone()
    lexer.input(text)
    end = 0
    while True:
        try:
            token = lexer.token()
        except RuleSyntaxError as refusal:
            start = refusal.token.lexpos if refusal.token else end
            raise ConditionRefused("condition_malformed", _stray(text, start), start) from refusal
        if token is None:
            return
        end = lexer.lexpos
        yield Token(token.type, text[token.lexpos : end], token.lexpos)


def _stray(text: str, start: int) -> str:
    if text[start] in "\"'":
        return "o texto entre aspas não foi fechado"
    return f"“{text[start : start + 10].split()[0]}” não se entende aqui"


def _check(tokens: Sequence[Token], place: int, token: Token) -> None:
    before = tokens[place - 1] if place else Token("", "", 0)
    if token.kind not in ALLOWED or token.text.startswith(("$", "r'", 'r"')):
        raise ConditionRefused("condition_not_accepted", _not_accepted(token), token.start)
    if token.kind == "SYMBOL" and before.kind == "ATTR":
        if token.text not in CALLS | PARTS:
            message = f"“.{token.text}” não existe; há {_listed(CALLS | PARTS)}"
            raise ConditionRefused("condition_unknown_part", message, token.start)
    elif token.kind == "SYMBOL" and token.text not in NAMES:
        raise ConditionRefused("condition_unknown_name", unknown_name(token.text), token.start)
    if token.kind == "DATETIME" and not _is_day(token.text):
        message = f'{token.text[:30]} não é um dia; uma data se escreve d"2026-10-31"'
        raise ConditionRefused("condition_malformed", message, token.start)
    if token.kind == "STRING":
        _check_text(token)
    if token.kind == "LPAREN" and _is_call(before):
        message = f"“{before.text}(…)” não se aceita; há .starts_with e .ends_with"
        raise ConditionRefused("condition_not_accepted", message, before.start)


def _is_day(text: str) -> bool:
    """Hours and zones are refused: a bank line has a day, and would never be equal to them."""
    try:
        return len(text) == len('d"2026-10-31"') and bool(date.fromisoformat(text[2:-1]))
    except ValueError:
        return False


def _check_text(token: Token) -> None:
    """Refuse what no fact can be equal to: facts have no escapes, ligatures, or blanks in a row."""
    for place, char in enumerate(token.text):
        before, after = token.text[place - 1 : place], token.text[place + 1 : place + 2]
        if char == "\\" and before != "\\" and after not in ("\\", '"', "'"):
            message = "a barra invertida não se aceita em textos"
        elif char.isspace() and (char != " " or before == " "):
            message = "os textos que se comparam têm um espaço só entre as palavras: deixe um"
        elif len(fold(char)) > 1:
            message = f"“{char}” se compara como “{fold(char)}”: escreva assim"
        else:
            continue
        raise ConditionRefused("condition_malformed", message, token.start + place)


def _is_call(before: Token) -> bool:
    """A bracket right after a value calls it; only two harmless functions may be called."""
    return before.kind in {"SYMBOL", "RPAREN", "RBRACKET", "STRING"} and before.text not in CALLS


def _not_accepted(token: Token) -> str:
    if token.kind.endswith(("FZM", "FZS")):
        return 'expressões regulares não se aceitam; use "TEXTO" in transaction_memo'
    return f"“{token.text}” não se aceita em regras"


def _listed(words: frozenset[str]) -> str:
    return ", ".join(f".{word}" for word in sorted(words))


def unknown_name(name: str) -> str:
    """The sentence about a name that does not exist, with the nearest that does."""
    end = name.rpartition("_")[2]
    near = [known for known in NAMES if end and known.endswith(end)]
    asked = f" (talvez {' ou '.join(near[:3])})" if near else "; veja a lista de nomes"
    return f"o nome “{name[:60]}” não existe{asked}"


def _check_depth(tokens: Sequence[Token]) -> None:
    depth = chained = 0
    for token in tokens:
        depth += (token.kind in OPENING) - (token.kind in CLOSING)
        chained = chained + 1 if token.kind in {"NOT", "SUB"} else 0
        if depth > DEEPEST or chained > DEEPEST:
            message = f"a condição tem mais de {DEEPEST} níveis de parênteses ou negações"
            raise ConditionRefused("condition_too_deep", message, token.start)


def folded(text: str, tokens: Sequence[Token]) -> str:
    """The condition with its texts in upper case and without accents, as the facts are.

    Every character keeps its place, so that what is wrong is found where it was written.
    """
    result = list(text)
    for token in tokens:
        if token.kind == "STRING":
            for place in range(token.start, token.start + len(token.text)):
                plain = fold(text[place])
                result[place] = plain if len(plain) == 1 else text[place]
    return "".join(result)
