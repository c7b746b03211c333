"""Pages of what arrived: files, documents, statement lines. Facts are read here, never edited."""

import re
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import SafeString

from conciliacontag.brazil import format_brl, format_date, is_cnpj, is_cpf, only_id
from conciliacontag.chips import chip, money_cell
from conciliacontag.pages import FactAdmin, display
from conciliacontag.scope import scope_of
from ingestion.delivery_admin import DeliveryAdmin as DeliveryAdmin
from ingestion.delivery_screens import recent_deliveries, unfinished_deliveries
from ingestion.models import Document, DocumentBooking, DocumentEvent, SourceFile, Transaction
from ingestion.preference_admin import SupplierPreferenceAdmin as SupplierPreferenceAdmin
from ingestion.reread_admin import RereadAdmin, reread_context
from ingestion.screens import EVENTS, forwardings_of, mirror, original_text, senders
from ingestion.source_admin import SourceAdmin as SourceAdmin
from ingestion.wording import KINDS, tell_counts

SEND = ("admin:ingestion_sourcefile_upload", "Enviar arquivos")
KEY = re.compile(r"[0-9A-Z]{44}")
MONEY = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+),\d{2}")
SHOWN_MEMBERS = 50


def as_money(term: str) -> Decimal | None:
    """`1.234,56` as an amount; anything else is not one."""
    text = term.removeprefix("R$").strip()
    return Decimal(text.replace(".", "").replace(",", ".")) if MONEY.fullmatch(text) else None


class ByKind(admin.SimpleListFilter):
    """The kinds of file that people send."""

    title = "tipo"
    parameter_name = "tipo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, name) for kind, name in KINDS.items() if kind]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ByDocumentType(ByKind):
    """The kinds of fiscal document."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, KINDS[kind]) for kind in ("nfe", "nfce")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(doc_type=self.value()) if self.value() else queryset


@admin.register(SourceFile)
class SourceFileAdmin(RereadAdmin):
    """Everything that people sent, with what became of it."""

    list_display = ["filename", "kind_name", "state", "counted", "sent_by", "created_at"]
    list_filter = ["status", ByKind]
    list_select_related = ["uploader"]
    search_fields = ["filename"]
    search_help_text = "Nome do arquivo"
    page_template = "pages/file.html"
    empty_title = "Nenhum arquivo enviado ainda"
    empty_text = "Envie um ZIP de XML e o extrato OFX do mês: a leitura começa sozinha."
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
        members = row.members.order_by("status", "filename")  # what failed comes first
        return {
            "problems": row.problems.all()[:SHOWN_MEMBERS],
            "problem_count": row.problems.count(),
            "members": members[:SHOWN_MEMBERS],
            "member_total": members.count(),
            "documents": Document.objects.filter(Q(file=row) | Q(file__container=row)).defer(
                "normalized"
            )[:SHOWN_MEMBERS],
            "line_count": row.transactions.count(),
            "forwardings": forwardings_of(row),
            "kind_name": KINDS.get(row.kind, row.kind),
            **reread_context(request, row),
        }

    @display(description="tipo", ordering="kind")
    def kind_name(self, row: SourceFile) -> str:
        return KINDS.get(row.kind, row.kind)

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


@admin.register(Document)
class DocumentAdmin(FactAdmin):
    """Fiscal documents, each with its mirror."""

    list_display = ["name", "party", "day", "fiscal_state", "state", "amount"]
    list_filter = [ByDocumentType, "status", "fiscal_status", "direction"]
    search_fields = ["number"]
    search_help_text = "Chave, número, CNPJ, nome ou valor"
    month_field = "issue_date"
    page_template = "pages/document.html"
    empty_title = "Ainda não há documentos"
    empty_text = "Envie os XML das notas: cada uma aparece aqui assim que é lida."
    empty_link = SEND

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        rows = super().get_queryset(request)
        match = request.resolver_match
        is_list = bool(match and (match.url_name or "").endswith("changelist"))
        return rows.defer("normalized") if is_list else rows.select_related("file")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        """Look where the text can only be: a key, a CNPJ, an amount, a number, or else a name."""
        term, bare = search_term.strip(), only_id(search_term)
        amount = as_money(term)
        if not term:
            return queryset, False
        if KEY.fullmatch(bare):
            return queryset.filter(key=bare), False
        if is_cnpj(bare) or is_cpf(bare):
            return queryset.filter(Q(emitter_cnpj=bare) | Q(receiver_cnpj=bare)), False
        if amount is not None:
            return queryset.filter(total_amount=amount), False
        if term.isdigit():
            return queryset.filter(number=term.lstrip("0") or "0"), False
        named = Q(emitter_name__icontains=term) | Q(receiver_name__icontains=term)
        return queryset.filter(named), False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.original_view)
        mine = [path("<path:object_id>/original/", view, name="ingestion_document_original")]
        return mine + list(super().get_urls())

    def original_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The original bytes as text, for the fold at the end of the page."""
        row: Document = self.find(request, object_id)
        return render(request, "pages/parts/original.html", {"text": original_text(row.file)})

    def page(self, request: HttpRequest, row: Document) -> dict[str, Any]:
        matches = list(
            row.reconciliations.select_related("transaction", "performed_by").order_by("-score")
        )
        events = list(
            DocumentEvent.objects.filter(organization=row.organization_id, document_key=row.key)
        )
        for event in events:
            event.title = EVENTS.get(event.event_type, event.description)  # type: ignore[attr-defined]
        booked = [match for match in matches if not match.is_open]
        return {
            "kind_name": KINDS.get(row.doc_type, row.doc_type),
            "mirror": mirror(row, booked),
            "matches": [match for match in matches if match.transaction_id],
            "events": events,
            "booking": DocumentBooking.objects.filter(pk=row.pk).first(),
        }

    @display(description="documento", ordering="number")
    def name(self, row: Document) -> str:
        return f"{KINDS.get(row.doc_type, row.doc_type)} {row.number}"

    @display(description="cliente ou fornecedor")
    def party(self, row: Document) -> str:
        return row.party_name or "—"

    @display(description="emissão", ordering="issue_date")
    def day(self, row: Document) -> str:
        return format_date(row.issue_date)

    @display(description="valor", ordering="total_amount")
    def amount(self, row: Document) -> SafeString:
        return money_cell(format_brl(row.total_amount))

    @display(description="situação fiscal", ordering="fiscal_status")
    def fiscal_state(self, row: Document) -> SafeString:
        return chip(row.get_fiscal_status_display(), row.fiscal_status)

    @display(description="conciliação", ordering="status")
    def state(self, row: Document) -> SafeString:
        return chip(row.get_status_display(), row.status)


