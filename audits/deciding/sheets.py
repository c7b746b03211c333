"""Corrections by spreadsheet: out with the open cards, in with what would change, then decided."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from import_export.formats.base_formats import XLSX

from audits.deciding.sheet_cells import read_sheet, text_of
from audits.deciding.sheet_resource import CorrectionSheet, SheetRow
from audits.deciding.together import Outcome, decide_together
from audits.issues import NOTICES
from audits.layouts import Field
from audits.models import Batch, Card, Verdict
from audits.responses import corrections_on, read
from audits.verdicts import Submission
from conciliacontag.errors import InvalidInput
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import User

MOST_CARDS = 500  # in one sheet
LONGEST_NOTE = 512
NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell before and after."""

    line: int
    identifier: str
    field: str
    label: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class CardCorrection:
    """What the sheet says about one card, at the version it was downloaded with."""

    card_id: UUID
    line: int
    version: int
    corrections: dict[str, str]
    note: str


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A row of the sheet that changes nothing, and why."""

    row: int  # as the spreadsheet counts: the header is row 1
    message: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a sheet would change, cell by cell, and what it could not."""

    changes: list[CellChange] = field(default_factory=list)
    cards: list[CardCorrection] = field(default_factory=list)
    refused: list[RowRefusal] = field(default_factory=list)


def write_sheet(batch: Batch) -> bytes:
    """The first open cards of the batch's queue as XLSX, a row for each field in doubt."""
    cards = list(Card.objects.filter(batch=batch).queue()[:MOST_CARDS])
    sheet = CorrectionSheet(batch.bound_layout, {})
    rows = [row for card in cards for row in rows_of(card, batch)]
    content: bytes = XLSX().export_data(sheet.export(rows))
    return content


def rows_of(card: Card, batch: Batch) -> Iterator[SheetRow]:
    for one in fields_in_doubt(card, batch):
        yield SheetRow(
            line=card.line,
            identifier=card.file_id,
            field=one.name,
            read=read(card, one.name),
            expected=one.expected,
            version=card.version,
        )


def fields_in_doubt(card: Card, batch: Batch) -> list[Field]:
    """The fields that the card's doubts name; all of them when a doubt is about the whole card."""
    named = doubtful_names(card)
    fields = batch.bound_layout.fields
    return [one for one in fields if one.name in named] if named else list(fields)


def doubtful_names(card: Card) -> set[str]:
    serious = (issue for issue in card.issues if issue["code"] not in NOTICES)
    return {issue["field"] for issue in serious} - {""}


def preview_sheet(batch: Batch, content: bytes) -> Preview:
    """What a sheet that came back would change; nothing is written.

    Raises:
        InvalidInput: `sheet_unreadable`, `sheet_too_large`, `sheet_columns`, and `sheet_cards`
            when it decides more than `MOST_CARDS` cards.
    """
    dataset = read_sheet(content)
    cards = cards_of(batch, dataset)
    sheet = CorrectionSheet(batch.bound_layout, cards)
    # Not as a dry run, which would set a savepoint for each row: the sheet never writes anything.
    result = sheet.import_data(dataset, raise_errors=False)
    for failed in [*result.base_errors, *(one for row in result.error_rows for one in row.errors)]:
        raise failed.error
    refused = [
        RowRefusal(row.number + 1, "; ".join(messages_of(row))) for row in result.invalid_rows
    ]
    good = [row.instance for row in result.rows if row.instance is not None and row.is_valid()]
    return gather(batch, cards, good, refused)


def cards_of(batch: Batch, dataset: Any) -> dict[int, Card]:
    """The open cards that the sheet is about, by line."""
    told = dataset["Linha"] if "Linha" in dataset.headers else []
    lines = {int(text) for cell in told if NUMBER.fullmatch(text := text_of(cell))}
    found = Card.objects.open().filter(batch=batch, line__in=lines).defer("candidates")
    return {card.line: card for card in found.prefetch_related("responses")}


def messages_of(row: Any) -> list[str]:
    """What is wrong with one row of the sheet, the column named where it is one column's fault."""
    columns = {"line": "Linha: ", "version": "Versão: "}
    return [
        columns.get(name, "") + message
        for name, messages in row.error_dict.items()
        for message in messages
    ]


def gather(
    batch: Batch, cards: dict[int, Card], rows: list[SheetRow], refused: list[RowRefusal]
) -> Preview:
    """Rows as decisions of whole cards; a card with an open doubt left is not decided."""
    by_line: defaultdict[int, list[SheetRow]] = defaultdict(list)
    for row in rows:
        by_line[row.line].append(row)
    if len(by_line) > MOST_CARDS:
        raise InvalidInput(
            f"A planilha decide {len(by_line)} cartões; envie até {MOST_CARDS} de cada vez.",
            code="sheet_cards",
        )
    found = Preview(refused=list(refused))
    for line, said in sorted(by_line.items()):
        card = cards[line]
        answered = {row.field for row in said} | corrections_on(card).keys()
        if missing := doubtful_names(card) - answered:
            names = ", ".join(sorted(missing))
            message = f"linha {line} do lote: falta dizer {names}; o cartão fica como está"
            found.refused.append(RowRefusal(0, message))
        else:
            found.cards.append(as_decision(card, said))
            found.changes.extend(as_change(batch, card, row) for row in said)
    return found


def as_decision(card: Card, rows: list[SheetRow]) -> CardCorrection:
    reasons = dict.fromkeys(row.why for row in rows if row.why)
    corrections = {row.field: row.correction for row in rows}
    note = "; ".join(reasons)[:LONGEST_NOTE]
    return CardCorrection(card.pk, card.line, card.version, corrections, note)


def as_change(batch: Batch, card: Card, row: SheetRow) -> CellChange:
    label = batch.bound_layout.label(row.field)
    before = read(card, row.field)
    return CellChange(card.line, card.file_id, row.field, label, before, row.correction, row.why)


def apply_sheet(batch_id: UUID, cards: Sequence[CardCorrection], *, author: User) -> Outcome:
    """Decide each card as the confirmed sheet says.

    What changed since the sheet was downloaded is refused card by card. Confirmed again, what was
    decided stays as it is.

    Raises:
        NotFound, Busy: the batch is gone or being exported, before anything was decided.
    """
    together = new_id() if len(cards) > 1 else None
    said = [(Card(pk=one.card_id, line=one.line), as_sent(one, author, together)) for one in cards]
    found = decide_together(batch_id, said, author=author)
    return replace(found, together=together)


def as_sent(one: CardCorrection, author: User, together: UUID | None) -> Submission:
    return Submission(
        author,
        one.version,
        Verdict.CORRECT,
        one.note,
        corrections=one.corrections,
        together=together,
    )
