"""A layout as a form: one row of texts for each field, lists written with commas.

The form holds whatever was typed, also what no layout can be made of; only `content_of` judges.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import asdict, replace

from audits.layouts import Definition, FieldRule, LayoutError, read_definition
from audits.regions import as_line, in_line

MOST_ROWS = 60
ROW = re.compile(r"field-([0-9]{1,3})-columns")


class RuleForm(Struct, frozen=True):
    """One field as it is typed."""

    columns: str = ""
    label: str = ""
    role: str = "answer"
    values: str = ""
    pattern: str = ""
    expected: str = ""
    empty: str = ""
    annulled: str = ""
    blank: str = "issue"
    digits: str = ""


class LayoutForm(Struct, frozen=True):
    """A whole layout as it is typed."""

    key: str = ""
    name: str = ""
    card: str = ""
    images: str = ""
    columns: str = ""
    failed: str = ""
    unread: str = ""
    regions: str = ""
    regions_on: str = ""
    note: str = ""
    rules: tuple[RuleForm, ...] = ()

    def with_row(self) -> "LayoutForm":
        return replace(self, rules=(*self.rules, RuleForm())[:MOST_ROWS])

    def without_row(self, place: int) -> "LayoutForm":
        return replace(self, rules=self.rules[:place] + self.rules[place + 1 :])

    def with_row_up(self, place: int) -> "LayoutForm":
        """The first field whose expression fits a column takes it: their order counts."""
        rules = list(self.rules)
        if 0 < place < len(rules):
            rules[place - 1], rules[place] = rules[place], rules[place - 1]
        return replace(self, rules=tuple(rules))


def form_of(definition: Definition) -> LayoutForm:
    return LayoutForm(
        key=definition.key,
        name=definition.name,
        card=definition.card,
        images=joined(definition.images),
        columns=joined(definition.columns),
        failed=joined(f"{column}={word}" for column, word in definition.failed.items()),
        unread=joined(definition.unread),
        regions="\n".join(map(as_line, definition.regions)),
        regions_on=definition.regions_on,
        rules=tuple(rule_form(rule) for rule in definition.fields),
    )


def rule_form(rule: FieldRule) -> RuleForm:
    texts = asdict(rule) | {
        "values": joined(rule.values),
        "digits": str(rule.digits) if rule.digits else "",
    }
    return RuleForm(**texts)


def form_in(posted: Mapping[str, str]) -> LayoutForm:
    """What was sent, rows in the order of their numbers."""
    places = sorted(int(found[1]) for name in posted if (found := ROW.fullmatch(name)))
    names = RuleForm.__struct_fields__
    rules = tuple(
        RuleForm(**{name: posted.get(f"field-{place}-{name}", "").strip() for name in names})
        for place in places[:MOST_ROWS]
    )
    texts = {
        name: posted.get(name, "").strip()
        for name in LayoutForm.__struct_fields__
        if name != "rules"
    }
    return LayoutForm(**texts, rules=rules)


def content_of(form: LayoutForm) -> dict[str, Any]:
    """What JSON would give of it.

    Raises:
        LayoutError: `layout_malformed`: a text is no number, no pair of column and word, or no
            region.
    """
    return {
        "card": form.card,
        "images": split(form.images),
        "columns": split(form.columns),
        "failed": dict(pair(text) for text in split(form.failed)),
        "unread": split(form.unread),
        "regions": [region(line) for line in form.regions.splitlines() if line.strip()],
        "regions_on": form.regions_on,
        "fields": [rule_content(rule) for rule in form.rules],
    }


def rule_content(rule: RuleForm) -> dict[str, Any]:
    digits = rule.digits or "0"
    if not (digits.isascii() and digits.isdigit() and len(digits) < 6):
        message = f"No campo “{rule.label}”, “{digits[:20]}” não é uma quantidade de dígitos."
        raise LayoutError("layout_malformed", message)
    return asdict(rule) | {"values": split(rule.values), "digits": int(digits)}


def pair(text: str) -> tuple[str, str]:
    column, sign, word = text.partition("=")
    if not (sign and column.strip() and word.strip()):
        message = f"“{text[:60]}” não diz coluna e palavra: escreva como score=NA."
        raise LayoutError("layout_malformed", message)
    return column.strip(), word.strip()


def region(line: str) -> Mapping[str, Any]:
    try:
        return in_line(line)
    except ValueError as fault:
        message = (
            f"“{line.strip()[:60]}” não diz uma região: escreva campo, esquerda, topo, largura e "
            "altura como q1: 0,1 0,2 0,3 0,02."
        )
        raise LayoutError("layout_malformed", message) from fault


def split(text: str) -> list[str]:
    """`A, B` or, where a value has a comma in it, `1,5; 2,5`."""
    parts = text.split(";" if ";" in text else ",")
    return [part.strip() for part in parts if part.strip()]


def joined(values: Iterable[str]) -> str:
    kept = list(values)
    if any("," in value for value in kept):
        return "; ".join(kept) + ";"
    return ", ".join(kept)


def as_json(definition: Definition) -> str:
    """For experts: what the API takes as `definition`."""
    content = to_builtins(definition)
    return json.dumps(content, ensure_ascii=False, indent=2)


def form_in_json(text: str, before: LayoutForm) -> LayoutForm:
    """The form that a definition in JSON fills; key and note stay as they were typed.

    Raises:
        LayoutError: `layout_malformed`.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as fault:
        message = "O texto não é JSON: confira vírgulas, aspas e chaves."
        raise LayoutError("layout_malformed", message) from fault
    if isinstance(content, dict):
        content = {"key": before.key, "name": before.name, **content}
    found = form_of(read_definition(content))
    return replace(found, key=before.key, note=before.note)
