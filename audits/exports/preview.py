"""What an export would change, before it leaves: the changed cells and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Collate

from audits.exports.authors import last_words
from audits.models import Batch, Card, CardStatus, Response, SecondReading
from audits.withheld import readings_for
from conciliacontag.organizations.models import User

CELLS_A_PAGE = 50
# As the file and its manifest do: by code point, whatever language the database sorts by.
FIELD = Collate("field", "C")


class Place(NamedTuple):
    """Where a page ends; the next one follows it."""

    line: int
    field: str


START = Place(0, "")


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """One cell that would leave otherwise than it was read."""

    line: int
    card_id: str
    identifier: str
    field: str
    label: str
    before: str
    after: str
    who: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """A page of changed cells, and what all pages amount to."""

    cells: list[ChangedCell]
    next: Place | None
    total_cells: int
    total_cards: int
    equal_rows: int
    pending: int  # cards without a decision: they would leave as they were read
    withheld: int  # cards whose cells are not shown to a person who may read them again

    def __str__(self) -> str:
        equal = (
            f"{number(self.equal_rows, 'linha')} {'igual' if self.equal_rows == 1 else 'iguais'}"
        )
        if not self.total_cells:
            return f"Nenhuma célula muda; {equal}"
        cards = number(self.total_cards, "cartão")
        return f"{number(self.total_cells, 'célula')} em {cards}; {equal}"


def preview(
    batch: Batch, *, viewer: User | None = None, after: Place = START, limit: int = CELLS_A_PAGE
) -> Preview:
    """The cells that an export of this batch would change now, in the order of the file.

    Args:
        viewer: who looks; of cards that they may still read a second time no cell is shown.
        after: where the page before ended.
        limit: cells of this page.
    """
    rows = changed(batch)
    hidden = waiting_cards(batch, viewer)
    totals = rows.aggregate(
        cells=Count("pk"),
        cards=Count("card", distinct=True),
        withheld=Count("card", distinct=True, filter=Q(card__in=hidden)),
    )
    page = read_page(batch, rows.exclude(card__in=hidden), after, limit + 1)
    last = page[limit - 1] if len(page) > limit else None
    return Preview(
        cells=page[:limit],
        next=Place(last.line, last.field) if last else None,
        total_cells=totals["cells"],
        total_cards=totals["cards"],
        equal_rows=max(batch.rows - totals["cards"], 0),
        pending=Card.objects.open().filter(batch=batch).count(),
        withheld=totals["withheld"],
    )


def waiting_cards(batch: Batch, viewer: User | None) -> QuerySet[Any]:
    rows = readings_for(viewer) if viewer else SecondReading.objects.none()
    return rows.filter(sample__batch=batch).values("card_id")


def changed(batch: Batch) -> QuerySet[Response]:
    """The corrections that leave: of decided cards, and other than what was read."""
    corrected = Response.objects.filter(
        card__batch=batch, card__status=CardStatus.RESOLVED, corrected_value__isnull=False
    )
    return corrected.alias(said=Coalesce("read_value", Value(""))).exclude(
        corrected_value=F("said")
    )


def read_page(
    batch: Batch, rows: QuerySet[Response], after: Place, limit: int
) -> list[ChangedCell]:
    following = Q(card__line__gt=after.line) | Q(card__line=after.line, place__gt=after.field)
    wanted = ("field", "read_value", "corrected_value", "card__line", "card__file_id")
    found = rows.alias(place=FIELD).filter(following, card__line__gte=after.line)
    ordered = found.select_related("card").only(*wanted).order_by("card__line", "place")
    page, layout = list(ordered[:limit]), batch.bound_layout
    said = last_words({row.card_id for row in page})
    return [
        ChangedCell(
            line=row.card.line,
            card_id=str(row.card_id),
            identifier=row.card.file_id,
            field=row.field,
            label=layout.label(row.field),
            before=row.read_value or "",
            after=row.corrected_value or "",
            who=said[row.pk].name,
            decided_at=said[row.pk].at,
        )
        for row in page
    ]


def number(count: int, noun: str) -> str:
    """`1.979 linhas`, `1 cartão`, `21 cartões`."""
    plural = noun.removesuffix("ão") + "ões" if noun.endswith("ão") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}".replace(",", ".")
