"""The charts of the first page and of the reports, each bar a link to the rows it stands for."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone

from conciliacontag.brazil import format_brl, format_date
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import NAMES, Scope
from ingestion.screens.wording import thousands
from reconciliation.kpis.charts import Bar, Chart, columns, lines, share, told_rate
from reconciliation.kpis.companies import CompanyMonth
from reconciliation.kpis.figures import ages, count_by, documents_per_day
from reconciliation.kpis.links import list_page
from reconciliation.kpis.period import Period, month_of, months_until, work_of
from reconciliation.kpis.report import KindFigures, errors_by_kind

MONTHS_DRAWN, DAYS_DRAWN = 6, 30
MOST_RATE = Decimal(100)


def spell_work(month: date) -> str:
    """`outubro e novembro`: the months in which one is worked on."""
    return f"{NAMES[month.month - 1]} e {NAMES[month.month % 12]}"


def only_company(scope: Scope) -> Organization | None:
    return scope.shown[0] if len(scope.shown) == 1 else None


def rate_chart(scope: Scope, month: date) -> Chart:
    """Share of reconciled lines, month by month, up to the one shown."""
    months = months_until(month, MONTHS_DRAWN)
    period = Period(months[0], month_of(month).until)
    found = count_by(("lines", "lines_settled"), scope.shown, period, "month")
    company = only_company(scope)

    def bar(one: date) -> Bar:
        tallies = found.get((one,))
        rate = share(tallies["lines_settled"].count, tallies["lines"].count) if tallies else None
        url = list_page("lines_settled", organization=company, month=one)
        return Bar(f"{one:%m/%Y}", rate or Decimal(0), told_rate(rate), url if tallies else "")

    return columns(
        "Lançamentos conciliados por mês",
        [bar(one) for one in months],
        of="Mês",
        said="Conciliados",
        most=MOST_RATE,
    )


def open_chart(rows: Iterable[CompanyMonth]) -> Chart:
    """What is open in the month, company by company."""
    found = [
        Bar(
            row.organization.name,
            row.open_amount,
            format_brl(row.open_amount),
            row.pages["lines_open"],
        )
        for row in rows
        if row.open_amount
    ]
    return lines(
        "Em aberto por empresa",
        found,
        of="Empresa",
        said="Em aberto",
        tone="bar-warn",
        nothing="Nada em aberto.",
    )


def age_chart(scope: Scope) -> Chart:
    """The amount of the open lines of all months by their age in days."""
    company = only_company(scope)
    found = [
        Bar(
            one.title.removeprefix("Em aberto há "),
            tally.amount or Decimal(0),
            format_brl(tally.amount or Decimal(0)),
            list_page(one.code, organization=company) if tally.count else "",
        )
        for one, tally in ages(scope.shown)
    ]
    return columns(
        "Em aberto por idade, todos os meses", found, of="Idade", said="Em aberto", tone="bar-warn"
    )


def error_chart(scope: Scope, month: date) -> Chart:
    """Files of the month with an error of reading, by kind."""
    return draw_errors(errors_by_kind(scope.shown, work_of(month)), scope, month)


def draw_errors(rows: Sequence[KindFigures], scope: Scope, month: date) -> Chart:
    company = only_company(scope)
    found = [
        Bar(
            row.title,
            Decimal(row.refused),
            f"{thousands(row.refused)} de {thousands(row.files)}",
            list_page("files_refused", organization=company, month=month, tipo=row.kind, meses="2"),
        )
        for row in rows
        if row.refused
    ]
    return lines(
        f"Erros de leitura por tipo, {spell_work(month)}",
        found,
        of="Tipo",
        said="Arquivos com erro",
        tone="bar-bad",
        nothing="Nenhum erro de leitura.",
    )


def day_chart(scope: Scope) -> Chart:
    """Documents read on each of the last thirty days."""
    company, today = only_company(scope), timezone.localdate()
    found = [
        Bar(
            f"{day:%d/%m}",
            Decimal(count),
            thousands(count),
            list_page("read_documents", organization=company, dia=f"{day:%Y-%m-%d}")
            if count
            else "",
        )
        for day, count in documents_per_day(scope.shown, today, DAYS_DRAWN)
    ]
    title = f"Documentos lidos por dia, até {format_date(today)}"
    return columns(title, found, of="Dia", said="Documentos")
