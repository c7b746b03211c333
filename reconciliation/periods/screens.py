"""The page that closes a month, the list of closings, and the page of each."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from conciliacontag.chips import chip
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import FactAdmin, attempt, display, holds
from conciliacontag.scope import as_month, scope_of, spell_month
from ingestion.models import MatchStatus
from reconciliation.kpis.screens import ReportPages
from reconciliation.periods.changes import changes_after, count_late
from reconciliation.periods.checklist import checklist
from reconciliation.periods.links import item_link
from reconciliation.periods.models import Closing
from reconciliation.periods.services import close_period, figures_of, reopen_period
from reconciliation.watch.links import in_scope
from reconciliation.watch.screens import WatchPages, month_of, page_context

KINDS = (("documents", "Documentos"), ("transactions", "Lançamentos"))
SHOWN_CHANGES = 200
TYPED = "closing_reason"  # kept from a refused form to the page that says why


class ClosingAdmin(FactAdmin):
    """Closings of months, and the pages around them."""

    list_display = ["month", "state", "closed_by", "day", "left"]
    list_select_related = ["closed_by"]
    month_field = "starts_on"
    page_template = "pages/period_closing.html"
    empty_title = "Nenhum mês foi fechado"
    empty_text = "Em “Fechar o mês” se vê o que falta, e o mês se fecha com o motivo."
    empty_link = ("admin:reconciliation_month", "Fechar o mês")

    def get_urls(self) -> list[Any]:
        guard = self.admin_site.admin_view
        acts = (("fechar", "close", self.close_view), ("reabrir", "reopen", self.reopen_view))
        return [
            path("mes/", guard(self.month_view), name="reconciliation_month"),
            *(
                path(f"mes/{word}/", guard(require_POST(view)), name=f"reconciliation_month_{name}")
                for word, name, view in acts
            ),
            *WatchPages(self).urls(),
            *ReportPages(self).urls(),
            *super().get_urls(),
        ]

    def month_view(self, request: HttpRequest) -> HttpResponse:
        """What the month waits for and the form that closes it; or its closing."""
        scope, month = scope_of(request), month_of(request)
        context = page_context(month, f"Fechamento de {spell_month(month)}")
        if scope.organization is None:
            pages = [(one, in_scope(one, month, "reconciliation_month")) for one in scope.shown]
            context["companies"] = [
                (one, url, Closing.objects.of(one, month).in_force().exists()) for one, url in pages
            ]
        else:
            context |= month_facts(request, scope.organization, month)
        return self.show(request, "pages/period.html", None, context)

    def close_view(self, request: HttpRequest) -> HttpResponse:
        def work(organization: Organization, month: date, user: User) -> str:
            _, created = close_period(
                organization,
                month,
                user=user,
                reason=request.POST.get("reason", ""),
                accept_open="accept_open" in request.POST,
            )
            named = spell_month(month).capitalize()
            return f"{named} está fechado." if created else f"{named} já estava fechado."

        return self.act(request, work)

    def reopen_view(self, request: HttpRequest) -> HttpResponse:
        def work(organization: Organization, month: date, user: User) -> str:
            reason = request.POST.get("reason", "")
            _, changed = reopen_period(organization, month, user=user, reason=reason)
            named = spell_month(month).capitalize()
            return f"{named} está aberto de novo." if changed else f"{named} já estava aberto."

        return self.act(request, work)

    def act(
        self, request: HttpRequest, work: Callable[[Organization, date, User], str]
    ) -> HttpResponse:
        """Do one act for the company and month that the form names, and show the month again."""
        key, month = request.POST.get("empresa", ""), as_month(request.POST.get("competencia"))
        organization = Organization.objects.filter(tenant_key=key).first()
        user = request.user
        if organization is None or month is None or not isinstance(user, User):
            raise Http404("Empresa ou competência não encontrada.")
        if not attempt(request, lambda: work(organization, month, user)):
            request.session[TYPED] = request.POST.get("reason", "")
        return HttpResponseRedirect(in_scope(organization, month, "reconciliation_month"))

    def page(self, request: HttpRequest, row: Closing) -> dict[str, Any]:
        return closing_facts(row) | {
            "month_url": in_scope(row.organization, row.starts_on, "reconciliation_month"),
        }

    @display(description="competência", ordering="starts_on")
    def month(self, row: Closing) -> str:
        return spell_month(row.starts_on)

    @display(description="situação", ordering="reopened_at")
    def state(self, row: Closing) -> SafeString:
        return chip("Fechado", "done") if row.is_in_force else chip("Reaberto", "reopened")

    @display(description="fechado em", ordering="closed_at")
    def day(self, row: Closing) -> str:
        return f"{timezone.localtime(row.closed_at):%d/%m/%Y %H:%M}"

    @display(description="em aberto ao fechar")
    def left(self, row: Closing) -> str:
        return str(sum(item["count"] for item in row.left_open))


def month_facts(request: HttpRequest, organization: Organization, month: date) -> dict[str, Any]:
    closings = list(
        Closing.objects.of(organization, month)
        .order_by("-closed_at")
        .select_related("closed_by", "reopened_by", "organization")
    )
    closing = closings[0] if closings and closings[0].is_in_force else None
    items = [] if closing else checklist(organization, month)
    return {
        "organization": organization,
        "closing": closing,
        "closings": closings,
        "late": count_late(closing) if closing else 0,
        "items": [(item, item_link(organization, month, item)) for item in items],
        "typed": request.session.pop(TYPED, ""),
        "open_count": sum(item.count for item in items if item.is_open),
        "is_busy": any(item.is_blocking for item in items),
        "may_close": holds(request, organization.pk, Act.CLEAN),
        "watch_url": in_scope(organization, month, "reconciliation_watch"),
        **(closing_facts(closing) if closing else {}),
    }


def closing_facts(closing: Closing) -> dict[str, Any]:
    """The month when it was closed beside the month of now, and what came between."""
    now = figures_of(closing.organization, closing.starts_on)
    return {
        "figures": [
            (f"{title}, {status.label.lower()}", closing.figures[kind][status], now[kind][status])
            for kind, title in KINDS
            for status in MatchStatus
        ],
        "changes": changes_after(closing)[:SHOWN_CHANGES],
    }
