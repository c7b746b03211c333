"""Every text that the shell marks for translation, found the way makemessages finds it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import unfold
from django.utils.translation.template import templatize

SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}


class Message(NamedTuple):
    """One text to translate; `plural` is empty for most, `context` too."""

    text: str
    plural: str
    context: str
    place: str


def shell_messages() -> Iterator[Message]:
    """The messages of unfold's templates and modules, contributed packages included."""
    home = Path(unfold.__file__).parent
    for path in sorted([*home.rglob("*.html"), *home.rglob("*.py")]):
        source = path.read_text()
        code = templatize(source) if path.suffix == ".html" else source
        for message in calls(code, is_template=path.suffix == ".html"):
            yield Message(*message, str(path.relative_to(home)))


def calls(code: str, *, is_template: bool) -> Iterator[tuple[str, str, str]]:
    """The arguments of each translating call; a template's rewritten text is no module."""
    if not is_template:
        yield from from_tree(ast.parse(code))
        return
    for line in code.splitlines():
        for start in (place for place in range(len(line)) if starts_call(line, place)):
            yield from from_text(line[start:])


def starts_call(line: str, place: int) -> bool:
    named = any(line.startswith(f"{name}(", place) for name in SINGULAR | PLURAL | CONTEXT)
    return named and not (place and (line[place - 1].isalnum() or line[place - 1] == "_"))


def from_text(text: str) -> Iterator[tuple[str, str, str]]:
    """Parse the shortest beginning of a line that is a call."""
    for end in (place for place, char in enumerate(text) if char == ")"):
        try:
            tree = ast.parse(text[: end + 1].strip())
        except SyntaxError:
            continue
        yield from from_tree(tree)
        return


def from_tree(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [
            a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        name = node.func.id
        if name in SINGULAR and texts:
            yield texts[0], "", ""
        elif name in PLURAL and len(texts) > 1:
            yield texts[0], texts[1], ""
        elif name in CONTEXT and len(texts) > 1:
            yield texts[1], "", texts[0]
