"""A card for a second reader: what the machine read and doubted, nothing a person has said."""

from typing import Any

from msgspec import Struct

from audits.evidence.images import names_of
from audits.layouts import UNMARKED, Field
from audits.models import Card
from audits.responses import read


class BlindField(Struct, frozen=True):
    """One field, and the issue that the machine sees in it."""

    name: str
    label: str
    read: str
    issue: str
    values: tuple[str, ...]
    expected: str


class BlindCard(Struct, frozen=True):
    """Built from the file's own cells, so that no answer can be in it."""

    line: int
    file_id: str
    issues: list[str]
    fields: list[BlindField]
    read: dict[str, str]
    candidates: list[dict[str, Any]]
    images: list[str]  # columns by which its images are asked for


def blind_card(card: Card) -> BlindCard:
    codes = {issue["field"]: issue["code"] for issue in card.issues}
    return BlindCard(
        line=card.line,
        file_id=card.file_id,
        issues=card.doubts,
        fields=[blind_field(card, one, codes) for one in card.batch.bound_layout.fields],
        read={name: str(value or "") for name, value in card.raw_answers.items()},
        candidates=card.candidates,
        images=list(names_of(card)),
    )


def blind_field(card: Card, field: Field, codes: dict[str, str]) -> BlindField:
    return BlindField(
        name=field.name,
        label=field.label,
        read=read(card, field.name),
        issue=codes.get(field.name, ""),
        values=answers_to(field),
        expected=field.expected,
    )


def can_be_blank(field: Field) -> bool:
    return field.rule.role != "value"


def answers_to(field: Field) -> tuple[str, ...]:
    """Every answer there is to a field with a closed list; none where people write."""
    rule = field.rule
    if not rule.values:
        return ()
    blank = (UNMARKED,) if can_be_blank(field) else ()
    return (*rule.values, *blank, *filter(None, [rule.annulled]))
