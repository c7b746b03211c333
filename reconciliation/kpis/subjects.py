"""Rows that numbers are made of, and how a number picks its own among them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from reconciliation.kpis.period import Period


@dataclass(frozen=True, slots=True)
class Subject:
    """Rows of one kind, and the day by which they belong to a month."""

    rows: Callable[[], "QuerySet[Any]"]
    day: str
    amount: Any = None  # what sums in reais are made of
    is_moment: bool = False  # the day is that of an instant, in local time

    def within(self, period: Period) -> Q:
        first, until = (local_start if self.is_moment else same)(period.first, period.until)
        return Q(**{f"{self.day}__gte": first, f"{self.day}__lt": until})


def same(first: date, until: date) -> tuple[date, date]:
    return first, until


def local_start(first: date, until: date) -> tuple[datetime, datetime]:
    """The instants at which two days begin here."""
    begin, end = (timezone.make_aware(datetime.combine(day, time())) for day in (first, until))
    return begin, end


@dataclass(frozen=True, slots=True)
class Measure:
    """A number: which rows it counts."""

    code: str
    subject: Subject
    title: str
    meaning: str  # Portuguese: what is in the list
    rule: Q | None = None  # of the row's own columns
    asks: tuple[Any, ...] = ()  # conditions that look into another table

    def select(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Those of these rows that it counts."""
        return rows.filter(*([self.rule] if self.rule else []), *self.asks)
