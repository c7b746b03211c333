"""Documents and transactions of one organization as the columns the engine computes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from conciliacontag.brazil import fold, only_id
from reconciliation.engine.cents import to_cents
from reconciliation.engine.columns import LINES, PAYABLES, ints
from reconciliation.engine.model import OpenDocument, OpenTransaction
from reconciliation.engine.papers import Papers

DAY_ONE = 719_163  # ordinal of 1970-01-01, from which columns of days count


@dataclass(frozen=True, slots=True)
class Tables:
    """Both sides as columns; the codes in them are places in these sequences."""

    documents: Papers  # in the order of their identifiers
    transactions: Sequence[OpenTransaction]
    payables: pl.DataFrame
    lines: pl.DataFrame


def as_tables(documents: Sequence[OpenDocument], transactions: Sequence[OpenTransaction]) -> Tables:
    """Columns of one organization.

    Raises:
        ValueError: an amount has a fraction of a cent.
    """
    papers = documents if isinstance(documents, Papers) else Papers.of(documents)
    lines = sorted(transactions, key=lambda line: line.id)
    return Tables(papers, lines, payables_of(papers), _lines(lines))


def payables_of(papers: Papers) -> pl.DataFrame:
    """The columns of all that the documents expect; worked out once, however often compared."""
    if papers.payables is None:
        papers.payables = _payables(papers)
    return papers.payables


def _payables(papers: Papers) -> pl.DataFrame:
    about = papers.documents.select(
        "receivable", "kind", "means", "key", "total", "withheld",
        issued=_ordinal("issued_on"),
        number=pl.col("number").str.replace_all("[^0-9]", "").str.strip_chars_start("0"),
        party=each(papers.documents["party_id"], only_id),
        party_name=each(papers.documents["party_name"], fold),
    )  # fmt: skip
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("document")
    parts = papers.parts.with_columns(place=place, count=pl.len().over("document"))
    named = (pl.col("count") > 1) | (pl.col("installment") != "")
    rows = parts.hstack(about[ints(parts, "document")]).with_columns(
        organization=pl.lit(0, pl.Int64),
        installment=pl.when(named).then("place").otherwise(0),
        due=_ordinal("due_on"),
        number=pl.col("number").str.slice(0, 15).str.to_integer(strict=False).fill_null(0),
    )
    return rows.with_columns(net=pl.col("amount") - _withheld(rows)).select(list(PAYABLES))


def each(texts: pl.Series, told: Callable[[str], str]) -> pl.Series:
    """What a function makes of texts, asked once for each of them."""
    known = texts.unique()
    return texts.replace_strict(known, [told(text) for text in known], return_dtype=pl.String)


def _ordinal(day: str) -> pl.Expr:
    return pl.col(day).to_physical().cast(pl.Int64) + DAY_ONE


def _withheld(rows: pl.DataFrame) -> pl.Series:
    """The payable's share of the tax the document declares as withheld; halves go to even cents."""
    asked = rows.select("withheld", "amount", "total").rows()
    return pl.Series([_share(*row) if row[0] else 0 for row in asked], dtype=pl.Int64)


def _share(withheld: int, amount: int, total: int) -> int:
    if not total:
        return 0
    whole, rest = divmod(withheld * amount, total)
    return whole + (2 * rest > total or (2 * rest == total and whole % 2 == 1))


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
