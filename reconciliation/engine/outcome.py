"""Values in, an outcome out: rows become columns, are compared, and what was found is told."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from reconciliation.engine.known import Known
from reconciliation.engine.matching import compare
from reconciliation.engine.model import OpenDocument, OpenTransaction, Options, Outcome
from reconciliation.engine.tables import as_tables
from reconciliation.engine.telling import Telling, tell_nothing

DEFAULTS = Options()
Progress = Callable[[int], None]
HUNDRED = Decimal(100)


def match(
    documents: Sequence[OpenDocument],
    transactions: Sequence[OpenTransaction],
    options: Options = DEFAULTS,
    known: Known | None = None,
    *,
    worded: bool = True,
    progress: Progress | None = None,
) -> Outcome:
    """Decide which bank line pays which documents.

    Identifiers of documents and of transactions are unique among themselves. The outcome does not
    depend on the order of the rows; everything in it is sorted by identifier.

    Args:
        known: what earlier runs learned of the organization; learned from the rows without it.
        worded: without it candidates have no evidence and no sentence, which are four fifths of the
            work after the comparison.
        progress: told how much is done, in per cent.

    Raises:
        ValueError: an amount has a fraction of a cent.
    """
    tell_progress = progress or _quiet
    tables = as_tables(documents, transactions)
    if tables.payables.is_empty() or tables.lines.is_empty():
        return tell_nothing(tables, options)
    tell_progress(10)
    found = compare(tables.payables, tables.lines, known)
    tell_progress(75)
    return Telling(tables, found, options, worded=worded).outcome()


def _quiet(_: int) -> None:
    """Nobody asked."""


def learn(
    documents: Sequence[OpenDocument], transactions: Sequence[OpenTransaction]
) -> Known | None:
    """What the rows teach of their organization; None when a side is empty.

    Raises:
        ValueError: an amount has a fraction of a cent.
    """
    tables = as_tables(documents, transactions)
    if tables.payables.is_empty() or tables.lines.is_empty():
        return None
    return compare(tables.payables, tables.lines).known


def reachable(
    documents: Sequence[OpenDocument], transactions: Sequence[OpenTransaction], known: Known
) -> frozenset[str]:
    """Identifiers of the documents that these lines may pay, as far as it would be shown."""
    tables = as_tables(documents, transactions)
    if tables.payables.is_empty() or tables.lines.is_empty():
        return frozenset()
    found = compare(tables.payables, tables.lines, known)
    likely = found.belief[found.links.member_of] >= float(DEFAULTS.show_at / HUNDRED) / 2
    codes = found.books.items["document"].gather(np.unique(found.links.item[likely]))
    return frozenset(tables.documents.ids[code] for code in codes.to_list())
