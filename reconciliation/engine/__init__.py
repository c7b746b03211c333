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
    booked: list[Pair] = []
    while True:
        index = Index(items, options)
        fresh, graph = _one_pass(lines, index, options)
        if not fresh:
            break
        booked += fresh
        items, lines = _left(items, lines, fresh)
    doubts = _doubts(lines, graph, index, Misses(items), options)
    return _outcome(documents, booked, doubts, options)


def _one_pass(lines: Sequence[Line], index: Index, options: Options) -> tuple[list[Pair], Graph]:
    """Both stages once; the graph holds the pairs that stayed open.

    What a pass books makes lists shorter, so that the next may read one it had to leave.
    """
    booked = book_identified(lines, index, options)
    taken = {pair.item.place for pair in booked}
    matched = {pair.line.place for pair in booked}
    rest = (line for line in lines if line.place not in matched)
    graph = Graph(resembling_pairs(rest, index, taken, options))
    return booked + book_clear(graph, options), graph


def _left(
    items: Sequence[Item], lines: Sequence[Line], booked: Sequence[Pair]
) -> tuple[list[Item], list[Line]]:
    taken = {pair.item.place for pair in booked}
    matched = {pair.line.place for pair in booked}
    return (
        [item for item in items if item.place not in taken],
        [line for line in lines if line.place not in matched],
    )


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
