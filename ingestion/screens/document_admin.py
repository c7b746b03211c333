"""The list of fiscal documents and the page of each: mirror, printed page, original, check."""

import re
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from conciliacontag.brazil import format_brl, format_date, is_cnpj, is_cpf, only_id
from conciliacontag.chips import chip, money_cell
from conciliacontag.organizations.roles import Act, may
from conciliacontag.pages import FactAdmin, attempt, display, holds
from ingestion.cfop import CHOICES, explain
from ingestion.models import Document, DocumentBooking
from ingestion.models.documents import Direction
from ingestion.originals import as_pdf, as_zip, download, original_text
from ingestion.printing import is_printable, printed
from ingestion.screens.documents import arrival_of, problems_of, story_of
from ingestion.screens.kind_filters import SEND, ByDocumentType, as_money
from ingestion.screens.mirror import mirror
from ingestion.services.bookings import book_document, chosen_documents, working_copies
from ingestion.services.stored import check_original, original_bytes
from ingestion.words import DOCUMENT_KINDS, PRINTED_NAMES

KEY = re.compile(r"[0-9A-Z]{44}|[0-9A-Z]{50}")
# The purpose first: a narrow screen cuts the rest.
CFOPS = [
    (code, f"{code[0]}.{code[1:]} · {meaning.purpose} · {meaning.origin}")
    for code in CHOICES
    if (meaning := explain(code))
]
VIEWS = (
    ("original", "original"),
    ("danfe", "printed"),
    ("baixar", "download"),
    ("conferir", "check"),
)


@admin.register(Document)
class DocumentAdmin(FactAdmin):
    """Fiscal documents, each with its mirror."""

    list_display = ["name", "party", "day", "fiscal_state", "state", "amount"]
    list_filter = [ByDocumentType, "status", "fiscal_status", "direction"]
    search_fields = ["number"]
    search_help_text = "Chave, número, CNPJ, nome ou valor"
    month_field = "issue_date"
    page_template = "pages/document.html"
    actions = ["take_along"]
    empty_title = "Ainda não há documentos"
    empty_text = "Envie os XML das notas: cada uma aparece aqui assim que é lida."
    empty_link = SEND

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        rows = super().get_queryset(request)
        match = request.resolver_match
        is_list = bool(match and (match.url_name or "").endswith("changelist"))
        if is_list:
            return rows.defer("normalized")
        return rows.select_related("file__container", "file__uploader")

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
        mine = [
            path(
                f"<path:object_id>/{word}/",
                self.admin_site.admin_view(require_safe(getattr(self, f"{name}_view"))),
                name=f"ingestion_document_{name}",
            )
            for word, name in VIEWS
        ]
        act = self.admin_site.admin_view(require_POST(self.booking_view))
        mine.append(path("<path:object_id>/cfop/", act, name="ingestion_document_booking"))
        return mine + list(super().get_urls())

    def has_export_permission(self, request: HttpRequest) -> bool:
        roles = getattr(request.user, "roles", {})
        return any(may(role, Act.EXPORT) for role in roles.values())

    @admin.action(description="Baixar o XML, com o CFOP de entrada", permissions=["export"])
    def take_along(
        self, request: HttpRequest, queryset: "QuerySet[Model]"
    ) -> HttpResponseBase | None:
        """The chosen notes in a ZIP: working copies where a CFOP of entry was said."""
        found: list[Document] = []

        def choose() -> str:
            ids = list(queryset.values_list("pk", flat=True))
            found.extend(chosen_documents(ids, user=request.user))  # type: ignore[arg-type]
            return "O ZIP das notas escolhidas foi preparado."

        if not attempt(request, choose):
            return None
        return as_zip(working_copies(found), "notas.zip")

    def booking_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say under which CFOP the note is booked, and show its page."""
        row: Document = self.find(request, object_id)
        cfop = request.POST.get("cfop", "")

        def say() -> str:
            book_document(row, user=request.user, cfop=cfop)  # type: ignore[arg-type]
            if not cfop:
                return "O CFOP de entrada dito para esta nota foi retirado."
            return f"Esta nota se contabiliza sob o CFOP {cfop}. O XML assinado fica como é."

        attempt(request, say)
        return HttpResponseRedirect(reverse("admin:ingestion_document_change", args=[row.pk]))

    def original_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The original bytes as text, for the fold at the end of the page."""
        row: Document = self.find(request, object_id)
        return render(request, "pages/parts/original.html", {"text": original_text(row.file)})

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The original bytes, to keep."""
        row: Document = self.find(request, object_id)
        return download(row.file) or self.missing(request, "O arquivo original já foi removido.")

    def printed_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The printed page, or a sentence where it would stand."""
        row: Document = self.find(request, object_id)
        name = PRINTED_NAMES.get(row.doc_type, "DANFE")
        content = original_bytes(row.file) if is_printable(row) else None
        page = printed(row, content) if content is not None else None
        if page is None:
            return self.missing(request, f"Este documento não tem {name}; veja o espelho.")
        return as_pdf(page, f"{name}-{row.number}.pdf")

    def check_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What schema and signature say of the original, now."""
        row: Document = self.find(request, object_id)
        findings = check_original(row.file)
        return render(request, "pages/parts/checked.html", {"findings": findings})

    def missing(self, request: HttpRequest, sentence: str) -> HttpResponse:
        context = {"sentence": sentence}
        return render(request, "pages/parts/missing.html", context, status=404)

    def page(self, request: HttpRequest, row: Document) -> dict[str, Any]:
        matches = list(
            row.reconciliations.select_related("transaction", "performed_by").order_by("-score")
        )
        booked = [match for match in matches if not match.is_open]
        return {
            "kind_name": DOCUMENT_KINDS.get(row.doc_type, row.doc_type),
            "printed_name": PRINTED_NAMES.get(row.doc_type, "DANFE"),
            "is_printable": is_printable(row),
            "mirror": mirror(row, booked),
            "matches": [match for match in matches if match.transaction_id],
            "story": story_of(row),
            "problems": problems_of(row),
            "arrival": arrival_of(row),
            "booking": DocumentBooking.objects.select_related("said_by").filter(pk=row.pk).first(),
            "cfops": CFOPS if self.may_book(request, row) else (),
        }

    def may_book(self, request: HttpRequest, row: Document) -> bool:
        is_bought = row.direction == Direction.RECEIVED
        return is_bought and holds(request, row.organization_id, Act.DECIDE)

    @display(description="documento", ordering="number")
    def name(self, row: Document) -> str:
        return str(row)

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
