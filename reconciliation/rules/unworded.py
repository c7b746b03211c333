"""The engine's outcome without its words, for those who only compare outcomes.

Evidence and sentences are four fifths of what an outcome costs after the comparison; a simulation
looks at bands, documents and points alone.
"""

from collections.abc import Callable, Iterator, Sequence

from reconciliation.engine import (
    Candidate,
    Known,
    OpenDocument,
    OpenTransaction,
    Options,
    Outcome,
    match,
)
from reconciliation.engine.differences import allocations, reais
from reconciliation.engine.facts import Fact
from reconciliation.engine.matching import compare
from reconciliation.engine.outcome import _Telling
from reconciliation.engine.points import score_of
from reconciliation.engine.tables import as_tables

Progress = Callable[[int], None]


class _Counting(_Telling):
    """As the engine tells it, in numbers."""

    def _candidates(self, fact: Fact, rival: Fact | None) -> Iterator[Candidate]:
        score = score_of(fact.belief)
        for member, cents, difference in allocations(fact):
            yield Candidate(
                fact.transaction.id,
                member.document.id,
                member.installment,
                reais(cents),
                score,
                evidence=(),
                reason="",
                link=fact.number + 1,
                difference=difference,
            )


def match_unworded(
    documents: Sequence[OpenDocument],
    transactions: Sequence[OpenTransaction],
    options: Options,
    known: Known | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """What `match` says, with empty evidence and reasons.

    Args:
        progress: told how much of it is done, in per cent.
    """
    tell = progress or _quiet
    tables = as_tables(documents, transactions)
    if tables.payables.is_empty() or tables.lines.is_empty():
        return match(documents, transactions, options, known)
    tell(10)
    found = compare(tables.payables, tables.lines, known)
    tell(75)
    return _Counting(tables, found, options).outcome()


def _quiet(_: int) -> None:
    """Nobody asked."""
