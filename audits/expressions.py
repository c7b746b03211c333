"""Regular expressions that people write: only those that end quickly on any text.

Python's engine tries every way to divide a text among repetitions, so a repetition inside another,
or choices that are repeated, can take years on one cell. Many repetitions in a row take minutes.
The rule is stricter than need be; what is refused can be said in a simpler way.
"""

import re

LONGEST = 200
MOST_LONG = 2  # repetitions of ten or more
MOST_REPETITIONS = 10

_LITERAL = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_INNERMOST = re.compile(r"\((?:\?:)?([^()]*)\)([*+?]|\{[0-9,]+\})?")
_LONG = re.compile(r"[*+]|\{\d*,(?:\d{2,})?\}")
_ANY = re.compile(r"[*+?]|\{\d*,\d*\}")
_EXACT = re.compile(r"\{\d+\}")


def fault_of(expression: str) -> str:
    """Why an expression cannot be used, in Portuguese; "" when it can."""
    if len(expression) > LONGEST:
        return f"tem mais de {LONGEST} caracteres"
    if not expression.isprintable():
        return "tem caracteres invisíveis"
    try:
        re.compile(expression)
    except re.error as error:
        return f"não é uma expressão regular (veja o caractere {(error.pos or 0) + 1})"
    shape = _LITERAL.sub("x", expression)
    if "(?" in shape.replace("(?:", "("):
        return "usa um recurso que não se aceita aqui: só grupos simples"
    while (found := _INNERMOST.search(shape)) is not None:
        inside, times = found[1], found[2] or ""
        is_repeated = _LONG.match(times) or _EXACT.match(times) or "," in times
        if is_repeated and (_ANY.search(inside) or "|" in inside):
            return "repete uma repetição ou uma escolha, o que pode não terminar"
        shape = shape[: found.start()] + _flat(inside) + times + shape[found.end() :]
    return _too_many(shape)


def _flat(inside: str) -> str:
    """A group without its brackets, as far as repetitions and choices are concerned."""
    return f"x{'x'.join(['', *_ANY.findall(inside)])}{'|' if '|' in inside else ''}x"


def _too_many(shape: str) -> str:
    if len(_LONG.findall(shape)) > MOST_LONG:
        return f"tem mais de {MOST_LONG} repetições longas ou sem fim"
    if len(_ANY.findall(shape)) > MOST_REPETITIONS:
        return f"tem mais de {MOST_REPETITIONS} repetições"
    return ""
