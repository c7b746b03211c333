"""Documents as columns, of which one is put together only when somebody asks for it.

A run reads a hundred thousand documents and speaks of some: what it compares are columns.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, Self, overload

import numpy as np
import polars as pl

from reconciliation.engine.cents import reais, to_cents
from reconciliation.engine.columns import Ints, ints
from reconciliation.engine.model import OpenDocument, Payable

DOCUMENTS: dict[str, Any] = {
    "id": pl.String,
    "key": pl.String,
    "number": pl.String,
    "issued_on": pl.Date,
    "total": pl.Int64,  # cents, as every amount here
    "receivable": pl.Boolean,
    "party_id": pl.String,
    "party_name": pl.String,
    "kind": pl.String,
    "means": pl.String,
    "withheld": pl.Int64,
}
PARTS: dict[str, Any] = {
    "document": pl.Int64,  # its place among the documents, by identifier
    "installment": pl.String,
    "due_on": pl.Date,
    "amount": pl.Int64,
    "declared": pl.Boolean,
    "our_number": pl.String,
    "txid": pl.String,
}


class PaperRow(NamedTuple):
    """One row of `DOCUMENTS`."""

    id: str
    key: str
    number: str
    issued_on: date
    total: int
    receivable: bool
    party_id: str
    party_name: str
    kind: str
    means: str
    withheld: int


class PartRow(NamedTuple):
    """One row of `PARTS`."""

    document: int
    installment: str
    due_on: date
    amount: int
    declared: bool
    our_number: str
    txid: str


class Papers(Sequence[OpenDocument]):
    """Open documents in the order of their identifiers.

    `documents` has the columns of `DOCUMENTS`, `parts` those of `PARTS`: what each document expects
    to see in the bank, in the order of document, due date, name and amount.
    """

    def __init__(self, documents: pl.DataFrame, parts: pl.DataFrame) -> None:
        self.documents = documents
        self.parts = parts.sort("document", "due_on", "installment", "amount", maintain_order=True)
        self.ids: list[str] = documents["id"].to_list()
        self._starts: Ints = np.searchsorted(
            ints(self.parts, "document"), np.arange(documents.height + 1)
        )
        self.payables: pl.DataFrame | None = None  # as the engine computes on them
        self._built: dict[int, OpenDocument] = {}

    @classmethod
    def of(cls, documents: Iterable[OpenDocument]) -> Self:
        """Columns of documents that stand already.

        Raises:
            ValueError: an amount has a fraction of a cent.
        """
        ordered = sorted(documents, key=lambda one: one.id)
        return cls(
            pl.DataFrame([_row_of(one) for one in ordered], schema=DOCUMENTS, orient="row"),
            pl.DataFrame(
                [
                    (code, *part_row(part))
                    for code, one in enumerate(ordered)
                    for part in one.payables
                ],
                schema=PARTS,
                orient="row",
            ),
        )

    def place_of(self, pk: str) -> int | None:
        """Where a document stands; None when it is not among these."""
        place = bisect_left(self.ids, pk)
        return place if place < len(self.ids) and self.ids[place] == pk else None

    def with_parts(self, parts: pl.DataFrame) -> "Papers":
        """The documents that have any of these parts, with them."""
        return self._renumbered(np.unique(ints(parts, "document")), parts)

    def only(self, wanted: Iterable[str]) -> "Papers":
        """Those with these identifiers."""
        places = (self.place_of(pk) for pk in sorted(set(wanted)))
        kept = np.array([place for place in places if place is not None], np.int64)
        return self._renumbered(kept, self.parts)

    def _renumbered(self, kept: Ints, parts: pl.DataFrame) -> "Papers":
        places = pl.DataFrame({"document": kept, "place": np.arange(len(kept))})
        left = parts.join(places, on="document").with_columns(document="place")
        return Papers(self.documents[kept], left.select(list(PARTS)))

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> OpenDocument: ...

    @overload
    def __getitem__(self, place: slice) -> list[OpenDocument]: ...

    def __getitem__(self, place: int | slice) -> OpenDocument | list[OpenDocument]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        found = self._built.get(place)
        if found is None:
            found = self._built[place] = self._build(range(len(self))[place])
        return found

    def __iter__(self) -> Iterator[OpenDocument]:
        return (self[place] for place in range(len(self)))

    @cached_property
    def rows(self) -> list[PaperRow]:
        """What each document says, without putting it together."""
        return [PaperRow._make(row) for row in self.documents.rows()]

    @cached_property
    def part_rows(self) -> list[PartRow]:
        """What all documents expect, those of one after those of the other."""
        return [PartRow._make(row) for row in self.parts.rows()]

    def row(self, place: int) -> PaperRow:
        return PaperRow._make(self.documents.row(place))

    def part(self, place: int, installment: int) -> PartRow:
        """What a document expects in an instalment; 0 is the whole of it."""
        start = int(self._starts[place])
        return PartRow._make(self.parts.row(start + max(installment - 1, 0)))

    def rows_at(self, places: Ints) -> list[PaperRow]:
        """What some documents say."""
        return [PaperRow._make(row) for row in self.documents[places].rows()]

    def parts_at(self, places: Ints) -> list[PartRow]:
        """What stands at some places of `parts`."""
        return [PartRow._make(row) for row in self.parts[places].rows()]

    def places(self, documents: Ints, installments: Ints) -> Ints:
        """Where in `parts` instalments of documents stand; 0 is the whole of one."""
        found: Ints = self._starts[documents] + np.maximum(installments - 1, 0)
        return found

    def _build(self, place: int) -> OpenDocument:
        row = self.rows[place]
        told = self.part_rows[self._starts[place] : self._starts[place + 1]]
        return OpenDocument(
            row.id,
            row.key,
            row.number,
            row.issued_on,
            reais(row.total),
            row.receivable,
            row.party_id,
            row.party_name,
            tuple(
                Payable(name, due_on, reais(cents), declared, our_number, txid)
                for _, name, due_on, cents, declared, our_number, txid in told
            ),
            row.kind,
            row.means,
            reais(row.withheld),
        )


def _row_of(one: OpenDocument) -> PaperRow:
    return PaperRow(
        one.id,
        one.key,
        one.number,
        one.issued_on,
        to_cents(one.total),
        one.receivable,
        one.party_id,
        one.party_name,
        one.kind,
        one.means,
        to_cents(one.withheld),
    )


def part_row(part: Payable) -> tuple[Any, ...]:
    """What `PARTS` tells of it, behind its document.

    Raises:
        ValueError: the amount has a fraction of a cent.
    """
    cents = to_cents(part.amount)
    return part.installment, part.due_on, cents, part.declared, part.our_number, part.txid
