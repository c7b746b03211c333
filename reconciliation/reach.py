"""What a run has to look at when a statement is all that came: the lines in it, and their rivals.

By what is known of the organization, a line's outcome depends on that line and on what competes
with it, the less the farther away. So the rest may stay as the last run left it. Every open
document is compared, but few lines: the new ones; the older ones to which a document was proposed
that the new ones may pay, told anew as well; and beside them what competes with these, by what was
proposed to it or by its amount.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from conciliacontag.postgres.identifiers import these
from reconciliation.engine import (
    REVERSED_WITHIN,
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
from reconciliation.news import News
from reconciliation.open_rows import (
    open_documents,
    open_transactions,
    undecided_lines,
)
from reconciliation.remembered import recall

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
    def notes(self) -> list[str] | None:
        """None stands for all of them."""
        return None if self.is_all else self.documents.ids


def reach_of(run: Run, known: Known | None, news: News | None) -> Reach:
    """What the run compares: everything, unless little is new and nothing else has changed.

    Args:
        known: what was learned before; None when this run learns from everything.
        news: what came since the last run; None when more may have happened.
    """
    near = _near(run, news.lines, known) if news and known else None
    if near is not None:
        return near
    before = moment(run)
    documents = open_documents(run.organization, force=run.force)
    lines = open_transactions(run.organization, force=run.force)
    return Reach(documents, list(lines), before=before)


def _near(run: Run, new: Sequence[UUID], known: Known) -> Reach | None:
    """The new lines and what competes with them; None when that is much, or nothing is remembered.

    The documents are those that were open after the last run: what came since are lines.
    """
    recalled = recall(run)
    if recalled is None:
        return None
    documents, most = recalled.documents, round(MOST * recalled.lines)
    lines = list(open_transactions(run.organization, force=False, among=new))
    paid = reachable(documents, lines, known)
    told = {*new} | taken_back(run, lines) | proposed(run, paid)
    if len(told) > most:
        return None
    lines += open_transactions(run.organization, force=False, among=told.difference(new))
    alike = paid | of_equal_amount(documents, lines)
    rivals, notes = rivals_of(run, alike, told)
    if len(rivals) > most:
        return None
    lines += open_transactions(run.organization, force=False, among=rivals - told)
    return Reach(documents, lines, frozenset(told), alike | frozenset(map(str, notes)))


def taken_back(run: Run, lines: Sequence[OpenTransaction]) -> set[UUID]:
    """Lines that one of these may take back, or repeat."""
    if not lines:
        return set()
    amounts = {sign * line.amount for line in lines for sign in (1, -1)}
    days, apart = {line.posted_on for line in lines}, timedelta(REVERSED_WITHIN)
    around = min(days) - apart, max(days) + apart
    waiting = undecided_lines(run.organization).open().order_by()
    return set(waiting.filter(date__range=around, amount__in=amounts).values_list("pk", flat=True))


def proposed(run: Run, notes: Iterable[str]) -> set[UUID]:
    """Lines to which the machine proposed one of these notes."""
    return other_side(proposals(run), "document", "transaction", notes)


def rivals_of(run: Run, notes: Iterable[str], told: set[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Lines that compete for these notes, those told among them, and the notes proposed to them."""
    rows = proposals(run)
    lines, wanted = told, {*map(UUID, notes)} | other_side(rows, "transaction", "document", told)
    for _ in range(STEPS):
        lines = lines | other_side(rows, "document", "transaction", wanted)
        wanted |= other_side(rows, "transaction", "document", lines)
    return lines, wanted


def proposals(run: Run) -> ReconciliationQuerySet:
    return Reconciliation.objects.by_machine().filter(
        organization=run.organization_id, status=ReconciliationStatus.PARTIAL
    )


def other_side(
    rows: ReconciliationQuerySet, by: str, wanted: str, keys: Iterable[UUID | str]
) -> set[UUID]:
    """What the rows with these keys name on their other side."""
    found = rows.filter(**{f"{by}__in": these(keys)}).order_by()
    return set(found.values_list(f"{wanted}_id", flat=True)) - {None}
