"""What every page of facts shares: rows are read, narrowed to the chosen company, never edited.

The shell's base classes are named here and nowhere else, so that it can be exchanged.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.views import ChangeList

from conciliacontag.errors import DomainError
from conciliacontag.organizations.roles import Act, may
from conciliacontag.scope import PARAMETERS, next_month, scope_of

__all__ = [
    "FactAdmin",
    "ModelAdmin",
    "TabularInline",
    "attempt",
    "display",
    "holds",
]


class NarrowedList(ChangeList):
    """A list that keeps company and month in its links and out of its filters."""

    root_queryset: "QuerySet[Model]"

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        found: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in PARAMETERS}

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: Any = None
    ) -> "QuerySet[Model]":
        rows: QuerySet[Model] = self.root_queryset
        self.root_queryset = self.model_admin.narrow(request, rows)
        found: QuerySet[Model] = super().get_queryset(request, exclude_parameters)
        return found


class FactAdmin(ModelAdmin):
    """A list and a page of rows that people read here and change through services elsewhere."""

    actions: Sequence[Any] | None = None
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50
    list_fullwidth = True
    organization_field = "organization"
    month_field = ""
    page_template = ""
    empty_title = "Nada por aqui ainda"
    empty_text = "Quando houver registros, eles aparecem nesta lista."
    empty_link: tuple[str, str] | None = None
    list_select_related: Sequence[str] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NarrowedList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        plural = str(self.opts.verbose_name_plural)
        context = {
            "title": plural[:1].upper() + plural[1:],
            "uses_month": bool(self.month_field),
            **(extra_context or {}),
        }
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def narrow(self, request: HttpRequest, rows: "QuerySet[Model]") -> "QuerySet[Model]":
        """Keep the chosen company and month; row-level security has hidden the others' rows."""
        scope = scope_of(request)
        if scope.organization and self.organization_field:
            rows = rows.filter(**{self.organization_field: scope.organization})
        if scope.month and self.month_field:
            first, field = scope.month, self.month_field
            rows = rows.filter(**{f"{field}__gte": first, f"{field}__lt": next_month(first)})
        return rows

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        """Name the company on each line only when lines of several companies are mixed."""
        columns = list(super().get_list_display(request))
        if self.organization_field and scope_of(request).is_several:
            columns.append("company")
        return columns

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        # A queryset that joins anything makes the list ignore `list_select_related`: join all here.
        rows: QuerySet[Model] = super().get_queryset(request)
        own = ["organization"] if self.organization_field == "organization" else []
        joined = [*own, *(self.list_select_related or ())]
        return rows.select_related(*joined) if joined else rows

    @display(description="empresa")
    def company(self, row: Any) -> str:
        return str(row.organization.name)

    def find(self, request: HttpRequest, object_id: str) -> Any:
        """The row, or 404: also for what belongs to somebody else."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_view_permission(request, row):
            raise Http404(f"{self.opts.verbose_name} não encontrado(a)")
        return row

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.find(request, object_id)
        return self.show(request, self.page_template, row, self.page(request, row))

    def page(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page of one row shows besides the row."""
        return {}

    def show(
        self,
        request: HttpRequest,
        template: str,
        row: Any,
        context: dict[str, Any],
        status: int = 200,
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        shell = self.admin_site.each_context(request)
        named = {"opts": self.opts, "original": row, "title": str(row or ""), "row": row}
        return TemplateResponse(request, template, {**shell, **named, **context}, status=status)


def holds(request: HttpRequest, organization_id: Any, act: Act) -> bool:
    """Whether the person's role in this organization includes the act."""
    role = getattr(request.user, "roles", {}).get(organization_id)
    return role is not None and may(role, act)


def attempt(request: HttpRequest, work: Callable[[], str]) -> bool:
    """Do one act and show how it ended: what it says, or the refusal in the product's words."""
    try:
        messages.success(request, work())
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return False
    return True


def way_back(request: HttpRequest) -> str:
    """Where the person came from; only a page of this site."""
    asked = request.POST.get("voltar") or request.GET.get("voltar", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours and asked.startswith(reverse("admin:index")) else ""
