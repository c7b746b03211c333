"""The month of each company on one page, by aggregate queries: as many for one as for a hundred."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Abs, TruncMonth
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from audits.charts import Bar, Chart, bars, share
from audits.models import Batch, BatchStatus, Card
from conciliacontag.brazil import format_brl
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import Scope, next_month, previous_month, scope_of, spell_month
from ingestion.models import Document, FileStatus, SourceFile, Transaction

OPEN = ~Q(status="reconciled")
MONTHS_SHOWN = 6
AGES = ((7, "até 7 dias"), (15, "8 a 15 dias"), (30, "16 a 30 dias"), (None, "mais de 30 dias"))


@dataclass(frozen=True, slots=True)
class CompanyMonth:
    """One company's line of the page."""

    organization: Organization
    documents: int = 0
    lines: int = 0
    reconciled: int = 0
    open_amount: Decimal = Decimal(0)
    oldest: date | None = None
    broken_files: int = 0
    waiting_cards: int = 0

    @property
    def rate(self) -> Decimal | None:
        """Reconciled lines of all lines, in percent; None when there is no line."""
        return Decimal(self.reconciled * 100) / self.lines if self.lines else None


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something that waits for a person, and where it is done."""

    icon: str
    title: str
    text: str
    url: str


def show_month(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the index page: the chosen month, or the newest one that has data."""
    scope = scope_of(request)
    month = scope.month or newest_month(scope.shown)
    rows = company_months(scope.shown, month)
    return {
        **context,
        "title": f"Início · {spell_month(month)}",
        "uses_month": True,
        "month_required": True,
        "shown_month": f"{month:%Y-%m}",
        "month_name": spell_month(month),
        "rows": rows,
        "totals": total(rows),
        "todo": list(to_do(rows, scope)),
        "main": main_action(scope.shown, rows),
        "charts": charts(scope.shown, month) if any(row.lines for row in rows) else (),
        "is_empty": not has_anything(scope.shown),
    }


def newest_month(organizations: Iterable[Organization]) -> date:
    theirs = Q(organization__in=organizations)
    days = (
        Transaction.objects.money().filter(theirs).aggregate(day=Max("date"))["day"],
        Document.objects.filter(theirs).aggregate(day=Max("issue_date"))["day"],
    )
    known = [day for day in days if day]
    return max(known, default=timezone.localdate()).replace(day=1)


def has_anything(organizations: list[Organization]) -> bool:
    return SourceFile.objects.filter(organization__in=organizations).exists()


def company_months(organizations: list[Organization], month: date) -> list[CompanyMonth]:
    """One line a company; the largest amount in the open comes first."""
    within = Q(organization__in=organizations)
    end = next_month(month)
    documents = by_company(
        Document.objects.filter(within, issue_date__gte=month, issue_date__lt=end),
        documents=Count("pk"),
    )
    lines = by_company(
        Transaction.objects.money().filter(within, date__gte=month, date__lt=end),
        lines=Count("pk"),
        reconciled=Count("pk", filter=~OPEN),
        open_amount=Sum(Abs("amount"), filter=OPEN),
        oldest=Min("date", filter=OPEN),
    )
    files = by_company(
        SourceFile.objects.uploads().filter(
            within & (Q(status=FileStatus.FAILED) | Q(rejected__gt=0))
        ),
        broken_files=Count("pk"),
    )
    cards = by_company(Card.objects.open().filter(within), waiting_cards=Count("pk"))
    found = [
        CompanyMonth(
            organization,
            **{
                name: value
                for part in (documents, lines, files, cards)
                for name, value in part.get(organization.pk, {}).items()
                if value is not None
            },
        )
        for organization in organizations
    ]
    return sorted(found, key=lambda row: row.open_amount, reverse=True)


def by_company(rows: "QuerySet[Any]", **sums: Any) -> dict[UUID, dict[str, Any]]:
    grouped = rows.order_by().values("organization_id").annotate(**sums)
    return {row.pop("organization_id"): row for row in grouped}


