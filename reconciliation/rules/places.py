"""Where a character of a value stands in the YAML or JSON text it was read from."""

from typing import Any

from reconciliation.rules.refusals import Place

_ESCAPES = {"x": 4, "u": 6, "U": 10}  # length of a numeric escape, backslash included


def place_of(mark: Any) -> Place:
    """The place of a mark of the YAML reader, which counts from 0."""
    return Place(mark.line + 1, mark.column + 1)


def place_inside(text: str, node: Any, offset: int) -> Place:
    """The place of one character of a scalar's value, whatever quotes or folding it has.

    Args:
        text: the whole text; `node` was read from it.
        offset: of a character in `node.value`, from 0; its length stands for the end.
    """
    position = _skip_header(text, node)
    for char in node.value[:offset]:
        position = _past(text, position, char, node.style)
    if offset < len(node.value) and not node.value[offset].isspace():
        position = _past_blanks(text, position)
    before = text[:position]
    return Place(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)


def _skip_header(text: str, node: Any) -> int:
    start: int = node.start_mark.index
    if node.style in ("|", ">"):
        return text.index("\n", start) + 1 if "\n" in text[start:] else len(text)
    return start + (node.style in ('"', "'"))


def _past(text: str, position: int, char: str, style: str | None) -> int:
    if char.isspace() and text[position : position + 1].isspace():
        return position + 1
    if not char.isspace():
        position = _past_blanks(text, position)
    pair = text[position : position + 2]
    if style == '"' and pair.startswith("\\"):
        return position + _ESCAPES.get(pair[1:], 2)
    return position + (2 if style == "'" and pair == "''" else 1)


def _past_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
