"""Pages of the reports: a month with its figures, and the list behind each number."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path

from conciliacontag.errors import NotFound
from conciliacontag.pages import FactAdmin
from conciliacontag.scope import Scope, scope_of, spell_month
from reconciliation.kpis.companies import totals
from reconciliation.kpis.drawing import (
    age_chart,
    day_chart,
    error_chart,
    only_company,
    open_chart,
    rate_chart,
)
from reconciliation.kpis.files import report_file
from reconciliation.kpis.links import in_reports
from reconciliation.kpis.lists import listing
from reconciliation.kpis.missing import MEANING, TITLE, missing_rows
from reconciliation.kpis.newest import has_anything, newest_month
from reconciliation.kpis.parts import Planned, compute, once
from reconciliation.kpis.period import Period, days_until, month_of
from reconciliation.kpis.report import errors_by_kind, month_by_month, pace, precision_by_band

PER_PAGE = 50
KINDS = ("csv", "xlsx")
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
            "company": only_company(scope),
            "files": [(kind, in_scope(scope, month, "_file", kind)) for kind in KINDS],
        }
        return self.admin.show(request, "pages/report.html", None, context)

    def one(self, request: HttpRequest, code: str) -> HttpResponse:
        """The rows of a number: of the month, of one day, or of all time."""
        scope, month = chosen(request)
        found = rows_of(request, scope, month, code)
        page = Paginator(found["rows"], PER_PAGE).get_page(request.GET.get("pagina"))
        listed = found["listing"]
        context = page_context(month, found["title"]) | {
            **found,
            "page": page,
            "shown": list(listed.shown(page) if listed else page),
            "is_several": scope.is_several,
            "kept_query": kept_query(request),
            "back_url": in_scope(scope, month, ""),
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
    shown, period = scope.shown, month_of(month)
    numbers = once(lambda: totals(shown, month))
    return [
        Planned("numeros", "Números do mês", numbers),
        Planned("taxa", "Lançamentos conciliados por mês", lambda: rate_chart(scope, month)),
        Planned("empresas", "Em aberto por empresa", lambda: open_chart(numbers().rows)),
        Planned("idade", "Em aberto por idade", lambda: age_chart(scope)),
        Planned("erros", "Erros de leitura por tipo", lambda: error_chart(scope, month)),
        Planned("dias", "Documentos lidos por dia", lambda: day_chart(scope)),
        Planned("meses", "Mês a mês", lambda: month_by_month(shown, month)),
        Planned("acerto", "Acerto da máquina", lambda: precision_by_band(shown, period)),
        Planned("ritmo", "Ritmo", lambda: pace(shown, month)),
        Planned("tipos", "Leitura por tipo de arquivo", lambda: errors_by_kind(shown, period)),
    ]


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
    """The day that the address names, or else the month."""
    day = as_day(request.GET.get("dia", ""))
    return days_until(day, 1) if day else month_of(month)


def as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def spelled(request: HttpRequest, month: date) -> str:
    day = as_day(request.GET.get("dia", ""))
    return f"{day:%d/%m/%Y}" if day else spell_month(month)


def in_scope(scope: Scope, month: date, name: str, *args: str) -> str:
    company = only_company(scope)
    return in_reports(f"reconciliation_report{name}", *args, organization=company, month=month)


def kept_query(request: HttpRequest) -> str:
    """The address's own question, for the links to other pages of the list."""
    asked = request.GET.copy()
    asked.pop("pagina", None)
    return f"{asked.urlencode()}&" if asked else ""
