"""The page where a person names the columns of a table, and the list of what was named."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from conciliacontag.errors import DomainError
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import FactAdmin, attempt, display, holds
from ingestion.models import SourceFile, TableLayout, TransactionSource
from ingestion.parsers.table_trial import ROLE_NAMES
from ingestion.parsers.tables import TablePreview
from ingestion.screens.evidence_admin import EvidenceAdmin
from ingestion.services.mapping import (
    Said,
    change_layout,
    check,
    map_file,
    preview_of,
    remove_layout,
    said_of,
    try_out,
    width_of,
    width_of_layout,
)

LIST = "admin:ingestion_tablelayout_changelist"
SOURCES = (
    (TransactionSource.BANK, "Extrato bancário"),
    (TransactionSource.BOLETO, "Boletos pagos"),
    (TransactionSource.LEDGER, "Razão contábil"),
)
DECIMALS = (("", "Automático"), (",", "Vírgula: 1.234,56"), (".", "Ponto: 1,234.56"))
ORDERS = (
    ("", "Automática"),
    ("dmy", "Dia, mês, ano"),
    ("mdy", "Mês, dia, ano"),
    ("ymd", "Ano, mês, dia"),
)
DEFAULTS = {"source": "bank", "decimal": "", "day_order": "", "account": ""}


def said_in(posted: "MultiValueDict[str, str]") -> Said:
    """What a form says; a role given to two columns counts as given to the last, and is told."""
    columns: dict[str, int] = {}
    for name in posted:
        place, role = name.removeprefix("column-"), str(posted.get(name) or "")
        if name != place and place.isdecimal() and len(place) < 4 and role:
            columns[role if role not in columns else f"{role}:{place}"] = int(place)
    values = {name: str(posted.get(name, "")).strip() for name in DEFAULTS}
    return Said(columns=columns, **values)


def told(refusal: DomainError) -> list[str]:
    """What is wrong, one sentence each; a role given twice in the words of the page."""
    fields: Mapping[str, Any] = refusal.details.get("fields", {})
    found = []
    for name, problems in fields.items():
        role, _, twice = name.removeprefix("columns.").partition(":")
        if twice:
            found.append(f"“{ROLE_NAMES.get(role, role)}” foi dado a duas colunas.")
        else:
            found += [str(problem["message"]) for problem in problems]
    return list(dict.fromkeys(found)) or [refusal.message]


def form_context(said: Said, header: Sequence[str], width: int) -> dict[str, Any]:
    """Everything the form shows: a select for each column, and the choices below."""
    chosen = {place: role.partition(":")[0] for role, place in said.columns.items()}
    columns = [
        {
            "place": place,
            "title": (header[place] if place < len(header) else "") or f"Coluna {place + 1}",
            "role": chosen.get(place, ""),
        }
        for place in range(width)
    ]
    return {
        "columns": columns,
        "roles": list(ROLE_NAMES.items()),
        "said": said,
        "sources": SOURCES,
        "decimals": DECIMALS,
        "orders": ORDERS,
    }


class MappingAdmin(EvidenceAdmin):
    """Pages of files whose columns can be named."""

    def get_urls(self) -> list[Any]:
        show = self.admin_site.admin_view(self.columns_view)
        trial = self.admin_site.admin_view(require_POST(self.trial_view))
        mine = [
            path("<path:object_id>/colunas/", show, name="ingestion_sourcefile_columns"),
            path("<path:object_id>/colunas/prova/", trial, name="ingestion_sourcefile_trial"),
        ]
        return mine[::-1] + list(super().get_urls())

    def columns_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Name the columns of one table."""
        row: SourceFile = self.find(request, object_id)
        try:
            seen = preview_of(row)
        except DomainError as refusal:
            return self.show_columns(request, row, None, None, [refusal.message])
        if request.method != "POST":
            return self.show_columns(request, row, seen, first_said(row, seen), [])
        said = said_in(request.POST)
        try:
            _, _, job = map_file(row, user=request.user, said=said)  # type: ignore[arg-type]
        except DomainError as refusal:
            return self.show_columns(request, row, seen, said, told(refusal))
        text = "Colunas guardadas. O arquivo será lido de novo em instantes."
        if job is None:
            text = "Colunas guardadas. Há outra releitura em andamento: peça “Ler de novo” depois."
        elif job.total > 1:
            text = f"Colunas guardadas. {job.total} arquivos com elas serão lidos de novo."
        self.message_user(request, text)
        return HttpResponseRedirect(reverse("admin:ingestion_sourcefile_change", args=[row.pk]))

    def trial_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """How the first rows would be read by what the form says now."""
        row: SourceFile = self.find(request, object_id)
        said = said_in(request.POST)
        context: dict[str, Any] = {}
        try:
            seen = preview_of(row)
            check(said, width_of(seen))
            context["trial"] = try_out(row, seen.fingerprint, said)
        except DomainError as refusal:
            context["wrong"] = told(refusal)
        return render(request, "pages/parts/trial.html", context)

    def show_columns(
        self,
        request: HttpRequest,
        row: SourceFile,
        seen: TablePreview | None,
        said: Said | None,
        wrong: list[str],
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "title": "Colunas da tabela",
            "wrong": wrong,
            "seen": seen,
            "may_map": holds(request, row.organization_id, Act.SEND),
        }
        if seen is not None and said is not None:
            context |= form_context(said, seen.header, width_of(seen))
        status = 422 if wrong else 200
        return self.show(request, "pages/columns.html", row, context, status)


