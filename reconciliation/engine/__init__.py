"""Documents meet transactions: pure, exact, and never without a reason.

First the lines that name their document, then what amount, date and name can decide;
everything else is handed to a person with its best candidates.
"""

from collections.abc import Sequence

from reconciliation.engine.blocking import Index
from reconciliation.engine.decision import Graph, book_clear
from reconciliation.engine.doubts import undecided
from reconciliation.engine.evidence import explain
from reconciliation.engine.identifiers import book_identified
from reconciliation.engine.misses import Misses, tell_miss
from reconciliation.engine.model import (
    Candidate,
    Doubt,
    Evidence,
    OpenDocument,
    OpenTransaction,
    Options,
    Outcome,
    Payable,
)
from reconciliation.engine.resemblance import resembling_pairs
from reconciliation.engine.rows import Item, Line, read_items, read_lines
from reconciliation.engine.scoring import Pair

__all__ = [
    "Candidate",
    "Doubt",
    "Evidence",
    "OpenDocument",
    "OpenTransaction",
    "Options",
    "Outcome",
    "Payable",
    "match",
]

DEFAULTS = Options()


def match(
    documents: Sequence[OpenDocument],
    transactions: Sequence[OpenTransaction],
    options: Options = DEFAULTS,
) -> Outcome:
    """Decide which bank line pays which document, one to one.

    Identifiers of documents and of transactions are unique among themselves. The outcome does not
    depend on the order of the rows; everything in it is sorted by identifier.

    Raises:
        ValueError: an amount has a fraction of a cent.
    """
    items, lines = read_items(documents), read_lines(transactions)
    index = Index(items, options)
    booked = book_identified(lines, index, options)
    lines_left, taken = _left(lines, booked)
    graph = Graph(resembling_pairs(lines_left, index, taken, options))
    booked += book_clear(graph, options)
    lines_left, taken = _left(lines, booked)
    doubts = _doubts(lines_left, graph, index, _open(items, taken), options)
    return _outcome(documents, booked, doubts, options)


def _left(lines: Sequence[Line], booked: Sequence[Pair]) -> tuple[list[Line], set[int]]:
    """The lines that are still open, and the places of the items that are not."""
    matched = {pair.line.place for pair in booked}
    taken = {pair.item.place for pair in booked}
    return [line for line in lines if line.place not in matched], taken


def _open(items: Sequence[Item], taken: set[int]) -> Misses:
    return Misses(item for item in items if item.place not in taken)


def _doubts(
    lines: Sequence[Line], graph: Graph, index: Index, misses: Misses, options: Options
) -> tuple[Doubt, ...]:
    return tuple(
        undecided(line, graph, options)
        if graph.best(("line", line.place)) is not None
        else Doubt(line.transaction.id, (), tell_miss(line, index, misses, options))
        for line in lines
    )


def _outcome(
    documents: Sequence[OpenDocument],
    booked: Sequence[Pair],
    doubts: tuple[Doubt, ...],
    options: Options,
) -> Outcome:
    ordered = sorted(booked, key=lambda pair: pair.line.place)
    matches = tuple(explain(pair, (), options) for pair in ordered)
    shown = {pair.document_id for pair in matches}
    shown.update(candidate.document_id for doubt in doubts for candidate in doubt.candidates)
    unmatched = sorted({document.id for document in documents} - shown)
    return Outcome(matches, doubts, tuple(unmatched))
