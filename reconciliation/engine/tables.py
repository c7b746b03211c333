"""Documents and transactions of one organization as the columns the engine computes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from conciliacontag.brazil import fold, only_id
from reconciliation.engine.columns import LINES, PAYABLES
from reconciliation.engine.model import OpenDocument, OpenTransaction, Payable
from reconciliation.engine.rows import to_cents


@dataclass(frozen=True, slots=True)
class Tables:
    """Both sides as columns; the codes in them are places in these sequences."""

    documents: Sequence[OpenDocument]  # in the order of their identifiers
    transactions: Sequence[OpenTransaction]
    payables: pl.DataFrame
    lines: pl.DataFrame
    places: dict[tuple[int, int], Payable]  # document, installment code: the payable

    def payable(self, document: int, installment: int) -> Payable:
        """The payable of a link; the whole document where a split was supposed."""
        found = self.places.get((document, installment))
        return found or self.places[document, 0]


def as_tables(documents: Sequence[OpenDocument], transactions: Sequence[OpenTransaction]) -> Tables:
    """Columns of one organization.

    Raises:
        ValueError: an amount has a fraction of a cent.
    """
    papers = sorted(documents, key=lambda document: document.id)
    lines = sorted(transactions, key=lambda line: line.id)
    places = {
        (code, place if len(paper.payables) > 1 or payable.installment else 0): payable
        for code, paper in enumerate(papers)
        for place, payable in enumerate(_in_time(paper), 1)
    }
    rows = [
        _payable_row(code, papers[code], place, payable)
        for (code, place), payable in places.items()
    ]
    payables = pl.DataFrame(rows, schema=PAYABLES, orient="row")
    return Tables(papers, lines, payables, _lines(lines), places)


def _in_time(paper: OpenDocument) -> list[Payable]:
    return sorted(paper.payables, key=lambda part: (part.due_on, part.installment, part.amount))


def _payable_row(
    code: int, paper: OpenDocument, place: int, payable: Payable
) -> tuple[object, ...]:
    amount = to_cents(payable.amount)
    number = "".join(char for char in paper.number if char.isdigit()).lstrip("0")
    return (
        0,
        code,
        place,
        paper.receivable,
        payable.declared,
        paper.issued_on.toordinal(),
        payable.due_on.toordinal(),
        amount,
        amount - _withheld(paper, payable),
        paper.kind,
        paper.means,
        int(number[:15] or 0),
        paper.key,
        only_id(paper.party_id),
        fold(paper.party_name),
        payable.our_number,
        payable.txid,
    )


def _withheld(paper: OpenDocument, payable: Payable) -> int:
    """The payable's share of the tax the document declares as withheld, in cents."""
    if not paper.withheld or not paper.total:
        return 0
    share = paper.withheld * payable.amount / paper.total
    return to_cents(share.quantize(Decimal("0.01")))


def _lines(transactions: Sequence[OpenTransaction]) -> pl.DataFrame:
    rows = [
        (
            0,
            code,
            line.amount > 0,
            line.posted_on.toordinal(),
            abs(to_cents(line.amount)),
            fold(f"{line.memo} {line.payee}"),
            only_id(line.payer),
            line.our_number,
            line.txid,
        )
        for code, line in enumerate(transactions)
    ]
    return pl.DataFrame(rows, schema=LINES, orient="row")
