"""Lists and pages of what stays after a clean-up, and of how long batches are kept."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_POST

from audits.exports.views import send_last_manifest
from audits.models import ClosingRecord
from audits.screens import cleaning, retention
from conciliacontag.errors import NotFound
from conciliacontag.pages import FactAdmin, display


class ClosingRecordAdmin(FactAdmin):
    """What remains of a batch that was cleaned up."""

    list_display = ["name", "closed_by", "closed_at", "lines"]
    list_select_related = ["closed_by"]
    search_fields = ["name"]
    search_help_text = "Nome do lote"
    page_template = "pages/closing.html"
    empty_title = "Nenhum lote foi limpo"
    empty_text = "Depois da limpeza de um lote, o registro de encerramento fica aqui."

    def get_urls(self) -> list[Any]:
        send = self.admin_site.admin_view(self.send_manifest)
        place = path("<uuid:pk>/manifesto/", send, name="audits_closingrecord_manifest")
        return [place, *super().get_urls()]

    def send_manifest(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        """The last manifest; 404 when nothing was kept of it."""
        try:
            return send_last_manifest(self.find(request, str(pk)))
        except NotFound as refusal:
            raise Http404(refusal.message) from refusal

    def page(self, request: HttpRequest, row: ClosingRecord) -> dict[str, Any]:
        return cleaning.closing_page(request, row)

    @display(description="decisões")
    def lines(self, row: ClosingRecord) -> str:
        return str(row.counts.get("decisions", "—"))


class RetentionAdmin(FactAdmin):
    """One page: how long each company keeps its exported batches."""

    def get_urls(self) -> list[Any]:
        change = self.admin_site.admin_view(require_POST(retention.change))
        place = path("<uuid:organization_id>/definir/", change, name="audits_retention_set")
        return [place, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"title": "Prazos de guarda", **retention.page(request)}
        return self.show(request, "pages/retention.html", None, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self.changelist_view(request)
