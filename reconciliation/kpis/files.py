"""The figures as a table for whoever calculates on: a row a company and month, as CSV or XLSX."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.http import HttpResponseBase
from django.utils import timezone

from conciliacontag.brazil import format_cnpj
from conciliacontag.organizations.models import Organization
from ingestion.originals import Cell, as_csv, as_xlsx
from reconciliation.kpis.figures import (
    NONE,
    OF_LINES,
    OF_NOTES,
    Tallies,
    count_by,
    documents_per_day,
)
from reconciliation.kpis.lists import Shown
from reconciliation.kpis.measures import MEASURES
from reconciliation.kpis.period import Period, month_of, months_until, work_of
from reconciliation.kpis.report import (
    MONTHS,
    OF_READING,
    errors_by_kind,
    month_by_month,
    precision_by_band,
)

COLUMNS = (*OF_NOTES, *OF_LINES, *(code for codes in OF_READING for code in codes))
DAYS = 30
LONGEST_TITLE = 31  # of a sheet
Table = list[list[Cell]]


def report_file(organizations: Sequence[Organization], month: date, kind: str) -> HttpResponseBase:
    """Twelve months of each company; a workbook also tells precision, times and errors."""
    name = f"relatorio-{month:%Y-%m}.{kind}"
    figures = company_table(organizations, month)
    if kind == "csv":
        return as_csv([[spelled(cell) for cell in row] for row in figures], name)
    sheets = {
        "Empresas e meses": figures,
        "Acerto da máquina": precision_table(organizations, month),
        "Tempos": times_table(organizations, month),
        "Leitura por tipo": errors_table(organizations, month),
        "Documentos por dia": days_table(organizations),
    }
    return as_xlsx(sheets, name)


def list_file(title: str, rows: Iterable[Shown], name: str, kind: str) -> HttpResponseBase:
    """The rows of a number as a file."""
    header: list[Cell] = ["Data", "Empresa", "O que é", "Situação", "Valor"]
    table = [header] + [[row.day, row.company, row.told, row.note, row.amount] for row in rows]
    if kind == "csv":
        return as_csv([[spelled(cell) for cell in row] for row in table], f"{name}.csv")
    return as_xlsx({title[:LONGEST_TITLE]: table}, f"{name}.xlsx")


def spelled(cell: Cell) -> str:
    """As a spreadsheet here reads it: a comma before the cents, days as 31/12/2026."""
    if isinstance(cell, Decimal):
        return f"{cell:.2f}".replace(".", ",")
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return "" if cell is None else str(cell)


def company_table(organizations: Sequence[Organization], month: date) -> Table:
    months = months_until(month, MONTHS)
    period = Period(months[0], month_of(month).until)
    found: dict[tuple[object, ...], Tallies] = {}
    for codes in (OF_LINES, OF_NOTES, *OF_READING):
        for key, tallies in count_by(
            codes, organizations, period, "organization_id", "month"
        ).items():
            found.setdefault(key, {}).update(tallies)
    header: list[Cell] = ["Empresa", "CNPJ", "Competência", *head()]
    return [header] + [
        [one.name, format_cnpj(one.cnpj), start, *values(found[(one.pk, start)])]
        for one in organizations
        for start in months
        if (one.pk, start) in found
    ]


def head() -> Iterator[str]:
    for code in COLUMNS:
        measure = MEASURES[code]
        yield measure.title
        if measure.subject.amount is not None:
            yield f"{measure.title}, R$"


def values(tallies: Tallies) -> Iterator[Cell]:
    for code in COLUMNS:
        tally = tallies.get(code, NONE[code])
        yield tally.count
        if MEASURES[code].subject.amount is not None:
            yield tally.amount or Decimal(0)


def precision_table(organizations: Sequence[Organization], month: date) -> Table:
    rows = precision_by_band(organizations, month_of(month))
    header: list[Cell] = ["Faixa", "Ficaram", "Não ficaram", "Acerto, %", "De, %", "Até, %"]
    return [header] + [
        [row.title, row.kept, row.wrong, row.precision, *(row.interval or (None, None))]
        for row in rows
    ]


def times_table(organizations: Sequence[Organization], month: date) -> Table:
    header: list[Cell] = [
        "Competência", "Conciliações", "Metade até, s", "95% até, s",
        "Vínculos da máquina", "Metade até, s", "95% até, s",
    ]  # fmt: skip
    return [header] + [
        [row.month, *(cell for one in (row.runs, row.waits)
                      for cell in (one.count, seconds(one.half), seconds(one.slow)))]
        for row in month_by_month(organizations, month)
    ]  # fmt: skip


def seconds(span: timedelta | None) -> Decimal | None:
    if span is None:
        return None
    return Decimal(str(span.total_seconds())).quantize(Decimal("0.01"))


def errors_table(organizations: Sequence[Organization], month: date) -> Table:
    rows = errors_by_kind(organizations, work_of(month))
    header: list[Cell] = ["Tipo", "Arquivos lidos", "Com erro", "Com erro, %"]
    return [header] + [[row.title, row.files, row.refused, row.rate] for row in rows]


def days_table(organizations: Sequence[Organization]) -> Table:
    rows = documents_per_day(organizations, timezone.localdate(), DAYS)
    header: list[Cell] = ["Dia", "Documentos lidos"]
    return [header] + [[day, count] for day, count in rows]
