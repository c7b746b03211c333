"""The fields of a card as a grid: what was read, what stands, what a person has to look at."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from audits.issues import NOTICES
from audits.layouts import UNMARKED, Field, FieldRule
from audits.models import Card
from audits.responses import corrections_on

PER_ROW = 5
PER_WIDE_ROW = 2
SHORT = 5  # letters of a column's name that still fit a cell's corner
# Code of an issue → the icon and the words beside it: never the colour alone.
WORDS = {
    "multi": ("done_all", "duas marcas"),
    "blank": ("check_box_outline_blank", "em branco"),
    "invalid": ("help", "não se lê"),
    "blank_attention": ("info", "em branco"),
    "missing_identifier": ("person_off", "falta"),
    "missing_identifier_attention": ("info", "falta"),
    "partial_identifier": ("pin", "incompleto"),
}
OTHERWISE = ("help", "confira")
MOST_TOLD = 6
WHOLE_CARD = {
    "processing_error": "A máquina desistiu desta linha: confira todos os campos.",
    "duplicate_identifier": "Outras linhas trazem o mesmo identificador: cada uma é um cartão.",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the card; `rule` is the place of its rule among the grid's."""

    name: str
    label: str
    rule: int
    read: str
    value: str
    issue: str = ""
    icon: str = ""
    word: str = ""
    waits: bool = False

    @property
    def short(self) -> str:
        return self.name if len(self.name) <= SHORT else self.label

    @property
    def is_corrected(self) -> bool:
        return self.value != self.read

    @property
    def told(self) -> str:
        """What a screen reader says."""
        now = f"corrigido para {self.value or 'em branco'}" if self.is_corrected else ""
        doubt = f"dúvida: {self.word}" if self.waits else self.word
        said = [self.label, f"lido {self.read or 'em branco'}", now, doubt]
        return ", ".join(part for part in said if part)


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring fields of one kind: five in a row, or two where texts need their room."""

    is_wide: bool
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Grid:
    blocks: list[Block]
    rules: str  # JSON, as the page's module reads it
    waiting: int
    whole: list[str]


def grid_of(card: Card, *, is_blind: bool = False) -> Grid:
    """The card's fields in the order of its file.

    A field whose doubt a person has settled already, before a reopening, waits no more, unless
    the card is shown as the machine left it.
    """
    fields = card.batch.bound_layout.fields
    rules = list(dict.fromkeys(one.rule for one in fields))
    corrected = {} if is_blind else corrections_on(card)
    issues = {issue["field"]: issue["code"] for issue in card.issues}
    cells = [as_cell(card, one, rules.index(one.rule), corrected, issues) for one in fields]
    blocks = [
        Block(is_wide, list(in_rows(list(group), PER_WIDE_ROW if is_wide else PER_ROW)))
        for is_wide, group in groupby(cells, lambda cell: not rules[cell.rule].values)
    ]
    described = json.dumps([as_dict(rule) for rule in rules])
    waiting = sum(cell.waits for cell in cells)
    return Grid(blocks, described, waiting, whole_issues(card))


def as_cell(
    card: Card, one: Field, rule: int, corrected: Mapping[str, str], issues: Mapping[str, str]
) -> Cell:
    read = str(card.raw_answers.get(one.name) or "")
    code = issues.get(one.name, "")
    icon, word = WORDS.get(code, OTHERWISE) if code else ("", "")
    return Cell(
        name=one.name,
        label=one.label,
        rule=rule,
        read=read,
        value=corrected.get(one.name, read),
        issue=code,
        icon=icon,
        word=word,
        waits=bool(code) and code not in NOTICES and one.name not in corrected,
    )


def as_dict(rule: FieldRule) -> dict[str, Any]:
    """What the page needs of a rule; `blank` is what it sends when nothing is marked."""
    return {
        "values": rule.values,
        "empty": rule.empty,
        "blank": UNMARKED if rule.role != "value" else "",
        "annulled": rule.annulled,
        "expected": rule.expected,
    }


def in_rows(cells: list[Cell], per_row: int) -> Iterator[list[Cell]]:
    for start in range(0, len(cells), per_row):
        yield cells[start : start + per_row]


def doubts_in_words(card: Card) -> str:
    """What lists tell of a card: `q30 em branco; q33 CE (duas marcas)`, the first few of them."""
    told = [in_words(issue) for issue in card.issues[:MOST_TOLD]]
    left = len(card.issues) - len(told)
    return "; ".join([*told, f"e mais {left}"] if left else told)


def in_words(issue: Mapping[str, str]) -> str:
    if issue["code"] in WHOLE_CARD:
        return WHOLE_CARD[issue["code"]].partition(":")[0]
    if not issue["field"]:
        return issue["text"]
    word, value = WORDS.get(issue["code"], OTHERWISE)[1], issue["text"].rpartition(": ")[2]
    is_blank = issue["code"] in ("blank", "blank_attention", "missing_identifier")
    return f"{issue['field']} {word}" if is_blank else f"{issue['field']} {value} ({word})"


def whole_issues(card: Card) -> list[str]:
    """Doubts that concern no single field."""
    codes = [issue["code"] for issue in card.issues if not issue["field"]]
    return [WHOLE_CARD.get(code, "A linha toda precisa ser conferida.") for code in codes]
