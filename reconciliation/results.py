"""What a run found, kept: only what differs from what the table says already is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from conciliacontag.database import copy_text
from reconciliation.alerts import alerted_lines
from reconciliation.balances import ZERO, weigh
from reconciliation.engine import Candidate, Doubt, Outcome, Papers
from reconciliation.engine.cents import reais
from reconciliation.models import (
    MATCHED,
    Reconciliation,
    ReconciliationQuerySet,
    ReconciliationStatus,
    Run,
)
from reconciliation.periods.closed import in_closed_period
from reconciliation.reach import Reach
from reconciliation.result_rows import COLUMNS, Row, linked_pairs, part_of, rows_of
from reconciliation.statuses import chunks, settle, settle_rows
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
    known = by_line(superseded(run, kept, reach))
    matched = {pair.transaction_id for pair in kept.matches}
    lines = {*matched, *(doubt.transaction_id for doubt in kept.doubts), *known}
    settled: set[str] = set()
    written = write(run, known, rows_of(kept, amounts), settled)
    notes = set(reach.documents.ids) - settled
    settle(lines - settled, notes, alone=notes & set(kept.unmatched_documents))
    partial = sum(1 for doubt in kept.doubts if doubt.candidates)
    return Stored(len(matched), partial, len(kept.doubts) - partial, written)


def open_amounts(documents: Papers) -> dict[str, Decimal]:
    left: defaultdict[int, int] = defaultdict(int)
    for part in documents.part_rows:
        left[part.document] += part.amount
    return {documents.ids[place]: reais(amount) for place, amount in left.items()}


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
    What is left stands in the order in which it was found, in which its words are told cheapest.

    Args:
        notes, lines: what is open of each, by identifier.
        alerted: lines about which a person was warned and has not decided.
    """
    left = {**notes, **{line: abs(amount) for line, amount in lines.items()}}
    links = sorted(linked_pairs(outcome.matches), key=lambda link: (-link[0].score, link[0].link))
    booked: set[tuple[str, int]] = set()
    doubts = list(outcome.doubts)
    for link in links:
        line = link[0].transaction_id
        if line in alerted:
            doubts.append(Doubt(line, tuple(link), ALERTED))
        elif take(left, link):
            booked.add((line, link[0].link))
        else:
            doubts.append(Doubt(line, tuple(link), NO_ROOM))
    matches = (pair for pair in outcome.matches if (pair.transaction_id, pair.link) in booked)
    return replace(outcome, matches=tuple(matches), doubts=tuple(doubts))


def take(left: dict[str, Decimal], link: Sequence[Candidate]) -> bool:
    """Take a link's amounts from what is left of both sides, unless that is not enough."""
    needed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for pair in link:
        side = weigh(*part_of(pair)[3:])
        needed[pair.transaction_id] += side.used
        needed[pair.document_id] += side.settled
    if any(left.get(name, ZERO) < amount for name, amount in needed.items()):
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


def write(run: Run, known: dict[str, list[Old]], rows: Iterable[Row], settled: set[str]) -> int:
    """Bring the table from the old rows of each line to these; count what went and what came.

    Args:
        settled: takes the lines and notes of which rows came: their statuses follow already.
    """
    if not known:
        return copy_in(run, each_once(rows), settled)
    fresh: list[Row] = []
    unmoved = is_same_judge(run)
    for line, said in grouped(rows).items():
        standing = known.pop(line, [])
        if not (standing and unmoved and is_same(standing, said)):
            known[line], news = apart(standing, said)
            fresh += news
    stale = [one.pk for standing in known.values() for one in standing]
    for chunk in chunks(stale):
        Reconciliation.objects.filter(pk__in=chunk).delete()
    return len(stale) + (copy_in(run, fresh, settled) if fresh else 0)


def copy_in(run: Run, rows: Iterable[Row], settled: set[str]) -> int:
    same = {
        "organization_id": run.organization_id,
        "run_id": run.pk,
        "created_at": timezone.now(),
        "alert": "",
    }
    lines = copied(rows, settled)
    return copy_text(Reconciliation, COLUMNS, lines, same=same, then=settle_rows)


def copied(rows: Iterable[Row], settled: set[str]) -> Iterator[str]:
    for row in rows:
        settled.update((row.line, row.document))
        yield row.copied()


def each_once(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows as they come, without those that were there already: the database reads meanwhile."""
    told: set[str] = set()
    for row in rows:
        if row.content_hash not in told:
            told.add(row.content_hash)
            yield row


def by_line(old: ReconciliationQuerySet) -> dict[str, list[Old]]:
    found: defaultdict[str, list[Old]] = defaultdict(list)
    # As text: an object for each identifier takes longer than the question.
    line, link, document = (
        Cast(name, TextField()) for name in ("transaction_id", "link", "document_id")
    )
    rows = old.order_by().values_list(
        line, "pk", "score", "content_hash", link, document, "installment", "status"
    )
    for said_of, pk, score, content_hash, linked, note, *rest in rows:
        found[said_of].append(Old(pk, score, content_hash, (linked, note or "", *rest)))
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
