"""What a run has to look at when a statement is all that came: the lines in it, and their rivals.

By what is known of the organization, a line's outcome depends on that line and on what competes
with it, the less the farther away. So the rest may stay as the last run left it. Every open
document is compared, but few lines: the new ones; the older ones to which a document was proposed
that the new ones may pay, told anew as well; and beside them what competes with these, by what was
proposed to it or by its amount.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from reconciliation.engine import (
    Known,
    OpenTransaction,
    Outcome,
    Papers,
    of_equal_amount,
    reachable,
)
from reconciliation.models import (
    Reconciliation,
    ReconciliationQuerySet,
    ReconciliationStatus,
    Run,
)
from reconciliation.moments import Moment, moment
from reconciliation.news import only_new_lines, unseen_documents
from reconciliation.open_rows import (
    open_documents,
    open_transactions,
    undecided_lines,
)
from reconciliation.remembered import recall
from reconciliation.statuses import chunks

LEAST = 2_000  # open lines: fewer are compared whole in no time
STEPS = 1  # of proposals beyond the lines told anew; tests hold the outcome to a whole run's
MOST = 0.3  # of the open lines: what reaches further is looked at whole


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows that a run compares."""

    documents: Papers
    transactions: Sequence[OpenTransaction]
    told: frozenset[UUID] | None = None  # the lines it speaks of; None: of everything
    near: frozenset[str] | None = None  # documents these may pay; None: all
    before: Moment | None = None  # how everything stood before it was read, where everything was
    is_recalled: bool = False  # the documents are those remembered, and were not read

    @property
    def is_all(self) -> bool:
        return self.told is None

    @property
    def about(self) -> frozenset[str] | None:
        return None if self.told is None else frozenset(map(str, self.told))

    @property
    def lines(self) -> Sequence[OpenTransaction]:
        """Those it speaks of."""
        about = self.about
        return [one for one in self.transactions if about is None or one.id in about]

    def spoken_of(self, outcome: Outcome) -> "Reach":
        """The same, with the documents that were near or that an outcome speaks of."""
        if self.near is None:
            return self
        pairs = [*outcome.matches, *(one for doubt in outcome.doubts for one in doubt.candidates)]
        named = self.near | {pair.document_id for pair in pairs}
        return replace(self, documents=self.documents.only(named))

    @property
    def notes(self) -> list[UUID] | None:
        """None stands for all of them."""
        return None if self.is_all else [UUID(pk) for pk in self.documents.ids]


def reach_of(run: Run, known: Known | None) -> Reach:
    """What the run compares: everything, unless little is new and nothing else has changed.

    Args:
        known: what was learned before; None when this run learns from everything.
    """
    near = _after_statement(run, known) if known is not None else None
    if near is not None:
        return near
    before = moment(run)
    documents = open_documents(run.organization, force=run.force)
    lines = open_transactions(run.organization, force=run.force)
    return Reach(documents, list(lines), before=before)


def _after_statement(run: Run, known: Known) -> Reach | None:
    """What statements reach, when nothing else came; None when everything has to be compared."""
    new = only_new_lines(run)
    waiting = undecided_lines(run.organization).open().count() if new else 0
    most = round(MOST * waiting)
    if not new or waiting < LEAST or len(new) > most:
        return None
    recalled = recall(run)
    if recalled is None and unseen_documents().filter(organization=run.organization_id).exists():
        return None
    documents = recalled or open_documents(run.organization, force=False)
    near = _near(run, documents, new, known, most)
    return near and replace(near, is_recalled=recalled is not None)


def _near(
    run: Run, documents: Papers, new: Sequence[UUID], known: Known, most: int
) -> Reach | None:
    """The new lines and what competes with them; None when that is more than `most` lines."""
    lines = list(open_transactions(run.organization, force=False, among=new))
    # A new line may take back an older one, or repeat it.
    amounts = {sign * line.amount for line in lines for sign in (1, -1)}
    waiting = undecided_lines(run.organization).open()
    seeds = set(waiting.filter(amount__in=amounts).values_list("pk", flat=True)) - {*new}
    paid = reachable(documents, lines, known)
    told = seeds | proposed(run, {UUID(one) for one in paid})
    if len(told) > most:
        return None
    lines += open_transactions(run.organization, force=False, among=sorted(told - {*new}))
    alike = paid | of_equal_amount(documents, lines)
    rivals, notes = rivals_of(run, {UUID(one) for one in alike}, told)
    beside = rivals - told - {*new}
    if len(told) + len(beside) > most:
        return None
    lines += open_transactions(run.organization, force=False, among=sorted(beside))
    near = alike | frozenset(map(str, notes))
    return Reach(documents, lines, frozenset(told | {*new}), near)


def proposed(run: Run, notes: set[UUID]) -> set[UUID]:
    """Lines to which the machine proposed one of these notes."""
    return other_side(proposals(run), "document", "transaction", notes)


def rivals_of(run: Run, notes: set[UUID], told: set[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Lines that compete for these notes, and the notes they were proposed."""
    rows = proposals(run)
    lines, wanted = set(told), notes | other_side(rows, "transaction", "document", told)
    for _ in range(STEPS):
        lines |= other_side(rows, "document", "transaction", wanted)
        wanted |= other_side(rows, "transaction", "document", lines)
    return lines, wanted


def proposals(run: Run) -> ReconciliationQuerySet:
    return Reconciliation.objects.by_machine().filter(
        organization=run.organization_id, status=ReconciliationStatus.PARTIAL
    )


def other_side(
    rows: ReconciliationQuerySet, by: str, wanted: str, keys: Iterable[UUID]
) -> set[UUID]:
    """What the rows with these keys name on their other side."""
    return {
        pk
        for chunk in chunks(sorted(keys))
        for pk in rows.filter(**{f"{by}__in": chunk}).values_list(f"{wanted}_id", flat=True)
        if pk is not None
    }
