"""What people and readers changed while a run computed: it books nothing on that.

A run reads, computes for seconds, and only then takes the organization's books. Most often nothing
has happened in between, which two looks at the rows' versions and at the trail tell; only otherwise
everything is read again and compared by what it says. What a statement reaches is little, and is
always read again.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from reconciliation.engine import Candidate, Doubt, Outcome, Papers
from reconciliation.models import Run
from reconciliation.moments import is_quiet_since
from reconciliation.open_rows import open_documents, open_transactions
from reconciliation.reach import Reach
from reconciliation.result_rows import linked_pairs


def still_true(run: Run, outcome: Outcome, reach: Reach) -> Outcome:
    """The outcome without what people decided, or a reading changed, while it was computed.

    The caller holds the organization's books. What is left out has no row and waits for the next
    run; so does a line whose every candidate was left out, for its reason speaks of them. A link
    is left out whole.

    Args:
        reach: the rows as they were when they were compared.
    """
    if reach.before is not None and is_quiet_since(run, reach.before):
        return outcome
    notes, lines = unchanged(run, reach)

    def holding(pairs: Iterable[Candidate]) -> tuple[Candidate, ...]:
        links = (
            link
            for link in linked_pairs(pairs)
            if all(pair.transaction_id in lines and pair.document_id in notes for pair in link)
        )
        return tuple(pair for link in links for pair in link)

    def held(doubt: Doubt) -> Doubt | None:
        candidates = holding(doubt.candidates)
        if candidates == doubt.candidates:
            return doubt
        return replace(doubt, candidates=candidates) if candidates else None

    doubts = (held(doubt) for doubt in outcome.doubts if doubt.transaction_id in lines)
    return Outcome(
        holding(outcome.matches),
        tuple(filter(None, doubts)),
        tuple(document for document in outcome.unmatched_documents if document in notes),
    )


def unchanged(run: Run, reach: Reach) -> tuple[set[str], set[str]]:
    """Documents and lines that are open now and say what they said."""
    open_notes = open_documents(run.organization, force=run.force, among=reach.notes)
    compared, notes = said_by(reach.documents), said_by(open_notes)
    before = {row.id: row for row in reach.transactions}
    open_lines = open_transactions(run.organization, force=run.force, among=reach.told)
    return (
        {pk for pk, said in notes.items() if compared.get(pk) == said},
        {row.id for row in open_lines if before.get(row.id) == row},
    )


def said_by(documents: Papers) -> dict[str, tuple[Any, ...]]:
    """All that each document says, and what it expects."""
    parts: defaultdict[int, list[Any]] = defaultdict(list)
    for place, *part in documents.part_rows:
        parts[place].append(part)
    return {row.id: (row, parts[place]) for place, row in enumerate(documents.rows)}
