"""Pages of a month's watch: all lists with their counts, one list, the request to the client."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils import timezone

from conciliacontag.errors import NotFound
from conciliacontag.organizations.models import Organization
from conciliacontag.pages import FactAdmin
from conciliacontag.scope import Scope, previous_month, scope_of, spell_month
from reconciliation.watch.api import request_file
from reconciliation.watch.asking import month_request
from reconciliation.watch.links import in_scope, list_link
from reconciliation.watch.lists import watch_list, watch_month
from reconciliation.watch.model import WatchList

PER_PAGE = 50
KINDS = ("txt", "csv")


class WatchPages:
    """The watch's addresses below an admin class; each view is for one company and month."""

    def __init__(self, model_admin: FactAdmin) -> None:
        self.admin = model_admin

    def urls(self) -> list[Any]:
        guard = self.admin.admin_site.admin_view
        return [
            path("pendencias/", guard(self.overview), name="reconciliation_watch"),
            path("pendencias/pedido/", guard(self.asking), name="reconciliation_request"),
            path(
                "pendencias/pedido/<str:kind>/",
                guard(self.download),
                name="reconciliation_request_file",
            ),
            path("pendencias/<slug:code>/", guard(self.one), name="reconciliation_watch_list"),
        ]

    def overview(self, request: HttpRequest) -> HttpResponse:
        scope, month = scope_of(request), month_of(request)
        context = page_context(month, f"Pendências de {spell_month(month)}")
        if scope.organization is None:
            context["companies"] = companies(scope, month)
        else:
            lists = watch_month(scope.organization, month)
            context["lists"] = [linked(scope.organization, month, one) for one in lists]
            context["request_url"] = in_scope(scope.organization, month, "reconciliation_request")
            context["month_url"] = in_scope(scope.organization, month, "reconciliation_month")
        return self.admin.show(request, "pages/watch.html", None, context)

    def one(self, request: HttpRequest, code: str) -> HttpResponse:
        organization, month = chosen(request)
        try:
            found = watch_list(organization, month, code)
        except NotFound as refusal:
            raise Http404(refusal.message) from refusal
        group = request.GET.get("grupo", "")
        rows = found.part(group)
        shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("pagina"))
        context = page_context(month, f"{found.title}, {spell_month(month)}") | {
            "one": linked(organization, month, found),
            "group": group,
            "rows": shown,
            "page_url": list_link(organization, month, code, group),
            "back_url": in_scope(organization, month, "reconciliation_watch"),
        }
        return self.admin.show(request, "pages/watch_list.html", None, context)

    def asking(self, request: HttpRequest) -> HttpResponse:
        organization, month = chosen(request)
        made = month_request(organization, month)
        files = [
            (kind, in_scope(organization, month, "reconciliation_request_file", kind))
            for kind in KINDS
        ]
        context = page_context(month, made.subject) | {
            "made": made,
            "files": files,
            "back_url": in_scope(organization, month, "reconciliation_watch"),
        }
        return self.admin.show(request, "pages/client_request.html", None, context)

    def download(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        if kind not in KINDS:
            raise Http404
        organization, month = chosen(request)
        return request_file(organization, month, kind)


def month_of(request: HttpRequest) -> date:
    """The chosen month, or the one before this: that is what people close."""
    return scope_of(request).month or previous_month(timezone.localdate())


def chosen(request: HttpRequest) -> tuple[Organization, date]:
    """The one company and the month of a page; 404 where no company of the person is chosen."""
    organization = scope_of(request).organization
    if organization is None:
        raise Http404("Escolha a empresa no alto da página.")
    return organization, month_of(request)


def page_context(month: date, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "uses_month": True,
        "month_required": True,
        "shown_month": f"{month:%Y-%m}",
        "month_name": spell_month(month),
        "opts": None,
    }


def companies(scope: Scope, month: date) -> list[tuple[Organization, str]]:
    return [(one, in_scope(one, month, "reconciliation_watch")) for one in scope.shown]


def linked(organization: Organization, month: date, one: WatchList) -> dict[str, Any]:
    """A list with the addresses of its counts."""
    sums = [
        (group, count, amount, list_link(organization, month, one.code, group.code))
        for group, count, amount in one.sums()
    ]
    return {"list": one, "sums": sums, "url": list_link(organization, month, one.code)}
