"""Pages of what the engine did: runs, and each link between a document and a line."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from conciliacontag.brazil import format_brl, format_date
from conciliacontag.chips import chip, money_cell
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import FactAdmin, attempt, display, holds, way_back
from conciliacontag.scope import previous_month, scope_of, spell_month
from reconciliation.evidence_words import evidence_rows
from reconciliation.models import Closing, Reconciliation, Run
from reconciliation.periods.screens import ClosingAdmin
from reconciliation.proofs import month_findings
from reconciliation.rules.admin import RuleAdmin as RuleAdmin
from reconciliation.screens import desk
from reconciliation.services import confirm_match, start_run, undo_link
from reconciliation.thresholds import acceptance_screens as thresholds
from reconciliation.undoing import is_decided


def siblings(row: Reconciliation) -> "QuerySet[Reconciliation]":
    """The other allocations that are decided together with this one."""
    rows = Reconciliation.objects.filter(link=row.link).exclude(pk=row.pk)
    return rows.select_related("document", "transaction").order_by("pk")


@admin.register(Run)
class RunAdmin(FactAdmin):
    """Passes of the engine, and the button that asks for one."""

    list_display = ["started", "state", "matched", "partial", "unmatched", "asked_by"]
    list_filter = ["status"]
    list_select_related = ["requested_by"]
    list_before_template = "pages/parts/run_button.html"
    page_template = "pages/run.html"
    empty_title = "Nenhuma conciliação ainda"
    empty_text = "A conciliação começa sozinha quando os arquivos enviados terminam de ser lidos."
    empty_link = ("admin:ingestion_sourcefile_upload", "Enviar arquivos")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.start_view))
        return [path("iniciar/", view, name="reconciliation_run_start"), *super().get_urls()]

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Start a run for each company shown in which the person may."""
        rows = [row for row in scope_of(request).shown if holds(request, row.pk, Act.SEND)]
        for organization in rows:
            attempt(request, lambda chosen=organization: self.start(request, chosen))  # type: ignore[misc]
        if not rows:
            messages.error(request, "Seu papel não permite conciliar. Peça a quem administra.")
        return HttpResponseRedirect(reverse("admin:reconciliation_run_changelist"))

    def start(self, request: HttpRequest, organization: Organization) -> str:
        _, created = start_run(organization, requested_by=request.user)  # type: ignore[arg-type]
        if created:
            return f"{organization.name}: conciliação pedida. O resultado aparece em instantes."
        return f"{organization.name}: já havia uma conciliação em andamento; nada foi repetido."

    @display(description="pedida em", ordering="created_at")
    def started(self, row: Run) -> str:
        return str(row)

    @display(description="situação", ordering="status")
    def state(self, row: Run) -> SafeString:
        return chip(row.get_status_display(), row.status)

    @display(description="pedida por")
    def asked_by(self, row: Run) -> str:
        return row.requested_by.name if row.requested_by else "Sistema, ao chegarem dados"


