"""The pages where a person says how the notes of each supplier are booked."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from conciliacontag.brazil import format_tax_id
from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act, may
from conciliacontag.pages import FactAdmin, attempt, display, holds
from conciliacontag.scope import scope_of
from ingestion.cfop import CHOICES, explain
from ingestion.models import Operation, SupplierPreference
from ingestion.services.preferences import FIELDS, remove_preference, save_preference

LIST = "admin:ingestion_supplierpreference_changelist"


@admin.register(SupplierPreference)
class SupplierPreferenceAdmin(FactAdmin):
    """Preferences by supplier; changes go through the service."""

    list_display = ["name", "operation", "cfop", "debit", "credit", "history_code", "updated_at"]
    list_filter = ["operation"]
    search_fields = ["supplier"]
    search_help_text = "CNPJ ou CPF do fornecedor, sem pontuação"
    page_template = "pages/preference.html"
    empty_title = "Nenhuma preferência ainda"
    empty_text = (
        "Diga uma vez como se contabilizam as notas de um fornecedor: tipo de operação, CFOP, "
        "contas e histórico são aplicados às próximas notas dele."
    )
    empty_link = ("admin:ingestion_supplierpreference_add", "Nova preferência")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("ingestion.add_supplierpreference"))

    @display(description="fornecedor", ordering="supplier")
    def name(self, row: SupplierPreference) -> str:
        return format_tax_id(row.supplier)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        companies = configured_by(request)
        if request.method != "POST":
            return self.show_form(request, None, companies, request.GET)
        chosen = [row for row in companies if str(row.pk) == request.POST.get("organization")]
        if not chosen:
            return self.show_form(request, None, companies, request.POST, "Escolha a empresa.")
        supplier = request.POST.get("supplier", "")
        return self.saved(request, None, chosen[0], supplier, companies)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row: SupplierPreference = self.find(request, object_id)
        if request.method != "POST":
            said = {name: getattr(row, name) for name in FIELDS}
            return self.show_form(request, row, [row.organization], said)
        if "remove" in request.POST:
            attempt(request, lambda: removed(row, request.user))
            return HttpResponseRedirect(reverse(LIST))
        return self.saved(request, row, row.organization, row.supplier, [row.organization])

    def saved(
        self,
        request: HttpRequest,
        row: SupplierPreference | None,
        organization: Organization,
        supplier: str,
        companies: list[Organization],
    ) -> HttpResponse:
        """Save what was posted and go back to the list, or show the form with what is wrong."""
        values = {name: request.POST.get(name, "") for name in FIELDS}
        try:
            save_preference(
                organization,
                user=request.user,  # type: ignore[arg-type]
                supplier=supplier,
                values=values,
                is_new=row is None,
            )
        except DomainError as refusal:
            told, existing = spelled_out(refusal), refusal.details.get("id", "")
            return self.show_form(request, row, companies, request.POST, told, existing=existing)
        self.message_user(request, "Preferência guardada. Vale para as próximas notas.")
        return HttpResponseRedirect(reverse(LIST))

    def show_form(
        self,
        request: HttpRequest,
        row: SupplierPreference | None,
        companies: list[Organization],
        said: Any,
        refusal: str = "",
        *,
        existing: str = "",
    ) -> HttpResponse:
        context = {
            "title": str(row) if row else "Nova preferência",
            "companies": companies,
            "chosen": scope_of(request).organization,
            "said": said,
            "refusal": refusal,
            "existing": existing,
            "operations": Operation.choices,
            "cfops": [(code, f"{code} · {explain(code)}") for code in CHOICES],
            "may_change": row is None or holds(request, row.organization_id, Act.CONFIGURE),
        }
        status = 400 if refusal else 200
        return self.show(request, self.page_template, row, context, status)


def configured_by(request: HttpRequest) -> list[Organization]:
    """The companies that this person may configure."""
    user = request.user
    if not isinstance(user, User):
        return []
    rows = scope_of(request).organizations
    return [row for row in rows if may(user.roles[row.pk], Act.CONFIGURE)]


def removed(row: SupplierPreference, user: Any) -> str:
    remove_preference(row, user=user)
    return "Preferência removida. O que já foi contabilizado por ela permanece."


def spelled_out(refusal: DomainError) -> str:
    """The message, with what is wrong in each field."""
    fields = refusal.details.get("fields", {})
    told = [problem["message"] for problems in fields.values() for problem in problems]
    return " ".join(told) or refusal.message
