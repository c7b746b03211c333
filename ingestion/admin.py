"""The files that people sent: the list, the page that receives them, the page of each.

The pages of the other rows of this app are registered by the modules named here.
"""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.safestring import SafeString

from conciliacontag.chips import chip
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import display, holds
from conciliacontag.scope import scope_of
from ingestion.models import SourceFile
from ingestion.screens.deliveries import recent_deliveries, unfinished_deliveries
from ingestion.screens.delivery_admin import DeliveryAdmin as DeliveryAdmin
from ingestion.screens.document_admin import DocumentAdmin as DocumentAdmin
from ingestion.screens.files import file_context
from ingestion.screens.forwardings import senders
from ingestion.screens.kind_filters import SEND, ByKind
from ingestion.screens.mapping_admin import MappingAdmin
from ingestion.screens.mapping_admin import TableLayoutAdmin as TableLayoutAdmin
from ingestion.screens.preference_admin import SupplierPreferenceAdmin as SupplierPreferenceAdmin
from ingestion.screens.reread_admin import reread_context
from ingestion.screens.source_admin import SourceAdmin as SourceAdmin
from ingestion.screens.transaction_admin import TransactionAdmin as TransactionAdmin
from ingestion.screens.wording import tell_counts
from ingestion.services.mapping import is_mappable
from ingestion.words import FILE_KINDS


@admin.register(SourceFile)
class SourceFileAdmin(MappingAdmin):
    """Everything that people sent, with what became of it."""

    list_display = ["filename", "kind_name", "state", "counted", "sent_by", "created_at"]
    list_filter = ["status", ByKind]
    list_select_related = ["uploader"]
    search_fields = ["filename"]
    search_help_text = "Nome do arquivo"
    page_template = "pages/file.html"
    empty_title = "Nenhum arquivo enviado ainda"
    empty_text = "Envie os XML e os extratos do mês, soltos ou em ZIP: a leitura começa sozinha."
    empty_link = SEND

    def narrow(self, request: HttpRequest, rows: "QuerySet[Model]") -> "QuerySet[Model]":
        return super().narrow(request, rows).filter(container=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        upload = self.admin_site.admin_view(self.upload_view)
        mine = [path("enviar/", upload, name="ingestion_sourcefile_upload")]
        return mine + list(super().get_urls())

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """The page that receives files; the sending itself is done by the API."""
        if not request.user.has_perm("ingestion.add_sourcefile"):
            raise PermissionDenied
        scope = scope_of(request)
        companies = senders(request.user, scope.organizations)  # type: ignore[arg-type]
        user: Any = request.user
        context = {
            "title": "Enviar",
            "companies": companies,
            "chosen": scope.organization,
            "unfinished": unfinished_deliveries(user, companies),
            "recent": recent_deliveries(companies),
            "opts": None,
        }
        return self.show(request, "pages/upload.html", None, context)

    def page(self, request: HttpRequest, row: SourceFile) -> dict[str, Any]:
        return {
            **file_context(row),
            "kind_name": FILE_KINDS.get(row.kind, row.kind),
            "is_mappable": is_mappable(row) and holds(request, row.organization_id, Act.SEND),
            **reread_context(request, row),
        }

    @display(description="tipo", ordering="kind")
    def kind_name(self, row: SourceFile) -> str:
        return FILE_KINDS.get(row.kind, row.kind)

    @display(description="situação", ordering="status")
    def state(self, row: SourceFile) -> SafeString:
        if row.status == "processed" and row.rejected:
            return chip("Lido com recusas", "warning")
        if row.waits_for_scan:
            return chip("Aguarda o antivírus", "warning")
        return chip(row.get_status_display(), row.status)

    @display(description="o que trouxe")
    def counted(self, row: SourceFile) -> str:
        return tell_counts(row)

    @display(description="enviado por", ordering="uploader__name")
    def sent_by(self, row: SourceFile) -> str:
        return row.uploader.name if row.uploader else "Recebido pelo sistema"
