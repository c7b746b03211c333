"""Values in, an outcome out: rows become columns, are compared, and what was found is told."""

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal

from reconciliation.engine.known import Known
from reconciliation.engine.matching import compare
from reconciliation.engine.model import OpenDocument, OpenTransaction, Options, Outcome
from reconciliation.engine.nearby import acquainted, beside
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
    about: Collection[str] | None = None,
    near: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Decide which bank line pays which documents.

    Identifiers of documents and of transactions are unique among themselves. The outcome does not
    depend on the order of the rows; everything in it is sorted by identifier.

    Args:
        known: what earlier runs learned of the organization; learned from the rows without it.
        worded: candidates have evidence and a sentence; they are told when they are first read,
            which is most of the work after the comparison.
        about: lines to speak of; the others are compared beside them, and nothing is said of them.
        near: documents to compare, with what else their parties owe; all of them without it. The
            others only serve to say what comes nearest to a line without any. Needs `known`.
        progress: told how much is done, in per cent.

    Raises:
        ValueError: an amount has a fraction of a cent.
    """
    tell_progress = progress or _quiet
    tables = as_tables(documents, transactions)
    if tables.payables.is_empty() or tables.lines.is_empty():
        return tell_nothing(tables, options)
    tell_progress(10)
    payables = tables.payables
    if near is not None and known is not None:
        payables = beside(tables.documents, payables, near)
        known = acquainted(known, tables.payables)
    found = compare(payables, tables.lines, known)
    tell_progress(75)
    return Telling(tables, found, options, worded=worded, about=about).outcome()


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
