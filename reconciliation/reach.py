"""What a run has to look at when a statement is all that came: the lines in it, and their rivals.

By what is known of the organization, a line's outcome depends on that line and on what competes
with it, the less the farther away. So the rest may stay as the last run left it. The documents that
the new lines may pay are looked for among all; the older lines to which one of these was proposed
are told anew, and what competes with them, and with that, is compared beside them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from reconciliation.engine import Known, OpenTransaction, Papers, reachable
from reconciliation.models import (
    Reconciliation,
    ReconciliationQuerySet,
    ReconciliationStatus,
    Run,
)
from reconciliation.news import only_new_lines
from reconciliation.open_rows import (
    count_open,
    open_documents,
    open_transactions,
    undecided_lines,
)
from reconciliation.statuses import chunks

LEAST = 2_000  # open lines: fewer are compared whole in no time
STEPS = 2  # of proposals beyond the lines told anew; tests hold the outcome to a whole run's
MOST = 0.3  # of the open lines: what reaches further is looked at whole


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows that a run compares."""

    documents: Papers
    transactions: Sequence[OpenTransaction]
    told: frozenset[UUID] | None = None  # the lines it speaks of; None: of everything

    @property
    def is_all(self) -> bool:
        return self.told is None

    @property
    def notes(self) -> list[UUID] | None:
        """None stands for all of them."""
        return None if self.is_all else [UUID(pk) for pk in self.documents.ids]


def reach_of(run: Run, known: Known | None) -> Reach:
    """What the run compares: everything, unless little is new and nothing else has changed.

    Args:
        known: what was learned before; None when this run learns from everything.
    """
    documents = open_documents(run.organization, force=run.force)
    new = only_new_lines(run) if known is not None else []
    waiting = count_open(run.organization)[1] if new else 0
    if known is not None and new and waiting >= LEAST:
        near = _near(run, documents, new, known, round(MOST * waiting))
        if near is not None:
            return near
    lines = open_transactions(run.organization, force=run.force)
    return Reach(documents, list(lines))


def _near(
    run: Run, documents: Papers, new: Sequence[UUID], known: Known, most: int
) -> Reach | None:
    """The new lines and what competes with them; None when that is more than `most` lines."""
    if len(new) > most:
        return None
    lines = list(open_transactions(run.organization, force=False, among=new))
    # A new line may take back an older one, or repeat it.
    amounts = {sign * line.amount for line in lines for sign in (1, -1)}
    alike = undecided_lines(run.organization).open().filter(amount__in=amounts)
    seeds = set(alike.values_list("pk", flat=True)) - set(new)
    notes = {UUID(one) for one in reachable(documents, lines, known)}
    told, context, notes = neighbours(run, notes, seeds)
    if len(told) + len(context) > most:
        return None
    lines += open_transactions(
        run.organization, force=False, among=sorted((told | context) - {*new})
    )
    return Reach(documents.only(map(str, notes)), lines, frozenset(told | {*new}))


def neighbours(
    run: Run, notes: set[UUID], seeds: set[UUID]
) -> tuple[set[UUID], set[UUID], set[UUID]]:
    """Lines one step away from these notes, lines that compete with them, and the notes of all."""
    rows = Reconciliation.objects.by_machine().filter(
        organization=run.organization_id, status=ReconciliationStatus.PARTIAL
    )
    told = seeds | other_side(rows, "document", "transaction", notes)
    lines, wanted = set(told), notes | other_side(rows, "transaction", "document", told)
    for _ in range(STEPS):
        lines |= other_side(rows, "document", "transaction", wanted)
        wanted |= other_side(rows, "transaction", "document", lines)
    return told, lines - told, wanted


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
