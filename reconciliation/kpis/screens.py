"""Pages of the reports: a month with its figures, and the list behind each number."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils import timezone

from conciliacontag.errors import NotFound
from conciliacontag.pages import FactAdmin
from conciliacontag.scope import Scope, scope_of, spell_month
from reconciliation.desk.queue import ALERTED, BARE, HELD, SUGGESTED, WAITING
from reconciliation.kpis.companies import totals
from reconciliation.kpis.drawing import (
    age_chart,
    day_chart,
    error_chart,
    only_company,
    open_chart,
    rate_chart,
    spell_work,
)
from reconciliation.kpis.figures import OF_LINES, OF_NOTES, joined_whole
from reconciliation.kpis.files import list_file, report_file
from reconciliation.kpis.links import in_reports
from reconciliation.kpis.lists import listing
from reconciliation.kpis.missing import MEANING, TITLE, missing_rows
from reconciliation.kpis.newest import has_anything, newest_month
from reconciliation.kpis.parts import Planned, compute, once
from reconciliation.kpis.period import Period, days_until, month_of, work_of
from reconciliation.kpis.report import (
    OF_READING,
    MonthFigures,
    errors_by_kind,
    month_by_month,
    pace,
    precision_by_band,
    since_first,
)
from reconciliation.screens.desk_queue import STATE
from reconciliation.watch.links import in_scope as page_in_scope

PER_PAGE, MOST_IN_A_FILE = 50, 100_000
KINDS = ("csv", "xlsx")
BOOKS = (OF_LINES, OF_NOTES)
AT_THE_DESK = {
    "lines_open": WAITING,
    "lines_proposed": SUGGESTED,
    "lines_bare": BARE,
    "lines_held": HELD,
    "lines_warned": ALERTED,
}
CHARTS = ("taxa", "empresas", "idade", "erros", "dias")


class ReportPages:
    """The reports' addresses below an admin class."""

    def __init__(self, model_admin: FactAdmin) -> None:
        self.admin = model_admin

    def urls(self) -> list[Any]:
        guard = self.admin.admin_site.admin_view
        return [
            path("relatorios/", guard(self.overview), name="reconciliation_report"),
            path(
                "relatorios/arquivo/<str:kind>/",
                guard(self.download),
                name="reconciliation_report_file",
            ),
            path("relatorios/<slug:code>/", guard(self.one), name="reconciliation_report_list"),
        ]

    def overview(self, request: HttpRequest) -> HttpResponse:
        scope, month = chosen(request)
        parts = compute(planned(scope, month), request.GET.get("parte", ""))
        context = page_context(month, f"Relatórios de {spell_month(month)}") | {
            "parts": parts,
            "charts": CHARTS,
            "is_empty": not has_anything(scope.shown),
            "month": month,
            "work_name": spell_work(month),
            "company": only_company(scope),
            "files": [(kind, in_scope(scope, month, "_file", kind)) for kind in KINDS],
        }
        return self.admin.show(request, "pages/report.html", None, context)

    def one(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """The rows of a number: of the month, of one day, or of all time."""
        scope, month = chosen(request)
        with joined_whole():
            return self.listed(request, scope, month, code)

    def listed(
        self, request: HttpRequest, scope: Scope, month: date, code: str
    ) -> HttpResponseBase:
        found = rows_of(request, scope, month, code)
        listed, kind = found["listing"], request.GET.get("formato")
        if kind in KINDS:
            rows = found["rows"][:MOST_IN_A_FILE]
            shown = listed.shown(rows) if listed else rows
            return list_file(found["title"], shown, f"{code}-{month:%Y-%m}", kind)
        page = Paginator(found["rows"], PER_PAGE).get_page(request.GET.get("pagina"))
        context = page_context(month, found["title"]) | {
            **found,
            "page": page,
            "shown": list(listed.shown(page) if listed else page),
            "is_several": scope.is_several,
            "kept_query": kept_query(request),
            "files": KINDS,
            "back_url": in_scope(scope, month, ""),
            "work": work_page(scope, month, code),
        }
        return self.admin.show(request, "pages/report_list.html", None, context)

    def download(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        if kind not in KINDS:
            raise Http404
        scope, month = chosen(request)
        return report_file(scope.shown, month, kind)


def chosen(request: HttpRequest) -> tuple[Scope, date]:
    """What the page is about: the chosen month, or the newest one with data."""
    scope = scope_of(request)
    return scope, scope.month or newest_month(scope.shown)


def page_context(month: date, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "uses_month": True,
        "month_required": True,
        "shown_month": f"{month:%Y-%m}",
        "month_name": spell_month(month),
        "opts": None,
    }


def planned(scope: Scope, month: date) -> list[Planned]:
    """The parts of the overview, each computed by itself."""
    shown, period, work = scope.shown, month_of(month), work_of(month)
    numbers = once(lambda: totals(shown, month))
    in_work, latest = spell_work(month), max(month, timezone.localdate().replace(day=1))

    def months(last: date, codes: Sequence[Sequence[str]]) -> list[MonthFigures]:
        return since_first(month_by_month(shown, last, codes_of=codes))

    found = [
        Planned("numeros", "Números do mês", numbers),
        Planned("taxa", "Lançamentos conciliados por mês", lambda: rate_chart(scope, month)),
        Planned("empresas", "Em aberto por empresa", lambda: open_chart(numbers().rows)),
        Planned("idade", "Em aberto por idade", lambda: age_chart(scope)),
        Planned("erros", "Erros de leitura por tipo", lambda: error_chart(scope, month)),
        Planned("dias", "Documentos lidos por dia", lambda: day_chart(scope)),
        Planned("meses", "Mês a mês", lambda: months(month, BOOKS)),
        Planned("acerto", "Acerto da máquina", lambda: precision_by_band(shown, period)),
        Planned("tipos", f"Leitura por tipo, {in_work}", lambda: errors_by_kind(shown, work)),
        Planned("tempos", "Volumes e tempos, mês a mês", lambda: months(latest, OF_READING)),
        Planned("ritmo", f"Ritmo, {in_work}", lambda: pace(shown, work)),
    ]
    return [one for one in found if scope.is_several or one.name != "empresas"]


def rows_of(request: HttpRequest, scope: Scope, month: date, code: str) -> dict[str, Any]:
    """The list that the address names, with its title and what it adds up to."""
    period, when = period_of(request, month), spelled(request, month)
    if code == "missing":
        rows = missing_rows(scope.shown, month_of(month))
        return {"title": TITLE, "meaning": MEANING, "rows": rows, "listing": None, "when": when,
                "amount": None, "code": code}  # fmt: skip
    try:
        found = listing(code, scope.shown, period, kind=request.GET.get("tipo"))
    except NotFound as refusal:
        raise Http404(refusal.message) from refusal
    return {
        "title": found.measure.title,
        "meaning": found.measure.meaning,
        "rows": found.rows,
        "listing": found,
        "amount": found.amount,
        "when": "" if found.is_timeless else when,
        "code": code,
    }


def period_of(request: HttpRequest, month: date) -> Period:
    """The day that the address names, or else the month, with the next one where it says so."""
    day = as_day(request.GET.get("dia", ""))
    if day:
        return days_until(day, 1)
    return work_of(month) if is_work(request) else month_of(month)


def is_work(request: HttpRequest) -> bool:
    return request.GET.get("meses") == "2"


def as_day(text: str) -> date | None:
    """`2026-10-31`; anything else, and what no calendar of ours reaches, is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year < 2100 else None


def spelled(request: HttpRequest, month: date) -> str:
    day = as_day(request.GET.get("dia", ""))
    if day:
        return f"{day:%d/%m/%Y}"
    return spell_work(month) if is_work(request) else spell_month(month)


def in_scope(scope: Scope, month: date, name: str, *args: str) -> str:
    company = only_company(scope)
    return in_reports(f"reconciliation_report{name}", *args, organization=company, month=month)


def work_page(scope: Scope, month: date, code: str) -> tuple[str, str] | None:
    """Where the rows of a list are worked off, for one company."""
    company = only_company(scope)
    if company is None:
        return None
    if code == "missing":
        return "Pedido ao cliente", page_in_scope(company, month, "reconciliation_request")
    if code in AT_THE_DESK:
        state = {STATE: AT_THE_DESK[code]}
        return "Abrir a mesa", page_in_scope(company, month, "reconciliation_desk", **state)
    return None


def kept_query(request: HttpRequest) -> str:
    """The address's own question, for the links to other pages of the list."""
    asked = request.GET.copy()
    asked.pop("pagina", None)
    return f"{asked.urlencode()}&" if asked else ""
