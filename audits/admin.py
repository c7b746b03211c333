"""Pages of the review: batches, cards, what left, what remains of what was cleaned up."""

from functools import wraps
from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.db.transaction import atomic
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audits.models import (
    Batch,
    Card,
    CardStatus,
    ClosingRecord,
    Export,
    LayoutVersion,
    Retention,
)
from audits.screens import (
    batches,
    blind_review,
    cards,
    cleaning,
    exports,
    presence,
    review,
    review_acts,
    review_images,
    review_many,
    second_reading,
    spreadsheet,
)
from audits.screens.closing_pages import ClosingRecordAdmin, RetentionAdmin
from audits.screens.layouts import LayoutAdmin
from audits.screens.opening import OpeningAdmin
from audits.screens.review_grid import doubts_in_words
from conciliacontag.brazil import format_brl, format_date
from conciliacontag.chips import chip, money_cell
from conciliacontag.pages import FactAdmin, display

OPEN_CARDS = Count("cards", filter=~Q(cards__status=CardStatus.RESOLVED))


@admin.register(Batch)
class BatchAdmin(OpeningAdmin):
    """Batches from received to exported; the page of each exports it and cleans it up."""

    list_display = ["name", "state", "cards_count", "waiting", "exported", "created_at"]
    list_filter = ["status"]
    list_select_related = ["exported_by", "run"]
    search_fields = ["name"]
    search_help_text = "Nome do lote"
    page_template = "pages/batch.html"
    empty_title = "Nenhum lote de revisão"
    empty_text = "Quando a conciliação tiver dúvidas, elas viram um lote de cartões para decidir."
    empty_link = ("admin:audits_batch_add", "Abrir lote de um arquivo")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        counts = {"cards_total": Count("cards"), "cards_open": OPEN_CARDS}
        rows: QuerySet[Model] = super().get_queryset(request)
        counted: QuerySet[Model] = rows.annotate(**counts)
        return counted

    def get_urls(self) -> list[Any]:
        views = (*batches.ROUTES, *cleaning.ROUTES, *review.ROUTES, *spreadsheet.ROUTES)
        again = (*second_reading.ROUTES, *blind_review.ROUTES)
        return routes(self, (*views, *again)) + list(super().get_urls())

    def page(self, request: HttpRequest, row: Batch) -> dict[str, Any]:
        return batches.page(request, row) | second_reading.batch_part(request, row)

    @display(description="situação", ordering="status")
    def state(self, row: Batch) -> SafeString:
        return chip(row.get_status_display(), row.status)

    @display(description="cartões", ordering="cards_total")
    def cards_count(self, row: Any) -> str:
        return str(row.cards_total)

    @display(description="a decidir", ordering="cards_open")
    def waiting(self, row: Any) -> str:
        return str(row.cards_open)

    @display(description="exportado", ordering="exported_at")
    def exported(self, row: Batch) -> str:
        if row.exported_at is None or row.exported_by is None:
            return "—"
        day = timezone.localtime(row.exported_at).date()
        return f"{format_date(day)} por {row.exported_by.name}"


@admin.register(Card)
class CardAdmin(FactAdmin):
    """Where a person decides one doubt after another."""

    list_display = ["title", "told", "issue_words", "state", "value"]
    list_filter = ["status"]
    search_fields = ["transaction__memo", "transaction__payee", "file_id"]
    search_help_text = "Histórico, favorecido ou identificador"
    empty_title = "Nenhuma dúvida para decidir"
    empty_text = "Tudo o que chegou foi decidido. Novas dúvidas aparecem aqui."

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        return super().get_queryset(request).select_related("batch", "transaction")

    def get_urls(self) -> list[Any]:
        acts = (*review_acts.ROUTES, *review_many.ROUTES)
        views = (*acts, *review_images.ROUTES, *presence.ROUTES)
        return routes(self, views) + list(super().get_urls())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return cards.lead(self.find(request, object_id))

    @display(description="cartão", ordering="line")
    def title(self, row: Card) -> str:
        return f"{row.batch.name} · linha {row.line}"

    @display(description="lançamento")
    def told(self, row: Card) -> str:
        if row.transaction is None:
            return row.file_id
        line = row.transaction
        return f"{format_date(line.date)} · {line.memo or line.payee}"

    @display(description="dúvida")
    def issue_words(self, row: Card) -> str:
        return doubts_in_words(row) or "—"

    @display(description="situação", ordering="status")
    def state(self, row: Card) -> SafeString:
        return chip(row.get_status_display(), row.status)

    @display(description="valor", ordering="transaction__amount")
    def value(self, row: Card) -> SafeString:
        return money_cell(format_brl(row.transaction.amount) if row.transaction else "—")


@admin.register(Export)
class ExportAdmin(FactAdmin):
    """What left, with the hashes that prove it."""

    list_display = ["title", "state", "asked_by", "finished_at", "hash_start"]
    list_filter = ["status"]
    page_template = "pages/export.html"
    empty_title = "Nada exportado ainda"
    empty_text = "Exporte um lote revisado: o arquivo e o manifesto ficam nesta lista."

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        rows = super().get_queryset(request).select_related("batch", "requested_by")
        return rows.defer("manifest", "batch__header", "batch__definition")

    def get_urls(self) -> list[Any]:
        return routes(self, exports.ROUTES) + list(super().get_urls())

    def page(self, request: HttpRequest, row: Export) -> dict[str, Any]:
        return exports.page(request, row)

    @display(description="exportação", ordering="batch__name")
    def title(self, row: Export) -> str:
        return str(row)

    @display(description="situação", ordering="status")
    def state(self, row: Export) -> SafeString:
        return chip(row.get_status_display(), row.status)

    @display(description="pedida por")
    def asked_by(self, row: Export) -> str:
        return row.requested_by.name

    @display(description="SHA-256 do CSV")
    def hash_start(self, row: Export) -> SafeString:
        return format_html('<span class="mono">{}</span>', f"{row.csv_sha256[:16]}…")


admin.site.register(ClosingRecord, ClosingRecordAdmin)
admin.site.register(LayoutVersion, LayoutAdmin)
admin.site.register(Retention, RetentionAdmin)


def routes(model_admin: FactAdmin, views: Any) -> list[Any]:
    """Addresses below one row's own: `<id>/decidir/`; each view gets the row, or 404."""

    def bound(method: str, view: Any) -> Any:
        @wraps(view)
        def handle(request: HttpRequest, object_id: str, **named: Any) -> HttpResponse:
            if request.method != method:
                return HttpResponseNotAllowed([method])
            with atomic():
                row = model_admin.find(request, object_id)
            answer: HttpResponse = view(model_admin, request, row, **named)
            return answer

        return model_admin.admin_site.admin_view(handle)

    return [
        path(f"<path:object_id>/{word}/", bound(method, view), name=name)
        for method, word, name, view in views
    ]
