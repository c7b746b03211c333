"""Which other lines of the month one answer would fit: the same party in the same relation."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat, Upper

from conciliacontag.brazil import fold
from conciliacontag.errors import InvalidInput
from ingestion.models import Document, Transaction
from reconciliation.desk.answers import ACCEPT, Choice, Decision
from reconciliation.desk.balance import Balance, Part, proven
from reconciliation.desk.owing import Debt, debts_of, read_books
from reconciliation.desk.queue import HELD, RULES, WAITING, Queue
from reconciliation.models import Reconciliation, ReconciliationStatus

MOST_AT_ONCE = 500
CLOSE = Decimal(15)  # a second candidate this near leaves a line to a person
NOT_LETTERS = r"[^[:alpha:]]+"


@dataclass(frozen=True, slots=True)
class Likeness:
    """Lines that one answer fits, each with what it would say of it.

    doubtful: lines of the same party whose second candidate is near the first: left out.
    left: how many more there are than one act decides.
    """

    answers: list[tuple[Transaction, Decision]] = field(default_factory=list)
    doubtful: list[Transaction] = field(default_factory=list)
    left: int = 0

    @property
    def total(self) -> Decimal:
        return sum((abs(line.amount) for line, _ in self.answers), Decimal(0))


def alike(queue: Queue, line: Transaction, decision: Decision) -> Likeness:
    """The line itself and all that are like it, oldest first.

    With `accept`: lines whose best candidate is a note of the same party, differing from it in the
    same way. Otherwise lines that the bank describes with the same words, whatever their numbers.
    """
    if decision.verdict == ACCEPT:
        if len(decision.choices) != 1 or decision.lines or decision.kind:
            raise InvalidInput(
                "O que foi montado para este lançamento vale só para ele: decida os outros um a"
                " um.",
                code="only_this_line",
            )
        return with_same_party(queue, line, decision)
    found = list(same_words(queue, line)[: MOST_AT_ONCE + 1])
    left = max(same_words(queue, line).count() - MOST_AT_ONCE, 0) if found else 0
    return Likeness([(one, decision) for one in found[:MOST_AT_ONCE]], left=left)


def open_lines(queue: Queue) -> "QuerySet[Transaction]":
    """Lines of the month that wait, put aside or not, oldest first."""
    rows = queue.lines().filter(RULES[WAITING] | RULES[HELD])
    return rows.select_related("organization").order_by("date", "id")


def same_words(queue: Queue, line: Transaction) -> "QuerySet[Transaction]":
    """Open lines of the same sign whose texts are the same but for digits and marks."""
    sign = Q(amount__gt=0) if line.amount > 0 else Q(amount__lt=0)
    written = Concat("memo", Value(" "), "payee", output_field=TextField())
    rows = open_lines(queue).filter(sign).annotate(words=in_words(written))
    if not re.search(r"[A-Z]", fold(f"{line.memo} {line.payee}").upper()):
        return rows.filter(pk=line.pk)  # without words nothing says that two lines are alike
    return rows.filter(words=in_words(Value(f"{line.memo} {line.payee}")))


def in_words(text: Any) -> Func:
    """A text's letters alone, in capitals, what stood between them as one blank."""
    bare = (Upper(text), Value(NOT_LETTERS), Value(" "), Value("g"))
    return Func(*bare, function="regexp_replace", output_field=TextField())


def with_same_party(queue: Queue, line: Transaction, decision: Decision) -> Likeness:
    chosen = chosen_debt(line, decision.choices[0])
    if chosen is None:
        return Likeness()
    found = Likeness([(line, decision)])
    taken = {(chosen.document.pk, chosen.installment)}
    relation = relation_of(line, chosen)
    others = list(candidates_of(queue, line, chosen))
    grouped = shared(rows[0] for _, rows, _ in others)
    for other, rows, debts in others:
        best = debts[rows[0].pk]
        pair = (best.document.pk, best.installment)
        if best.party != chosen.party or relation_of(other, best, rows[0]) != relation:
            continue
        if (
            pair in taken
            or rows[0].link in grouped
            or (len(rows) > 1 and rows[0].score - rows[1].score < CLOSE)
        ):
            found.doubtful.append(other)
            continue
        taken.add(pair)
        found.answers.append((other, Decision(ACCEPT, [Choice(*pair)], decision.reason)))
    return cut(found)


def shared(rows: Iterable[Reconciliation]) -> set[UUID]:
    """Links of these with more rows than one, which only a person who sees all of them decides."""
    links = Reconciliation.objects.filter(link__in={row.link for row in rows}).order_by()
    sizes = links.values("link").annotate(size=Count("pk")).filter(size__gt=1)
    return set(sizes.values_list("link", flat=True))


def cut(found: Likeness) -> Likeness:
    left = max(len(found.answers) - MOST_AT_ONCE, 0)
    return Likeness(found.answers[:MOST_AT_ONCE], found.doubtful, left)


def chosen_debt(line: Transaction, choice: Choice) -> Debt | None:
    rows = Document.objects.filter(organization=line.organization_id, pk=choice.document_id)
    books = read_books(rows)
    return books.debt(choice.document_id, choice.installment) if books.documents else None


def relation_of(line: Transaction, debt: Debt, row: Reconciliation | None = None) -> str:
    """How what the line paid differs from what is owed, in one word."""
    paid = abs(line.amount)
    if row is not None and row.difference_kind:
        return row.difference_kind
    # A note that is paid by now counts as it was: deciding it refuses by itself, and says why.
    part = debt.part if debt.amount else Part(debt.name, debt.document.total_amount)
    return Balance(paid, [part], proven(paid, [part])).relation


def notes_of(chosen: Debt) -> "QuerySet[Document]":
    """Notes of the same party, whichever side it is on; one that is paid will refuse by itself."""
    party = Q(emitter_cnpj=chosen.party) | Q(receiver_cnpj=chosen.party)
    return Document.objects.filter(party, organization=chosen.document.organization_id)


def candidates_of(
    queue: Queue, line: Transaction, chosen: Debt
) -> Iterator[tuple[Transaction, list[Reconciliation], dict[Any, Debt]]]:
    """Other open lines with a note of the party among their candidates, the best one first."""
    if not chosen.party:
        return
    proposed = Reconciliation.objects.filter(
        organization=line.organization_id, status=ReconciliationStatus.PARTIAL
    )
    # Identifiers are read step by step: joined, the planner may visit every pair of rows while
    # the statistics are older than the run that filled the table.
    notes = list(notes_of(chosen).values_list("pk", flat=True))
    known = list(proposed.filter(document__in=notes).values_list("transaction", flat=True))
    others = {one.pk: one for one in open_lines(queue).filter(pk__in=known).exclude(pk=line.pk)}
    by_line: defaultdict[Any, list[Reconciliation]] = defaultdict(list)
    rows = list(proposed.filter(transaction__in=others).order_by(F("score").desc(), "created_at"))
    for row in rows:
        by_line[row.transaction_id].append(row)
    debts = debts_of(rows)
    for pk, other in others.items():
        if pk in by_line:  # somebody else may have decided it since the first look
            yield other, by_line[pk], debts