@admin.register(Reconciliation)
class ReconciliationAdmin(FactAdmin):
    """What was linked with what, with points and the sentence that explains them."""

    list_display = ["day", "told", "state", "points", "value"]
    list_filter = ["status"]
    list_before_template = "pages/parts/run_button.html"
    search_fields = ["transaction__memo", "transaction__payee", "document__number"]
    search_help_text = "Histórico, favorecido ou número da nota"
    month_field = "transaction__date"
    page_template = "pages/reconciliation.html"
    empty_title = "Nada conciliado ainda"
    empty_text = "Quando houver notas e extrato do mês, a conciliação começa sozinha."
    empty_link = ("admin:ingestion_sourcefile_upload", "Enviar arquivos")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        rows = super().get_queryset(request).select_related("transaction", "document")
        return rows.defer("document__normalized")

    def get_urls(self) -> list[Any]:
        return (
            desk.routes(self)
            + thresholds.routes(self)
            + [
                path(
                    f"<path:object_id>/{word}/",
                    self.admin_site.admin_view(require_POST(view)),
                    name=f"reconciliation_reconciliation_{name}",
                )
                for word, name, view in (
                    ("confirmar", "confirm", self.confirm_view),
                    ("desfazer", "undo", self.undo_view),
                )
            ]
            + [
                path(
                    "conferencias/",
                    self.admin_site.admin_view(self.proofs_view),
                    name="reconciliation_proofs",
                ),
                *super().get_urls(),
            ]
        )

    def proofs_view(self, request: HttpRequest) -> HttpResponse:
        """What the arithmetic of the month says, company by company."""
        scope = scope_of(request)
        month = scope.month or previous_month(timezone.localdate())
        context = {
            "title": f"Conferências de {spell_month(month)}",
            "uses_month": True,
            "month_required": True,
            "shown_month": f"{month:%Y-%m}",
            "companies": [(row, month_findings(row, month)) for row in scope.shown],
            "opts": None,
        }
        return self.show(request, "pages/proofs.html", None, context)

    def confirm_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Confirm a row; a warning that was answered is gone, and its booking is shown instead."""
        row: Reconciliation = self.find(request, object_id)
        attempt(request, lambda: self.confirm(request, row))
        link = Reconciliation.objects.filter(transaction=row.transaction, document=row.document)
        shown = link.filter(pk=row.pk).first() or link.matched().first()
        return HttpResponseRedirect(way_back(request) or self.address(shown and shown.pk))

    def confirm(self, request: HttpRequest, row: Reconciliation) -> str:
        confirm_match(row, user=request.user)  # type: ignore[arg-type]
        return "Conciliação confirmada."

    def undo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: Reconciliation = self.find(request, object_id)
        attempt(request, lambda: self.undo(request, row))
        still_there = Reconciliation.objects.filter(pk=row.pk).exists()
        return HttpResponseRedirect(self.address(row.pk) if still_there else self.address())

    def undo(self, request: HttpRequest, row: Reconciliation) -> str:
        if not is_decided(row):
            return "Não havia decisão para desfazer."
        undo_link(row, user=request.user)  # type: ignore[arg-type]
        return "Decisão desfeita: o lançamento voltou a ficar em aberto."

    def address(self, pk: Any = None) -> str:
        if pk is None:
            return reverse("admin:reconciliation_reconciliation_changelist")
        return reverse("admin:reconciliation_reconciliation_change", args=[pk])

    def page(self, request: HttpRequest, row: Reconciliation) -> dict[str, Any]:
        is_mine = row.performed_by_id == request.user.pk
        undoing = Act.REOPEN_OWN if is_mine else Act.REOPEN
        return {
            "evidence": evidence_rows(row.evidence),
            "siblings": siblings(row),
            "may_confirm": row.status == "partial"
            and holds(request, row.organization_id, Act.DECIDE),
            "may_undo": row.status == "matched" and holds(request, row.organization_id, undoing),
            "title": f"Conciliação de {format_brl(row.amount)}",
        }

    @display(description="data", ordering="transaction__date")
    def day(self, row: Reconciliation) -> str:
        if row.transaction:
            return format_date(row.transaction.date)
        return format_date(row.document.issue_date) if row.document else "—"

    @display(description="o que foi ligado, e por quê")
    def told(self, row: Reconciliation) -> str:
        if row.transaction is None:
            return row.reason
        line = row.transaction.memo or row.transaction.payee
        return format_html("<strong>{}</strong><br>{}", line, row.reason)

    @display(description="situação", ordering="status")
    def state(self, row: Reconciliation) -> SafeString:
        return chip(row.get_status_display(), row.status)

    @display(description="pontos", ordering="score")
    def points(self, row: Reconciliation) -> str:
        return f"{row.score:.1f}".replace(".", ",").removesuffix(",0")

    @display(description="valor", ordering="amount")
    def value(self, row: Reconciliation) -> SafeString:
        return money_cell(format_brl(row.amount))


admin.site.register(Closing, ClosingAdmin)
