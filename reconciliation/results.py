"""What a run found, kept: only what differs from what the table says already is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from conciliacontag.database import copy_rows
from ingestion.models import Document, MatchStatus, Transaction
from ingestion.models.documents import PAYABLE
from reconciliation.alerts import alerted_lines
from reconciliation.balances import weigh
from reconciliation.engine import Candidate, Doubt, OpenDocument, Outcome
from reconciliation.models import (
    MATCHED,
    Reconciliation,
    ReconciliationQuerySet,
    ReconciliationStatus,
    Run,
)
from reconciliation.open_rows import open_documents, open_transactions
from reconciliation.periods.closed import in_closed_period
from reconciliation.reach import Reach
from reconciliation.result_rows import COLUMNS, Row, linked_pairs, part_of, rows_of, stamped
from reconciliation.statuses import (
    chunks,
    mark_unmatched,
    settle,
    settle_documents,
    settle_transactions,
)
from reconciliation.versions import is_same_judge

TOLERANCE = Decimal(5)  # points
NO_ROOM = "Outra conciliação mais provável já usa este valor; confira se é o mesmo pagamento."
ALERTED = "Este lançamento estava conciliado com uma nota que foi cancelada: confira antes."


@dataclass(frozen=True, slots=True)
class Stored:
    """How many lines were booked, wait for a person, or found nothing; rows written for it."""

    matched: int
    partial: int
    unmatched: int
    written: int = 0


def store(run: Run, outcome: Outcome, reach: Reach) -> Stored:
    """Replace what earlier runs proposed, and leave alone what they said in the same words.

    The caller holds the organization's books and has left out what is not true any more.

    Args:
        reach: what was compared, with what is open of each.
    """
    amounts = {line.id: line.amount for line in reach.transactions}
    kept = within_scope(outcome, set(run.only_documents))
    kept = booked_within(kept, open_amounts(reach.documents), amounts, alerted_lines(run))
    written = write(run, superseded(run, kept, reach), rows_of(kept, amounts))
    settle_run(run, kept.unmatched_documents, reach)
    partial = sum(1 for doubt in kept.doubts if doubt.candidates)
    matched = len({pair.transaction_id for pair in kept.matches})
    return Stored(matched, partial, len(kept.doubts) - partial, written)


def open_amounts(documents: Iterable[OpenDocument]) -> dict[str, Decimal]:
    return {row.id: sum((part.amount for part in row.payables), Decimal(0)) for row in documents}


def still_true(run: Run, outcome: Outcome, reach: Reach) -> Outcome:
    """The outcome without what people decided, or a reading changed, while it was computed.

    The caller holds the organization's books. What is left out has no row and waits for the next
    run; so does a line whose every candidate was left out, for its reason speaks of them. A link
    is left out whole.

    Args:
        reach: the rows as they were when they were compared.
    """
    compared = {row.id: row for row in reach.documents}
    open_notes = open_documents(run.organization, force=run.force, among=reach.notes)
    notes = {row.id for row in open_notes if compared.get(row.id) == row}
    before = {row.id: row for row in reach.transactions}
    told = None if reach.told is None else sorted(reach.told)
    open_lines = open_transactions(run.organization, force=run.force, among=told)
    lines = {row.id for row in open_lines if before.get(row.id) == row}

    def holding(pairs: Iterable[Candidate]) -> tuple[Candidate, ...]:
        links = (
            link
            for link in linked_pairs(pairs)
            if all(pair.transaction_id in lines and pair.document_id in notes for pair in link)
        )
        return tuple(pair for link in links for pair in link)

    doubts = (
        (doubt, replace(doubt, candidates=holding(doubt.candidates)))
        for doubt in outcome.doubts
        if doubt.transaction_id in lines
    )
    return Outcome(
        holding(outcome.matches),
        tuple(now for was, now in doubts if now.candidates or not was.candidates),
        tuple(document for document in outcome.unmatched_documents if document in notes),
    )


def within_scope(outcome: Outcome, documents: set[str]) -> Outcome:
    """Only what concerns these documents, link by link; everything when none is named."""
    if not documents:
        return outcome
    links = (
        link
        for link in linked_pairs(outcome.matches)
        if any(pair.document_id in documents for pair in link)
    )
    return Outcome(
        tuple(pair for link in links for pair in link),
        tuple(
            doubt
            for doubt in outcome.doubts
            if any(candidate.document_id in documents for candidate in doubt.candidates)
        ),
        tuple(document for document in outcome.unmatched_documents if document in documents),
    )


def booked_within(
    outcome: Outcome,
    notes: Mapping[str, Decimal],
    lines: Mapping[str, Decimal],
    alerted: set[str],
) -> Outcome:
    """The outcome with bookings that a person has to see, or that do not fit, as proposals.

    The likeliest come first; no document is settled and no line used beyond what is open of it.

    Args:
        notes, lines: what is open of each, by identifier.
        alerted: lines about which a person was warned and has not decided.
    """
    left = {**notes, **{line: abs(amount) for line, amount in lines.items()}}
    links = sorted(linked_pairs(outcome.matches), key=lambda link: (-link[0].score, link[0].link))
    booked: list[Candidate] = []
    doubts = list(outcome.doubts)
    for link in links:
        line = link[0].transaction_id
        if line in alerted:
            doubts.append(Doubt(line, tuple(link), ALERTED))
        elif take(left, link):
            booked += link
        else:
            doubts.append(Doubt(line, tuple(link), NO_ROOM))
    return replace(outcome, matches=tuple(booked), doubts=tuple(doubts))


def take(left: dict[str, Decimal], link: Sequence[Candidate]) -> bool:
    """Take a link's amounts from what is left of both sides, unless that is not enough."""
    needed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for pair in link:
        side = weigh(*part_of(pair)[3:])
        needed[pair.transaction_id] += side.used
        needed[pair.document_id] += side.settled
    if any(left.get(name, Decimal(0)) < amount for name, amount in needed.items()):
        return False
    for name, amount in needed.items():
        left[name] -= amount
    return True


