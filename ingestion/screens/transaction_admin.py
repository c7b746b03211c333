"""The list of movements and the page of each: bank lines, boletos, entries of the ledger."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from conciliacontag.brazil import format_brl, format_date, format_tax_id
from conciliacontag.chips import chip, money_cell
from conciliacontag.pages import FactAdmin, display
from ingestion.models import Transaction, TransactionSource
from ingestion.screens.kind_filters import SEND, as_money
from ingestion.words import IDENTIFIERS

CAME_FROM = {
    TransactionSource.BANK: "Como veio do banco",
    TransactionSource.BOLETO: "Como veio da cobrança",
    TransactionSource.LEDGER: "Como está na contabilidade",
}
MONEY = {
    "title_value": "Valor do título",
    "interest": "Juros",
    "fine": "Multa",
    "fee": "Tarifa",
    "discount": "Desconto",
    "rebate": "Abatimento",
    "net": "Líquido creditado",
    "Valor_RS": "Valor do título",
    "Vlr_Mora": "Juros de mora",
    "Vlr_Desc": "Desconto",
    "Vlr_Outros_Acresc": "Outros acréscimos",
    "Vlr_Cobrado": "Valor cobrado",
}
DAYS = {
    "due_on": "Vencimento",
    "occurred_on": "Ocorrência",
    "liquidated_on": "Liquidação",
    "due": "Vencimento",
    "Vencimento": "Vencimento",
    "Dt_Limite_Pgto": "Limite para pagamento",
}
TEXTS = {
    "movement_name": "Movimento",
    "entry": "Lançamento contábil",
    "account_name": "Conta contábil",
    "counter_account": "Contrapartida",
    "counter_accounts": "Contrapartidas",
    "history": "Código do histórico",
    "cost_center": "Centro de custo",
    "Arquivo_Origem": "Relatório",
}


@admin.register(Transaction)
class TransactionAdmin(FactAdmin):
    """Lines of the statements, paid boletos, entries of the ledger."""

    list_display = ["day", "told", "came_from", "account", "state", "value"]
    list_filter = ["source", "status"]
    search_fields = ["memo", "payee", "check_number"]
    search_help_text = "Histórico, favorecido, documento ou valor"
    month_field = "date"
    page_template = "pages/transaction.html"
    empty_title = "Ainda não há lançamentos"
    empty_text = "Envie o extrato em OFX, planilha ou CNAB: as linhas aparecem depois da leitura."
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

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        match = request.resolver_match
        is_list = bool(match and (match.url_name or "").endswith("changelist"))
        rows = super().get_queryset(request)
        return rows.defer("metadata") if is_list else rows.select_related("file")

    def page(self, request: HttpRequest, row: Transaction) -> dict[str, Any]:
        matches = row.reconciliations.select_related("document", "performed_by").defer(
            "document__normalized"
        )
        return {
            "came_from": CAME_FROM[TransactionSource(row.source)],
            "identifiers": list(identifiers(row.metadata)),
            "details": list(details(row.metadata)),
            "columns": list((row.metadata.get("columns") or {}).items()),
            "matches": list(matches.order_by("-score")),
            "cards": row.cards.select_related("batch"),
        }

    @display(description="data", ordering="date")
    def day(self, row: Transaction) -> str:
        return format_date(row.date)

    @display(description="histórico", ordering="memo")
    def told(self, row: Transaction) -> str:
        return " · ".join(part for part in (row.memo, row.payee) if part) or "—"

    @display(description="origem", ordering="source")
    def came_from(self, row: Transaction) -> SafeString:
        return chip(row.get_source_display())

    @display(description="valor", ordering="amount")
    def value(self, row: Transaction) -> SafeString:
        return money_cell(format_brl(row.amount))

    @display(description="conciliação", ordering="status")
    def state(self, row: Transaction) -> SafeString:
        return chip(row.get_status_display(), row.status)


def identifiers(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a payment repeats of its document, in words: Pix, nosso número, CNPJ."""
    for name, value in (said.get("identifiers") or {}).items():
        shown = format_tax_id(str(value)) if name == "tax_id" else str(value)
        yield IDENTIFIERS.get(name, name), shown


def details(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Amounts that are not zero, days and texts of a boleto or of an entry."""
    for name, value in said.items():
        shown = ""
        if name in MONEY:
            shown = money(value)
        elif name in DAYS:
            shown = day(value)
        elif name in TEXTS:
            shown = ", ".join(value) if isinstance(value, list) else str(value)
        if shown:
            yield MONEY.get(name) or DAYS.get(name) or TEXTS[name], shown


def money(value: Any) -> str:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return ""
    return format_brl(amount) if amount else ""


def day(value: Any) -> str:
    """A day as stored; what is no day stays as it was written."""
    try:
        return format_date(date.fromisoformat(str(value))) if value else ""
    except ValueError:
        return str(value)
