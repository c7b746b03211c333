"""A condition tried on a month before it is a rule: where it would hold, with nothing written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, Max, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from rule_engine.errors import EngineError

from conciliacontag.brazil import cnpj_root
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import next_month
from ingestion.models import Document, Transaction
from reconciliation.balances import ZERO
from reconciliation.document_rows import papers_of
from reconciliation.engine import Candidate
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.open_rows import LINE_COLUMNS, as_open_line
from reconciliation.rules.conditions import Condition, read_condition
from reconciliation.rules.in_words import Group, told_condition
from reconciliation.rules.subjects import Subject

MOST = 20_000  # lines or pairs of a month that are asked
SHOWN = 12
PAIR = ("transaction_id", "document_id", "installment", "amount", "score", "status")


class Found(NamedTuple):
    """A line for which the condition holds, with the note of the pair where it is about pairs."""

    transaction_id: str
    date: date
    amount: Decimal
    memo: str
    number: str
    party: str


@dataclass(slots=True)
class Probe:
    """What a condition would have found in a month."""

    told: Group
    month: date
    is_about_line: bool
    asked: int = 0
    held: int = 0
    unanswered: int = 0  # the arithmetic has no result there
    is_cut: bool = False
    found: list[Found] = field(default_factory=list)


def probe(organization: Organization, month: date | None, when: str) -> Probe:
    """Ask a condition of every line of a month, or of every pair that the last runs left there.

    Args:
        month: None takes the last month that has lines.

    Raises:
        ConditionRefused: with the character where it shows.
    """
    condition = read_condition(when)
    lines = Transaction.objects.money().filter(organization=organization)
    day = month or lines.aggregate(last=Max("date"))["last"] or timezone.localdate()
    probed = Probe(told_condition(when), day.replace(day=1), condition.is_about_line)
    lines = lines.filter(date__gte=probed.month, date__lt=next_month(probed.month))
    bare = bare_subjects(lines)
    probed.is_cut = len(bare) > MOST
    subjects = bare.values() if condition.is_about_line else pairs(organization, bare)
    ask(condition, list(subjects), probed)
    return probed


def bare_subjects(lines: "QuerySet[Transaction]") -> dict[str, Subject]:
    """The lines as conditions ask about them, the earliest first."""
    rows = lines.order_by("date", "pk").values_list(*LINE_COLUMNS)[: MOST + 1]
    return {row[0]: Subject(as_open_line(*row, used=ZERO)) for row in rows}


def pairs(organization: Organization, bare: dict[str, Subject]) -> Iterator[Subject]:
    """What is booked or proposed of these lines, as it stands."""
    rows = Reconciliation.objects.filter(
        transaction__in=list(map(UUID, bare)), document__isnull=False
    )
    told = rows.order_by("transaction__date", "transaction", "-score", "pk")
    texts = (Cast(name, CharField()) for name in PAIR[:2])
    found = list(told.values_list(*texts, *PAIR[2:], "performed_by")[: MOST + 1])
    notes = Document.objects.filter(pk__in={row[1] for row in found})
    papers = {one.id: one for one in papers_of(notes, cnpj_root(organization.cnpj))}
    for line, note, installment, amount, score, status, person in found:
        candidate = Candidate(line, note, installment, amount, score, (), "")
        booked = status == ReconciliationStatus.MATCHED and person is None
        yield Subject(bare[line].line, papers[note], candidate, is_booked=booked, bare=bare[line])


def ask(condition: Condition, subjects: Sequence[Subject], probed: Probe) -> None:
    probed.is_cut |= len(subjects) > MOST
    for subject in subjects[:MOST]:
        probed.asked += 1
        try:
            holds = condition.holds(subject)
        except (EngineError, ArithmeticError):
            probed.unanswered += 1
            continue
        probed.held += holds
        if holds and len(probed.found) < SHOWN:
            probed.found.append(found_of(subject))


def found_of(subject: Subject) -> Found:
    line, note = subject.line, subject.document
    memo = line.memo or line.payee
    said = (note.number, note.party_name) if note else ("", "")
    return Found(line.id, line.posted_on, line.amount, memo, *said)