@admin.register(Transaction)
class TransactionAdmin(FactAdmin):
    """Lines of the statements."""

    list_display = ["day", "told", "account", "state", "value"]
    list_filter = ["status"]
    search_fields = ["memo", "payee", "check_number"]
    search_help_text = "Histórico, favorecido, documento ou valor"
    month_field = "date"
    page_template = "pages/transaction.html"
    empty_title = "Ainda não há lançamentos"
    empty_text = "Envie o extrato em OFX: as linhas aparecem aqui assim que ele é lido."
    empty_link = SEND

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        amount = as_money(search_term.strip())
        if amount is None:
            found: tuple[QuerySet[Any], bool] = super().get_search_results(
                request, queryset, search_term
            )
            return found
        return queryset.filter(amount__in=[amount, -amount]), False

    def page(self, request: HttpRequest, row: Transaction) -> dict[str, Any]:
        matches = row.reconciliations.select_related("document", "performed_by").defer(
            "document__normalized"
        )
        return {
            "matches": list(matches.order_by("-score")),
            "cards": row.cards.select_related("batch"),
        }

    @display(description="data", ordering="date")
    def day(self, row: Transaction) -> str:
        return format_date(row.date)

    @display(description="histórico", ordering="memo")
    def told(self, row: Transaction) -> str:
        return " · ".join(part for part in (row.memo, row.payee) if part) or "—"

    @display(description="valor", ordering="amount")
    def value(self, row: Transaction) -> SafeString:
        return money_cell(format_brl(row.amount))

    @display(description="conciliação", ordering="status")
    def state(self, row: Transaction) -> SafeString:
        return chip(row.get_status_display(), row.status)