def total(rows: Iterable[CompanyMonth]) -> dict[str, Any]:
    kept = list(rows)
    lines = sum(row.lines for row in kept)
    reconciled = sum(row.reconciled for row in kept)
    return {
        "documents": sum(row.documents for row in kept),
        "lines": lines,
        "rate": Decimal(reconciled * 100) / lines if lines else None,
        "open_amount": sum((row.open_amount for row in kept), Decimal(0)),
        "waiting_cards": sum(row.waiting_cards for row in kept),
    }


def to_do(rows: list[CompanyMonth], scope: Scope) -> Iterable[ToDo]:
    """What waits for a person; nothing is listed that is not there."""
    broken = sum(row.broken_files for row in rows)
    waiting = sum(row.waiting_cards for row in rows)
    ready = Batch.objects.filter(organization__in=scope.shown, status=BatchStatus.READY)
    if waiting:
        yield ToDo(
            "help",
            plural(waiting, "dúvida espera decisão", "dúvidas esperam decisão"),
            "A máquina não teve certeza; a evidência está no cartão.",
            reverse("admin:audits_card_changelist") + "?status__exact=pending",
        )
    for batch in ready[:5]:
        yield ToDo(
            "verified",
            f"{batch.name} está revisado",
            "Todas as decisões foram tomadas: pode exportar.",
            reverse("admin:audits_batch_change", args=[batch.pk]),
        )
    if broken:
        yield ToDo(
            "report",
            plural(broken, "arquivo com recusas", "arquivos com recusas"),
            "Veja o que houve e o que fazer em cada um.",
            reverse("admin:ingestion_sourcefile_changelist"),
        )


def plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def main_action(organizations: list[Organization], rows: list[CompanyMonth]) -> dict[str, str]:
    """The page's one button: the next doubt of the company with most in the open, or sending."""
    for row in rows:
        if row.waiting_cards:
            card = Card.objects.open().filter(organization=row.organization).first()
            if card:
                url = reverse("admin:audits_card_change", args=[card.pk])
                return {"title": "Continuar conciliando", "url": url}
    if not has_anything(organizations):
        url = reverse("admin:ingestion_sourcefile_upload")
        return {"title": "Enviar arquivos", "url": url}
    url = reverse("admin:reconciliation_reconciliation_changelist")
    return {"title": "Continuar conciliando", "url": url}


def charts(organizations: list[Organization], month: date) -> tuple[Chart, Chart]:
    return rate_chart(organizations, month), age_chart(organizations)


def rate_chart(organizations: list[Organization], month: date) -> Chart:
    """Share of reconciled lines, month by month, up to the one shown."""
    months = [month]
    while len(months) < MONTHS_SHOWN:
        months.insert(0, previous_month(months[0]))
    rows = Transaction.objects.money().filter(
        organization__in=organizations, date__gte=months[0], date__lt=next_month(month)
    )
    counted = (
        rows.order_by()
        .annotate(month=TruncMonth("date"))
        .values("month")
        .annotate(lines=Count("pk"), reconciled=Count("pk", filter=~OPEN))
    )
    known = {row["month"]: (row["reconciled"], row["lines"]) for row in counted}
    return bars(
        "Taxa de conciliação por mês",
        [
            Bar(f"{one:%m/%Y}", share(*known.get(one, (0, 0))), percent(*known.get(one, (0, 0))))
            for one in months
        ],
        most=Decimal(100),
    )


def percent(part: int, whole: int) -> str:
    return f"{share(part, whole):.1f}%".replace(".", ",") if whole else "—"


def age_chart(organizations: list[Organization]) -> Chart:
    """The amount of the open lines by their age in days."""
    today = timezone.localdate()
    sums, after = {}, -1
    for limit, name in AGES:
        window = Q(date__lte=today - timedelta(days=after + 1)) if after >= 0 else Q()
        if limit is not None:
            window &= Q(date__gte=today - timedelta(days=limit))
            after = limit
        sums[name] = Sum(Abs("amount"), filter=window)
    rows = Transaction.objects.open().filter(organization__in=organizations)
    found = rows.order_by().aggregate(
        **{f"age{place}": one for place, one in enumerate(sums.values())}
    )
    amounts = [found[f"age{place}"] or Decimal(0) for place in range(len(AGES))]
    return bars(
        "Valor em aberto por idade",
        [Bar(name, amount, format_brl(amount)) for name, amount in zip(sums, amounts, strict=True)],
        tone="bar-warn",
    )
