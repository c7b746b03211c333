"""What a table of results holds and which of its cells a person may correct. Data, not code.

A definition is written once, in general: "columns q1, q2, … hold one letter from A to E". Bound to
the header of one file it becomes a layout: the fields of that file, in its order. Both are plain
values, so a batch keeps the definition it was opened with whatever becomes of it later.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import msgspec
from msgspec import Struct

from audits.regions import Block, Region, regions_of
from conciliacontag.errors import InvalidInput

Role = Literal["answer", "identifier", "value"]
Blank = Literal["issue", "attention", "fine"]

MOST_FIELDS = 400  # a card of 200 questions and all that names it
UNMARKED = "UNMARKED"  # what a person or a client says for "nothing is marked"


class LayoutError(Exception):
    """A definition or a header that cannot be used: stable code and Portuguese sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class FieldRule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the columns called so may hold.

    `answer`: what a machine read and a person corrects. `identifier`: tells whose card it is.
    `value`: a text of the accountant's, which no issue is sought in.
    """

    columns: str  # regular expression over the whole name of a column, capitals aside
    label: str  # for people; {nome} stands for the column, {numero} for the digits in it
    role: Role = "answer"
    values: tuple[str, ...] = ()  # the only ones allowed, compared exactly; none: by `pattern`
    pattern: str = ""  # regular expression over the whole value
    expected: str = ""  # Portuguese: what a good value looks like
    empty: str = ""  # how the file writes that nothing is marked
    annulled: str = ""  # how the file writes that it does not count; empty: cannot be annulled
    blank: Blank = "issue"  # what an empty cell is: a doubt, a mere notice, or in order
    digits: int = 0  # of an identifier; fewer are a doubt, 0: any number


class Definition(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A kind of table: how its cards are called, what it must hold, what is sought in it."""

    key: str
    name: str
    fields: tuple[FieldRule, ...]
    card: str = "file_id"  # the column that names a card
    images: tuple[str, ...] = ()  # columns whose last path segment names an image of the card
    columns: tuple[str, ...] = ()  # that a file must have; also what a written one has
    failed: Mapping[str, str] = {}  # column → what it says when the machine gave the row up
    unread: tuple[str, ...] = (
        UNMARKED, "INVALID", "MULTI", "MULTIPLE", "?", "NA", "BLANK", "EMPTY",
    )  # fmt: skip
    regions: tuple[Block, ...] = ()  # where fields lie on the image, for those that have one
    regions_on: str = ""  # the column of images they were measured on; empty: on any


class Field(Struct, frozen=True):
    """One correctable column of one file."""

    name: str
    label: str
    rule: FieldRule

    def understand(self, value: str) -> str | None:
        """What to write for what a person said; None takes an earlier correction back.

        Raises:
            ValueError: the value does not serve here.
        """
        rule = self.rule
        if rule.role == "value":
            if re.fullmatch(rule.pattern, value) is None:
                raise ValueError(value)
            return value
        if value == "":
            return None
        if value == UNMARKED:
            return rule.empty
        if rule.annulled and value == rule.annulled:
            return value
        if not self.accepts(value):
            raise ValueError(value)
        return value

    def accepts(self, value: str) -> bool:
        """Whether a value is a whole answer; upper and lower case differ."""
        rule = self.rule
        if rule.values:
            return value in rule.values
        if rule.digits:
            return len(value) == rule.digits and value.isascii() and value.isdigit()
        return re.fullmatch(rule.pattern or "(?s:.+)", value) is not None

    @property
    def expected(self) -> str:
        """What people are told when a value does not serve."""
        rule = self.rule
        if rule.expected:
            return rule.expected
        if rule.values:
            return f"uma destas: {', '.join(rule.values)}, ou {UNMARKED} para em branco"
        return f"{rule.digits} dígitos" if rule.digits else "um texto"


class Layout(Struct, frozen=True, dict=True):
    """A definition bound to the header of one file."""

    definition: Definition
    header: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def key(self) -> str:
        return self.definition.key

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def regions(self) -> dict[str, Region]:
        """Where the fields of this file lie on their image, as far as it was said."""
        return regions_of(self.definition.regions, self.by_name)

    def field(self, name: str) -> Field | None:
        return self.by_name.get(name)

    def label(self, name: str) -> str:
        """How people call a column, correctable or not."""
        field = self.field(name)
        return field.label if field else name.replace("_", " ").capitalize()


