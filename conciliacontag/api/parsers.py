"""JSON as it should come: no repeated keys, no NaN, no text the database cannot hold, no depths.

Python's reader keeps the last of two equal keys, takes `NaN`, lets U+0000 and halves of surrogate
pairs through, and gives up with RecursionError on deep nesting. Each is refused here by name.
"""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.parsers import JSONParser

from conciliacontag.errors import InvalidInput

DEEPEST = 50
LONGEST_NUMBER = 300  # digits, and powers of ten: other programs count to 10^308
TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class JSONRefused(InvalidInput):
    """The body is not JSON that can be used; nothing was read from it."""

    code = "json_malformed"
    message = "O corpo enviado não é um JSON válido. Confira aspas, vírgulas e chaves."


class StrictJSONParser(JSONParser):
    """Reads a body into plain values; numbers with a point arrive as `Decimal`, never float."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        body = stream.read(most + 1)
        if len(body) > most:
            raise RequestDataTooBig(most)
        return read_json(body)


def read_json(body: bytes) -> Any:
    """Read one JSON document.

    Raises:
        JSONRefused: `json_malformed`, `json_number`, `json_repeated`, `json_deep`, `text_control`,
            `text_encoding`.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise JSONRefused(
            f"O corpo não está em UTF-8 (byte {fault.start + 1}). Grave o texto em UTF-8.",
            code="text_encoding",
        ) from fault
    refuse_depth(text)
    try:
        value = json.loads(
            text,
            parse_int=as_int,
            parse_float=as_decimal,
            parse_constant=refuse_constant,
            object_pairs_hook=as_object,
        )
    except json.JSONDecodeError as fault:
        raise JSONRefused(
            f"O corpo não é um JSON válido: linha {fault.lineno}, coluna {fault.colno}. "
            "Confira aspas, vírgulas e chaves."
        ) from fault
    refuse_unstorable(value)
    return value


def refuse_depth(text: str) -> None:
    """Count open brackets before the recursive reader meets them."""
    depth = 0
    for token in TOKENS.finditer(text):
        match token[0]:
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
        if depth > DEEPEST:
            raise JSONRefused(
                f"O JSON tem mais de {DEEPEST} níveis. Envie listas e objetos mais rasos.",
                code="json_deep",
            )


def as_int(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise number_refused(f"{digits[:12]}…")
    return int(digits)


def as_decimal(digits: str) -> Decimal:
    number = Decimal(digits)
    if len(digits) > LONGEST_NUMBER or abs(number.adjusted()) > LONGEST_NUMBER:
        raise number_refused(f"{digits[:12]}…")
    return number


def refuse_constant(name: str) -> Any:
    raise number_refused(name)


def number_refused(number: str) -> JSONRefused:
    return JSONRefused(
        f"O número {number} não pode ser usado. Envie um número decimal comum, como 1500.00.",
        code="json_number",
    )


def as_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        shown = UNSTORABLE.sub("?", twice[:60])
        raise JSONRefused(
            f"O campo “{shown}” aparece mais de uma vez. Envie-o uma só vez.",
            code="json_repeated",
        )
    return found


def refuse_unstorable(value: Any) -> None:
    for place, text in texts(value, ""):
        if UNSTORABLE.search(text):
            shown = UNSTORABLE.sub("?", place or "o valor")
            raise JSONRefused(
                f"Há um caractere de controle em {shown}. Retire-o e envie de novo.",
                code="text_control",
            )


def texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text of a JSON value, keys included, with the path that leads to it."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from texts(item, f"{place}[{number}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            inner = f"{place}.{name}" if place else name
            yield inner, name
            yield from texts(item, inner)
