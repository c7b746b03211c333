"""What a person says of the columns of a table becomes a layout. Values in, values out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from audits.layouts import Blank, Definition, FieldRule
from audits.shipped import SHIPPED
from conciliacontag.brazil import fold
from conciliacontag.errors import InvalidInput

ROLES = {
    "card": "Identificador do cartão",
    "answer": "Resposta a conferir",
    "identifier": "Outro identificador (matrícula, turma)",
    "image": "Nome da imagem",
}
BLANKS = {"issue": "É uma dúvida", "attention": "Só um aviso", "fine": "Está em ordem"}
LONGEST_KEY = 40
LONGEST_NAME = 120
MOST_VALUES = 50
LONGEST_SHAPE = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a table: its name, the role of columns by place, values, blanks."""

    name: str
    roles: Mapping[int, str]
    values: str = ""
    blank: str = "issue"


@dataclass(frozen=True, slots=True)
class Sample:
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


def guess(header: tuple[str, ...]) -> dict[int, str]:
    """The roles that names of columns suggest; the first column is the card's without better."""
    shapes = {
        "answer": r"(q|p|r|questao|questão)[0-9]{1,3}",
        "identifier": r"matricula|matrícula|lingua|língua|turma|aluno|nome",
        "image": r"imagem|arquivo|.*_path",
        "card": r"id|file_id|identificador|codigo|código|nosso_numero",
    }
    roles = {
        place: role
        for place, name in enumerate(header)
        for role, shape in shapes.items()
        if re.fullmatch(shape, name, re.IGNORECASE)
    }
    if "card" not in roles.values() and header:
        roles[0] = "card"
    return roles


def definition_of(said: Said, header: tuple[str, ...]) -> Definition:
    """The layout that a person's words describe.

    Raises:
        InvalidInput: `mapping_invalid`: `details["fields"]` says what lacks.
    """
    named: dict[str, list[str]] = {role: [] for role in ROLES}
    for place, role in said.roles.items():
        if role in named and place < len(header):
            named[role].append(header[place])
    values = tuple(dict.fromkeys(filter(None, re.split(r"[,;\s]+", said.values))))
    refuse_incomplete(said, named, values)
    answers = tuple(
        FieldRule(columns=shape, label="{nome}", values=values, blank=blank_of(said))
        for shape in shapes_of(named["answer"])
    )
    others = tuple(
        FieldRule(columns=shape, label="{nome}", role="identifier", blank="attention")
        for shape in shapes_of(named["identifier"])
    )
    return Definition(
        key=key_of(said.name),
        name=said.name.strip(),
        fields=answers + others,
        card=named["card"][0],
        images=tuple(named["image"]),
        columns=tuple(named["answer"]),
    )


def blank_of(said: Said) -> Blank:
    known: dict[str, Blank] = {"attention": "attention", "fine": "fine"}
    return known.get(said.blank, "issue")


def shapes_of(columns: list[str]) -> list[str]:
    """Expressions for exactly these columns, each short enough for a layout."""
    shapes: list[str] = []
    for column in map(re.escape, columns):
        if shapes and len(shapes[-1]) + 1 + len(column) <= LONGEST_SHAPE:
            shapes[-1] += f"|{column}"
        else:
            shapes.append(column)
    return shapes


def refuse_incomplete(said: Said, named: Mapping[str, list[str]], values: tuple[str, ...]) -> None:
    lacks: dict[str, str] = {}
    key = key_of(said.name)
    if not key or len(said.name.strip()) > LONGEST_NAME:
        lacks["name"] = "Dê ao leiaute um nome com letras, de até 120 caracteres."
    elif key in SHIPPED:
        lacks["name"] = "Este é o nome de um leiaute do sistema; escolha outro."
    if len(named["card"]) != 1:
        lacks["columns"] = "Escolha uma coluna, e só uma, que identifica o cartão."
    elif not named["answer"]:
        lacks["columns"] = "Escolha ao menos uma coluna com respostas a conferir."
    if len(values) > MOST_VALUES:
        lacks["values"] = f"São {len(values)} valores; o máximo é {MOST_VALUES}."
    if lacks:
        fields = {
            name: [{"code": "mapping_invalid", "message": text}] for name, text in lacks.items()
        }
        raise InvalidInput(
            " ".join(lacks.values()), code="mapping_invalid", details={"fields": fields}
        )


def key_of(name: str) -> str:
    """The key of a layout that is called so: letters without accents, digits, dashes."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name).lower()).strip("-")[:LONGEST_KEY].strip("-")
