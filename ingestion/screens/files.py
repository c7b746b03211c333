"""What the page of a file tells: findings, proofs of statements, what it brought and showed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from ingestion.models import (
    Document,
    Mention,
    PageText,
    Problem,
    SourceFile,
    Statement,
    Transaction,
    TransactionSource,
    Voiding,
)
from ingestion.models.files import Severity
from ingestion.proofs.balances import Span, first_break, prove_days
from ingestion.screens.forwardings import forwardings_of
from ingestion.screens.refused_rows import has_refused_rows
from ingestion.services.stored import is_kept
from ingestion.words import TOLD_BY

SHOWN = 50
GROUPED = 2_000  # problems that are looked at to find equal ones
PLACES = 5  # where each of them happened
TITLES = {
    Severity.ERROR: "Recusados",
    Severity.WARNING: "Pedem atenção",
    Severity.INFO: "Para saber",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What happened, once, with the places where it did."""

    problem: Problem
    places: tuple[str, ...]
    count: int

    @property
    def others(self) -> int:
        """Places that are not shown."""
        return self.count - max(len(self.places), 1)


@dataclass(frozen=True, slots=True)
class Findings:
    """The problems of one severity: the first of them by what happened, and how many there are."""

    severity: str
    title: str
    rows: tuple[Finding, ...]
    total: int

    @property
    def shown(self) -> int:
        return sum(finding.count for finding in self.rows)


@dataclass(frozen=True, slots=True)
class Proved:
    """A statement and whether its balances and its movements agree."""

    row: Statement
    moved: Decimal
    is_proved: bool
    broken: Span | None
    spans: int


@dataclass(frozen=True, slots=True)
class Told:
    """A document that the file mentions; `document_id` when it is here."""

    row: Mention
    told_by: str
    document_id: UUID | None


def file_context(row: SourceFile) -> dict[str, Any]:
    """Everything of the page that does not depend on who looks."""
    members = row.members.order_by("status", "filename")  # what failed comes first
    whole = Q(file=row) | Q(file__container=row)
    return {
        "findings": findings_of(row),
        "members": members[:SHOWN],
        "member_total": members.count(),
        "documents": Document.objects.filter(whole).defer("normalized")[:SHOWN],
        "line_count": row.transactions.count(),
        "lines": row.transactions.defer("metadata").order_by("date", "pk")[:SHOWN],
        "proofs": [prove(one) for one in row.statements.order_by("number")[:SHOWN]],
        "voidings": Voiding.objects.filter(whole)[:SHOWN],
        "mentions": mentions_of(Mention.objects.filter(whole)[:SHOWN]),
        "pages": PageText.objects.filter(file=row)[:SHOWN],
        "cards": cards_of(row),
        "has_refused_rows": has_refused_rows(row),
        "forwardings": forwardings_of(row.container or row, member=member_of(row)),
        "is_kept": is_kept(row),
    }


def member_of(row: SourceFile) -> UUID | None:
    return row.pk if row.container_id else None


def findings_of(row: SourceFile) -> list[Findings]:
    """Problems by severity, the gravest first; a member has those its package keeps for it."""
    problems = Problem.objects.about(row)
    counted = Counter(dict(problems.values_list("severity").annotate(many=Count("pk")).order_by()))
    return [
        Findings(
            severity.value,
            title,
            tuple(grouped(problems.filter(severity=severity)[:GROUPED]))[:SHOWN],
            counted[severity],
        )
        for severity, title in TITLES.items()
        if counted[severity]
    ]


def grouped(problems: Iterable[Problem]) -> Iterator[Finding]:
    """Twenty files with one mistake are one line, not twenty."""
    same: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        same.setdefault((problem.code, problem.message, problem.remedy), []).append(problem)
    for found in same.values():
        places = [problem.place for problem in found if problem.place]
        yield Finding(found[0], tuple(places[:PLACES]), len(found))


def prove(statement: Statement) -> Proved:
    """Check the balances of a statement against the movements of its account in those days.

    They may have come in an earlier file: what was known already is counted as well.
    """
    balances = sorted(set(balances_of(statement)))
    moved: dict[date, Decimal] = {}
    if balances:
        moved = moved_between(statement, balances[0][0], balances[-1][0])
    spans = prove_days(balances, moved)
    broken = first_break(spans)
    total = sum(moved.values(), Decimal(0))
    return Proved(statement, total, bool(spans) and broken is None, broken, len(spans))


def balances_of(statement: Statement) -> Iterable[tuple[date, Decimal]]:
    """Every balance a statement tells; the opening one belongs to the day before its first."""
    days = [date.fromisoformat(day) for day, _ in statement.balances]
    first = statement.starts_on or min(days, default=None)
    if statement.opening is not None and first is not None:
        yield first - timedelta(days=1), statement.opening
    for day, balance in statement.balances:
        yield date.fromisoformat(day), Decimal(balance)
    if statement.balance is not None and statement.balance_on is not None:
        yield statement.balance_on, statement.balance


def moved_between(statement: Statement, after: date, until: date) -> dict[date, Decimal]:
    """What moved on each day of an account after one day and up to another.

    Paid boletos are not counted: the bank credits them in a line of its own.
    """
    rows = Transaction.objects.filter(
        organization=statement.organization_id,
        account=statement.account,
        date__gt=after,
        date__lte=until,
    ).exclude(source=TransactionSource.BOLETO)
    return dict(rows.values_list("date").annotate(moved=Sum("amount")).order_by("date"))


def mentions_of(rows: Iterable[Mention]) -> list[Told]:
    """Documents that are told of, with those that are here linked."""
    told = list(rows)
    keys = {row.key for row in told if row.key}
    own = {row.organization_id for row in told}
    found = Document.objects.filter(organization__in=own, key__in=keys) if keys else []
    here = {document.key: document.pk for document in found}
    return [Told(row, TOLD_BY.get(row.told_by, row.told_by), here.get(row.key)) for row in told]


def cards_of(row: SourceFile) -> dict[str, int]:
    """How many answer cards the file brings, and how many of them need a person."""
    if row.kind != "omr":
        return {}
    doubtful = Problem.objects.about(row).filter(code="omr_issues").count()
    return {"total": row.informative, "doubtful": doubtful, "clear": row.informative - doubtful}
