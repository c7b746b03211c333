"""The one place that counts: as many queries for a hundred companies as for one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, Min, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncHour, TruncMonth
from django.db.transaction import atomic
from django.utils import timezone

from conciliacontag.organizations.models import Organization
from reconciliation.kpis.measures import LINES, MEASURES, age_measures
from reconciliation.kpis.percentiles import Percentile
from reconciliation.kpis.period import Period, days_until
from reconciliation.kpis.subjects import Measure, Subject

ZERO = Decimal(0)
ROW_BY_ROW = "SELECT set_config('enable_nestloop', %s, true)"
BY = {"month": TruncMonth, "day": TruncDate}
OF_LINES = (
    "lines", "lines_automatic", "lines_by_people", "lines_settled", "lines_answered", "lines_open",
    "lines_proposed",
)  # fmt: skip
OF_NOTES = (
    "documents", "documents_valid", "documents_automatic", "documents_by_people", "documents_open",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, and what they add up to in reais where they have an amount."""

    count: int = 0
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Spans:
    """Times of a month: of how many, and the middle and the slow end."""

    count: int = 0
    half: timedelta | None = None  # p50
    slow: timedelta | None = None  # p95


Key = tuple[Any, ...]
Tallies = dict[str, Tally]


def count_by(
    codes: Iterable[str],
    organizations: Iterable[Organization],
    period: Period,
    *by: str,
) -> dict[Key, Tallies]:
    """Measures of these companies, a group for each value of `by`.

    Those of the rows' own columns take one query; each that asks another table is joined by
    itself, for as the condition of a sum it would be asked row by row.

    Args:
        codes: of measures of one subject.
        by: `organization_id`, `month`, `day`, or a column of the subject.
    """
    measures = [MEASURES[code] for code in codes]
    subject = measures[0].subject
    rows = within(subject, organizations).filter(subject.within(period))
    plain = [one for one in measures if not one.asks]
    asking = [one for one in measures if one.asks]
    passes = [grouped(rows, plain, by)] if plain else []
    if asking:
        with joined_whole():
            passes += [grouped(rows, [one], by) for one in asking]
    found: dict[Key, Tallies] = {}
    for one in passes:
        for key, tallies in one.items():
            found.setdefault(key, empty(measures)).update(tallies)
    return found


@contextmanager
def joined_whole() -> Iterator[None]:
    """Join tables read whole, never row by row.

    After a first large import, and until its statistics are taken, the database would look for
    each row through an index that does not begin with what it looks for: minutes, not a second.
    """
    with atomic(), connection.cursor() as cursor:
        cursor.execute(ROW_BY_ROW, ["off"])
        yield
        cursor.execute(ROW_BY_ROW, ["on"])


def within(subject: Subject, organizations: Iterable[Organization]) -> "QuerySet[Any]":
    return subject.rows().filter(organization__in=list(organizations)).order_by()


def grouped(
    rows: "QuerySet[Any]", measures: Sequence[Measure], by: Sequence[str]
) -> dict[Key, Tallies]:
    subject = measures[0].subject
    named = {name: BY[name](subject.day) for name in by if name in BY}
    plain = [name for name in by if name not in BY]
    rows = rows.filter(*measures[0].asks)
    if not by:
        return {(): read(rows.aggregate(**aggregates(measures)), measures)}
    found = rows.values(*plain, **named).annotate(**aggregates(measures))
    return {tuple(as_day(group[name]) for name in by): read(group, measures) for group in found}


def as_day(value: Any) -> Any:
    """The start of a month as the database tells it for an instant, as its day here."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def aggregates(measures: Iterable[Measure]) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for one in measures:
        asked[f"{one.code}_count"] = Count("pk", filter=one.rule)
        if one.subject.amount is not None:
            asked[f"{one.code}_sum"] = Sum(one.subject.amount, filter=one.rule)
    return asked


def empty(measures: Iterable[Measure]) -> Tallies:
    return {one.code: Tally(0, None if one.subject.amount is None else ZERO) for one in measures}


def read(group: Mapping[str, Any], measures: Iterable[Measure]) -> Tallies:
    return {
        one.code: Tally(
            group[f"{one.code}_count"],
            None if one.subject.amount is None else group[f"{one.code}_sum"] or ZERO,
        )
        for one in measures
    }


def oldest_open(organizations: Iterable[Organization], period: Period) -> dict[Any, date]:
    """The first day of the period on which a company's line still waits."""
    open_lines = within(LINES, organizations).filter(LINES.within(period))
    rows = MEASURES["lines_open"].select(open_lines)
    with joined_whole():
        return dict(rows.values_list("organization_id").annotate(day=Min("date")))


def ages(organizations: Iterable[Organization]) -> list[tuple[Measure, Tally]]:
    """The open lines of all months by how long they have waited."""
    measures = age_measures(timezone.localdate())
    rows = MEASURES["lines_open"].select(within(LINES, organizations))
    with joined_whole():
        found = read(rows.aggregate(**aggregates(measures)), measures)
    return [(one, found[one.code]) for one in measures]


def spans(
    code: str, column: str, organizations: Iterable[Organization], period: Period
) -> dict[date, Spans]:
    """How long something took, month by month, over all of these companies."""
    subject = MEASURES[code].subject
    rows = within(subject, organizations).filter(subject.within(period))
    found = rows.values(month=TruncMonth(subject.day)).annotate(
        count=Count("pk"),
        half=Percentile(F(column), share=0.5),
        slow=Percentile(F(column), share=0.95),
    )
    return {as_day(row["month"]): Spans(row["count"], row["half"], row["slow"]) for row in found}


def run_spans(organizations: Iterable[Organization], period: Period) -> dict[date, Spans]:
    """From asking for a run to its end, the time in the queue included."""
    return spans("runs", "span", organizations, period)


def wait_spans(organizations: Iterable[Organization], period: Period) -> dict[date, Spans]:
    """From the arrival of the later file of a pair to the machine's booking."""
    return spans("waits", "wait", organizations, period)


def compared(organizations: Iterable[Organization], period: Period) -> tuple[int, timedelta]:
    """Documents that the runs of a period compared, and how long those runs worked."""
    subject = MEASURES["runs"].subject
    rows = within(subject, organizations).filter(subject.within(period))
    found = rows.aggregate(compared=Sum("documents"), worked=Sum("span"))
    return found["compared"] or 0, found["worked"] or timedelta()


def busy_hours(organizations: Iterable[Organization], period: Period) -> tuple[int, int]:
    """Documents that were read, and the hours in which there were any."""
    subject = MEASURES["read_documents"].subject
    rows = within(subject, organizations).filter(subject.within(period))
    hours = Count(TruncHour(subject.day), distinct=True)
    found = rows.aggregate(documents=Count("pk"), hours=hours)
    return found["documents"], found["hours"]


def documents_per_day(
    organizations: Iterable[Organization], last: date, days: int
) -> list[tuple[date, int]]:
    """Documents that were read on each day, the days without any included."""
    period = days_until(last, days)
    found = count_by(["read_documents"], organizations, period, "day")
    every = (period.first + timedelta(days=number) for number in range(period.days))
    return [(day, found.get((day,), NONE)["read_documents"].count) for day in every]


NONE: Tallies = {code: Tally() for code in MEASURES}
