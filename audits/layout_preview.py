"""A layout tried on a real file before it is saved: nothing of the file is kept.

Both versions, the one that counts and the one on trial, judge the file as opening a batch would,
so that what is told is what will happen. Somebody waits for the answer: of a file with very many
rows the first ones are read, and that is said.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from msgspec import Struct

from audits.corrections import Record, read_records
from audits.issues import Issue
from audits.layouts import Definition, Layout
from audits.result_rows import Contents, Doubtful, Fault, RowsRefused, doubter, inspect, pieces

MOST_ROWS = 100_000
SHOWN_ISSUES = 20
ISSUES = {
    "multi": "mais de uma marca",
    "blank": "em branco",
    "invalid": "valor que não serve",
    "blank_attention": "em branco, só aviso",
    "missing_identifier": "identificação ausente",
    "missing_identifier_attention": "identificação ausente, só aviso",
    "partial_identifier": "identificação incompleta",
    "processing_error": "a máquina desistiu da linha",
    "duplicate_identifier": "identificador repetido",
}


class Column(Struct, frozen=True):
    """One column of the file, the field it becomes, and the one it is now; "" for none."""

    name: str
    becomes: str
    was: str

    @property
    def changes(self) -> bool:
        return self.becomes != self.was


class Found(Struct, frozen=True):
    """One row that would become a card."""

    line: int
    name: str
    issues: list[str]


class Reading(Struct, frozen=True):
    """A file as one definition reads it; `faults` alone when it cannot."""

    faults: list[str]
    rows: int = 0
    lines: frozenset[int] = frozenset()  # records that become cards
    kinds: dict[str, int] = {}
    first: list[Found] = []
    layout: Layout | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the file may go on behind what was read."""
        return self.rows >= MOST_ROWS

    @property
    def cards(self) -> int:
        return len(self.lines)


class Kind(Struct, frozen=True):
    """One kind of issue and how often it comes: on trial, and by the version that counts."""

    code: str
    label: str
    count: int
    was: int


class LayoutPreview(Struct, frozen=True):
    """What a definition makes of a file, beside what the present one makes of it."""

    trial: Reading
    present: Reading | None
    columns: list[Column]
    kinds: list[Kind]

    @property
    def new_cards(self) -> int:
        """Rows that become cards and did not."""
        return len(self.trial.lines - self.present.lines) if self.present else 0

    @property
    def lost_cards(self) -> int:
        """Rows that no longer become cards."""
        return len(self.present.lines - self.trial.lines) if self.present else 0


def preview(path: Path, trial: Definition, present: Definition | None = None) -> LayoutPreview:
    """Read a file by the definition on trial and, where there is one, by the present one."""
    with path.open("rb") as file:
        tried, *others = read_by(file, [trial, present] if present is not None else [trial])
    now = others[0] if others else None
    return LayoutPreview(tried, now, columns_of(tried, now), kinds_of(tried, now))


def read_by(file: IO[bytes], definitions: list[Definition]) -> list[Reading]:
    """The file as each definition reads it; its doubts are sought in one reading for all."""
    seen = [judged(file, definition) for definition in definitions]
    tallies = [Tally(one) for one in seen if isinstance(one, Contents)]
    if tallies:
        file.seek(0)
        for record in islice(read_records(pieces(file)), 1, MOST_ROWS + 1):
            for tally in tallies:
                tally.count(record)
    left = iter(tallies)
    return [one if isinstance(one, Reading) else next(left).reading for one in seen]


def judged(file: IO[bytes], definition: Definition) -> Contents | Reading:
    """What can be worked with, or why not."""
    file.seek(0)
    try:
        return inspect(file, definition, most=MOST_ROWS)
    except RowsRefused as refusal:
        return Reading(list(told(refusal)))


def told(refusal: RowsRefused) -> Iterator[str]:
    shown: tuple[Fault, ...] = refusal.faults[:SHOWN_ISSUES]
    for fault in shown:
        yield fault.told
    if refusal.count > len(shown):
        yield f"Há mais {refusal.count - len(shown)} problemas no arquivo."


class Tally:
    """What one definition finds in the rows as they pass."""

    def __init__(self, contents: Contents) -> None:
        self.contents, self.doubt = contents, doubter(contents)
        self.kinds: Counter[str] = Counter()
        self.lines: set[int] = set()
        self.first: list[Found] = []

    def count(self, record: Record) -> None:
        row = self.doubt(record)
        if row is None:
            return
        self.lines.add(row.number)
        self.kinds.update(issue.code for issue in row.issues)
        if len(self.first) < SHOWN_ISSUES:
            self.first.append(found(row))

    @property
    def reading(self) -> Reading:
        rows, layout = self.contents.rows, self.contents.layout
        return Reading([], rows, frozenset(self.lines), dict(self.kinds), self.first, layout)


def found(row: Doubtful) -> Found:
    return Found(row.number, row.name, [in_words(issue) for issue in row.issues])


def in_words(issue: Issue) -> str:
    """`q1: AB (mais de uma marca)`, `q2: em branco`."""
    word = ISSUES.get(issue.code, issue.code)
    if issue.text in (f"{issue.field}: blank", issue.code):
        return f"{issue.field}: {word}" if issue.field else word
    return f"{issue.text} ({word})"


def columns_of(trial: Reading, present: Reading | None) -> list[Column]:
    """Every column of the file in its order."""
    new, old = trial.layout, present.layout if present else None
    some = new or old
    return [
        Column(name, label_in(new, name), label_in(old, name))
        for name in (some.header if some else ())
    ]


def label_in(layout: Layout | None, name: str) -> str:
    field = layout.field(name) if layout else None
    return field.label if field else ""


def kinds_of(trial: Reading, present: Reading | None) -> list[Kind]:
    """The most frequent first; with what there was before also what is gone."""
    before = present.kinds if present else {}
    codes = sorted({*trial.kinds, *before}, key=lambda code: (-trial.kinds.get(code, 0), code))
    return [
        Kind(code, ISSUES.get(code, code), trial.kinds.get(code, 0), before.get(code, 0))
        for code in codes
    ]
