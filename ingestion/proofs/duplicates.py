"""Notes that look like the same business twice."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

SOLD_AGAIN = {"nfce"}  # a till sells the same thing at the same price all day


@dataclass(frozen=True, slots=True)
class Note:
    """What tells whether two notes may be one."""

    id: UUID
    doc_type: str
    issuer: str
    recipient: str
    series: str
    number: str
    total: Decimal
    issued_on: date


@dataclass(frozen=True, slots=True)
class Twins:
    """Two or more notes under suspicion. `reason`: same_number, or same_sale."""

    reason: str
    notes: tuple[Note, ...]


def find_twins(notes: Iterable[Note]) -> list[Twins]:
    """Groups of valid notes with one number under different keys, or equal in all but the number.

    A group is named once, by its stronger reason: one number twice cannot be right, one amount
    twice on a day between the same two parties often is.
    """
    listed = list(notes)
    numbered = _groups((_number(note), note) for note in listed)
    certain = {note.id for group in numbered for note in group}
    sold = _groups((_sale(note), note) for note in listed if _may_be_resold(note, certain))
    return [Twins("same_number", group) for group in numbered] + [
        Twins("same_sale", group) for group in sold
    ]


def _groups(keyed: Iterable[tuple[tuple[object, ...], Note]]) -> list[tuple[Note, ...]]:
    found: defaultdict[tuple[object, ...], list[Note]] = defaultdict(list)
    for key, note in keyed:
        found[key].append(note)
    return [tuple(group) for group in found.values() if len(group) > 1]


def _number(note: Note) -> tuple[object, ...]:
    return note.doc_type, note.issuer, note.series.lstrip("0"), note.number.lstrip("0")


def _sale(note: Note) -> tuple[object, ...]:
    return note.doc_type, note.issuer, note.recipient, note.total, note.issued_on


def _may_be_resold(note: Note, certain: set[UUID]) -> bool:
    return (
        note.doc_type not in SOLD_AGAIN
        and bool(note.recipient)
        and note.total > 0
        and note.id not in certain
    )