def bind(definition: Definition, header: Sequence[str]) -> Layout:
    """Find the fields of a file by its header.

    Raises:
        LayoutError: `layout_columns`: a column that the layout needs is missing or comes twice;
            `layout_no_field`: nothing in it could be corrected.
    """
    needed = dict.fromkeys((definition.card, *definition.columns))
    lost = [name for name in needed if name not in header]
    if lost:
        raise LayoutError(
            "layout_columns",
            f"Faltam no arquivo colunas do leiaute “{definition.name}”: {', '.join(lost)}. "
            f"O arquivo traz: {', '.join(header[:20])}.",
        )
    fields = tuple(_fields(definition, header))
    if not any(field.rule.role != "identifier" for field in fields):
        message = f"Nenhuma coluna do arquivo é um campo do leiaute “{definition.name}”."
        raise LayoutError("layout_no_field", message)
    repeated = [field.name for field in fields if header.count(field.name) > 1]
    if repeated:
        message = f"O cabeçalho repete colunas: {', '.join(sorted(set(repeated)))}."
        raise LayoutError("layout_columns", message)
    return Layout(definition, tuple(header), fields)


def _fields(definition: Definition, header: Sequence[str]) -> Iterator[Field]:
    shapes = [(re.compile(rule.columns, re.IGNORECASE), rule) for rule in definition.fields]
    for name in header:
        rule = next((rule for shape, rule in shapes if shape.fullmatch(name)), None)
        if rule is not None:
            digits = "".join(filter(str.isdigit, name))
            label = rule.label.replace("{nome}", name).replace("{numero}", digits)
            yield Field(name, label, rule)


def read_definition(content: Any) -> Definition:
    """A definition from what JSON gives.

    Raises:
        LayoutError: `layout_malformed`, naming the place.
    """
    try:
        definition = msgspec.convert(content, Definition)
    except msgspec.ValidationError as error:
        place = str(error).rpartition(" - at ")[2].strip("`") if " - at " in str(error) else "$"
        message = f"A definição do leiaute tem um erro em {place}: confira nomes e valores."
        raise LayoutError("layout_malformed", message) from error
    for rule in definition.fields:
        _check_rule(rule)
    return definition


def _check_rule(rule: FieldRule) -> None:
    for expression in (rule.columns, rule.pattern):
        try:
            re.compile(expression)
        except re.error as error:
            message = f"“{expression}” não é uma expressão regular: {error.msg}."
            raise LayoutError("layout_malformed", message) from error
    if rule.role == "value" and not rule.pattern:
        message = f"O campo “{rule.label}” é um valor livre e precisa de um padrão."
        raise LayoutError("layout_malformed", message)


def check_corrections(layout: Layout, corrections: Mapping[str, str]) -> dict[str, str | None]:
    """What to write for each field; None takes an earlier correction back.

    Raises:
        InvalidInput: `invalid_correction`: `details["fields"]` names every field the layout does
            not know and every value a field does not take.
    """
    understood: dict[str, str | None] = {}
    refused: dict[str, list[dict[str, str]]] = {}
    for name, value in corrections.items():
        field = layout.field(name)
        if field is None:
            refused[name] = [_unknown(layout, name)]
            continue
        try:
            understood[name] = field.understand(value)
        except ValueError:
            message = f"“{value[:60]}” não serve em {field.label}: espera-se {field.expected}."
            refused[name] = [{"code": "invalid", "message": message}]
    if refused:
        names = ", ".join(sorted(refused))
        raise InvalidInput(
            f"Há correções inválidas (invalid) em: {names}. Nada foi gravado; corrija e reenvie.",
            code="invalid_correction",
            details={"fields": refused},
        )
    return understood


def _unknown(layout: Layout, name: str) -> dict[str, str]:
    known = ", ".join(field.name for field in layout.fields[:20])
    known += ", …" if len(layout.fields) > 20 else ""
    message = f"O campo “{name[:60]}” não existe neste leiaute. Campos: {known}."
    return {"code": "unknown_field", "message": message}
