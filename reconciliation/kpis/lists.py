"""The rows behind each number: the same rows that it counts, as people read them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from conciliacontag.errors import NotFound
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.sentences import tell
from ingestion.screens.wording import spell, tell_counts
from ingestion.words import FILE_KINDS
from reconciliation.kpis.figures import within
from reconciliation.kpis.judgements import DROPPED, KEPT, STANDING, UNDONE
from reconciliation.kpis.measures import (
    FILES,
    LINES,
    NOTES,
    READ_LINES,
    READ_NOTES,
    RUNS,
    WAITS,
    measure_of,
)
from reconciliation.kpis.period import Period
from reconciliation.kpis.subjects import Measure, Subject

NOTE = "ingestion_document"
LINE = "ingestion_transaction"
PAIR = "reconciliation_reconciliation"


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of a list, whatever it is about."""

    id: UUID
    day: date
    told: str
    company: str
    amount: Decimal | None = None
    note: str = ""
    page: str = ""  # the name of its page in the site
    page_id: UUID | None = None

    @property
    def url(self) -> str:
        if not self.page:
            return ""
        return reverse(f"admin:{self.page}_change", args=[self.page_id or self.id])


@dataclass(frozen=True, slots=True)
class Listing:
    """All rows that a measure counts for some companies, in order."""

    measure: Measure
    rows: "QuerySet[Any]"
    is_timeless: bool  # the measure speaks of all months at once

    @property
    def amount(self) -> Decimal | None:
        """What they add up to; None where rows have no amount."""
        amount = self.measure.subject.amount
        if amount is None:
            return None
        return self.rows.order_by().aggregate(total=Sum(amount))["total"] or Decimal(0)

    def shown(self, rows: Iterable[Any]) -> Iterator[Shown]:
        show = SHOW[self.measure.subject]
        return (show(row) for row in rows)


def listing(
    code: str, organizations: Iterable[Organization], period: Period, *, kind: str | None = None
) -> Listing:
    """The list of a measure; those of age take no period, and only files have a kind.

    Raises:
        NotFound: there is no such measure.
    """
    measure = measure_of(code)
    if measure is None:
        raise NotFound("Este número não existe. Veja os códigos em /v1/reports/kpis.")
    subject = measure.subject
    rows = measure.select(within(subject, organizations))
    is_timeless = code.startswith("age_")
    if not is_timeless:
        rows = rows.filter(subject.within(period))
    if kind is not None and subject is FILES:
        rows = rows.filter(kind=kind)
    joined = JOINED[subject]
    heavy = [f"{one}__normalized" for one in joined if one == "document"]
    heavy += ["normalized"] if subject in (NOTES, READ_NOTES) else []
    rows = rows.select_related("organization", *joined).defer(*heavy).order_by(subject.day, "pk")
    return Listing(measure, rows, is_timeless)


def local_day(moment: Any) -> date:
    return timezone.localtime(moment).date()


def line(row: Any) -> Shown:
    told = " · ".join(part for part in (row.memo, row.payee) if part) or "sem histórico"
    state = row.get_status_display()
    return Shown(row.pk, row.date, told, row.organization.name, row.amount, state, LINE)


def document(row: Any) -> Shown:
    told = f"{row} · {row.party_name}" if row.party_name else str(row)
    state = row.get_status_display()
    return Shown(row.pk, row.issue_date, told, row.organization.name, row.total_amount, state, NOTE)


def file(row: Any) -> Shown:
    kind = FILE_KINDS.get(row.kind, row.kind)
    said = row.error or tell_counts(row)
    return Shown(
        row.pk, local_day(row.processed_at), f"{row.filename} · {kind}", row.organization.name,
        note=said, page="ingestion_sourcefile",
    )  # fmt: skip


def run(row: Any) -> Shown:
    told = f"{row.documents} documentos e {row.transactions} lançamentos"
    return Shown(
        row.pk, local_day(row.finished_at), told, row.organization.name, note=spell(row.span),
        page="reconciliation_run",
    )  # fmt: skip


def told_points(score: Decimal) -> str:
    return f"{score.normalize():f} pontos".replace(".", ",")


def pair(row: Any) -> Shown:
    told = f"{row.document}: {row.transaction.memo or row.transaction.payee}"
    moment = row.decided_at or row.created_at
    wait = getattr(row, "wait", None)
    note = told_points(row.score) + (f" · {spell(wait)}" if wait is not None else "")
    return Shown(
        row.pk, local_day(moment), told, row.organization.name, row.amount, note, PAIR
    )  # fmt: skip


def dropped(row: Any) -> Shown:
    told = row.transaction.memo or row.transaction.payee
    note = f"{told_points(row.score)} · {row.row.get('reason', '')}"
    return Shown(
        row.pk, local_day(row.created_at), told, row.organization.name,
        Decimal(row.row["amount"]), note, LINE, row.transaction_id,
    )  # fmt: skip


def act(row: Any) -> Shown:
    page = "organizations_auditlog"
    return Shown(row.pk, local_day(row.at), tell(row), row.organization.name, page=page)


SHOW: dict[Subject, Callable[[Any], Shown]] = {
    LINES: line,
    READ_LINES: line,
    NOTES: document,
    READ_NOTES: document,
    FILES: file,
    RUNS: run,
    WAITS: pair,
    KEPT: pair,
    STANDING: pair,
    DROPPED: dropped,
    UNDONE: act,
}
JOINED: dict[Subject, tuple[str, ...]] = {
    **dict.fromkeys(SHOW, ()),
    **dict.fromkeys((WAITS, KEPT, STANDING), ("document", "transaction")),
    DROPPED: ("transaction",),
    UNDONE: ("actor",),
}