def first_said(row: SourceFile, seen: TablePreview) -> Said:
    """What was said before of this header, or what its names tell."""
    before = TableLayout.objects.filter(
        organization=row.organization_id, fingerprint=seen.fingerprint
    ).first()
    return said_of(before) if before else Said(columns=dict(seen.roles), **DEFAULTS)


@admin.register(TableLayout)
class TableLayoutAdmin(FactAdmin):
    """Tables that people have explained; what was read by an explanation stays when it goes."""

    list_display = ["name", "named", "source", "account", "created_at"]
    list_filter = ["source"]
    search_fields = ["account", "header"]
    search_help_text = "Título de uma coluna ou conta"
    page_template = "pages/layout.html"
    empty_title = "Nenhuma tabela explicada ainda"
    empty_text = (
        "Quando uma planilha ou CSV chega com colunas desconhecidas, a página do arquivo pede que "
        "você diga o que é cada uma. O que for dito fica aqui e vale para as próximas."
    )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row: TableLayout = self.find(request, object_id)
        if request.method != "POST":
            return self.show_form(request, row, said_of(row), [])
        if "remove" in request.POST:
            attempt(request, lambda: removed(row, request.user))
            return HttpResponseRedirect(reverse(LIST))
        said = said_in(request.POST)
        try:
            change_layout(row, user=request.user, said=said)  # type: ignore[arg-type]
        except DomainError as refusal:
            return self.show_form(request, row, said, told(refusal))
        self.message_user(request, "Colunas guardadas. Valem para as próximas leituras.")
        return HttpResponseRedirect(reverse(LIST))

    def show_form(
        self, request: HttpRequest, row: TableLayout, said: Said, wrong: list[str]
    ) -> HttpResponse:
        context = form_context(said, row.header, width_of_layout(row)) | {
            "wrong": wrong,
            "may_map": holds(request, row.organization_id, Act.SEND),
        }
        return self.show(request, self.page_template, row, context, 422 if wrong else 200)

    @display(description="cabeçalho")
    def name(self, row: TableLayout) -> str:
        return str(row) if row.header else "Tabela sem cabeçalho"

    @display(description="colunas")
    def named(self, row: TableLayout) -> str:
        return ", ".join(ROLE_NAMES.get(role, role) for role in row.columns)


def removed(row: TableLayout, user: Any) -> str:
    remove_layout(row, user=user)
    return "Leiaute removido. O que já foi lido com ele permanece."