def superseded(run: Run, outcome: Outcome, reach: Reach) -> ReconciliationQuerySet:
    """What the machine said before about everything that this run speaks of.

    Alerts are not among it: they wait for a person. Nor is a line that a person has left without a
    note, or taken back, for no run looks at it.
    """
    rows = Reconciliation.objects.by_machine().filter(organization=run.organization_id, alert="")
    spoken = Reconciliation.objects.by_people().filter(transaction=OuterRef("transaction"))
    rows = rows.exclude(Exists(spoken.exclude(MATCHED)))
    rows = rows.exclude(in_closed_period("transaction__"))
    if not run.force:
        rows = rows.exclude(status=ReconciliationStatus.MATCHED)
    if not reach.is_all:
        return rows.filter(transaction__in=reach.told or ())
    if not run.only_documents:
        return rows
    lines = [pair.transaction_id for pair in outcome.matches]
    lines += [doubt.transaction_id for doubt in outcome.doubts]
    notes = {*run.only_documents, *(pair.document_id for pair in outcome.matches)}
    concerned = rows.filter(Q(transaction__in=lines) | Q(document__in=notes))
    return rows.filter(link__in=concerned.values("link"))


class Old(NamedTuple):
    """A row that stands in the table, with what it is compared by."""

    pk: UUID
    score: Decimal
    content_hash: str
    identity: tuple[str, ...]


def write(run: Run, old: ReconciliationQuerySet, rows: Iterable[Row]) -> int:
    """Bring the table from the old rows to these; count what was taken out and put in."""
    known = by_line(old)
    fresh: list[Row] = []
    unmoved = is_same_judge(run)
    for line, said in grouped(rows).items():
        standing = known.pop(line, [])
        if not (unmoved and is_same(standing, said)):
            known[line], news = apart(standing, said)
            fresh += news
    stale = [one.pk for standing in known.values() for one in standing]
    for chunk in chunks(stale):
        Reconciliation.objects.filter(pk__in=chunk).delete()
    if fresh:
        copy_rows(Reconciliation, COLUMNS, stamped(run, fresh))
    return len(stale) + len(fresh)


def by_line(old: ReconciliationQuerySet) -> dict[str, list[Old]]:
    found: defaultdict[str, list[Old]] = defaultdict(list)
    columns = ("transaction_id", "pk", "score", "content_hash")
    told = ("link", "document_id", "installment", "status")
    for line, pk, score, content_hash, link, document, *rest in old.order_by().values_list(
        *columns, *told
    ):
        identity = (str(link), str(document or ""), *rest)
        found[str(line)].append(Old(pk, score, content_hash, identity))
    return found


def grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by line, each row once."""
    found: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        found[row.line].setdefault(row.content_hash, row)
    return {line: list(said.values()) for line, said in found.items()}


def is_same(standing: Sequence[Old], said: Sequence[Row]) -> bool:
    """Whether a line's rows say the same links; its points may have moved a little.

    What an organization's habits are is learned again from the rows of each run, which moves the
    points of what was not touched: that alone is no news.
    """
    scores = {one.identity: one.score for one in standing if one.content_hash}
    if len(scores) != len(standing) or scores.keys() != {row.identity for row in said}:
        return False
    if any(not row.score for row in said):
        return {one.content_hash for one in standing} == {row.content_hash for row in said}
    return all(abs(scores[row.identity] - row.score) <= TOLERANCE for row in said)


def apart(standing: Sequence[Old], said: Sequence[Row]) -> tuple[list[Old], list[Row]]:
    """The old rows that are wrong now, and the new ones that are missing."""
    before = {one.content_hash for one in standing}
    now = {row.content_hash for row in said}
    return (
        [one for one in standing if one.content_hash not in now],
        [row for row in said if row.content_hash not in before],
    )


def settle_run(run: Run, unmatched: Iterable[str], reach: Reach) -> None:
    """Statuses of everything that may have changed: what is open, and with `force` the rest."""
    if not reach.is_all:
        settle(reach.told or (), reach.notes or ())
        mark_unmatched(unmatched, Reconciliation.objects.filter(document__in=reach.notes or ()))
        return
    lines = Transaction.objects.money().filter(organization=run.organization_id)
    lines = lines.exclude(in_closed_period())
    documents = Document.objects.filter(PAYABLE, organization=run.organization_id)
    rows = of_lines = of_notes = Reconciliation.objects.filter(organization=run.organization_id)
    if not run.force:
        lines, documents = lines.open(), documents.open()
        of_lines = rows.exclude(transaction__status=MatchStatus.RECONCILED)
        of_notes = rows.exclude(document__status=MatchStatus.RECONCILED)
    settle_transactions(lines, of_lines)
    settle_documents(documents, of_notes)
    mark_unmatched(unmatched, of_notes)
