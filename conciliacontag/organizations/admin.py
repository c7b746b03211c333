"""Pages of companies, people and the trail; changes go through the services."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from conciliacontag.brazil import format_cnpj
from conciliacontag.chips import chip
from conciliacontag.errors import DomainError
from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.models import AuditLog, Membership, Organization, User
from conciliacontag.organizations.roles import Act, Role
from conciliacontag.organizations.sentences import noun, tell
from conciliacontag.organizations.services import (
    add_person,
    change_role,
    create_organization,
    remove_membership,
)
from conciliacontag.pages import FactAdmin, attempt, display, holds

Change = Callable[[HttpRequest, Organization, str], str]


@admin.register(Organization)
class OrganizationAdmin(FactAdmin):
    """Companies; on the page of each, the people who work for it and their roles."""

    organization_field = ""
    list_display = ["name", "tax_id", "people", "created_at"]
    search_fields = ["name", "cnpj"]
    search_help_text = "Nome ou CNPJ"
    page_template = "pages/organization.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("organizations.add_organization"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        rows: QuerySet[Model] = super().get_queryset(request)
        counted: QuerySet[Model] = rows.annotate(people=Count("memberships"))
        return counted

    def get_urls(self) -> list[Any]:
        changes: tuple[tuple[str, str, Change], ...] = (
            ("pessoas/", "person_add", self.add_member),
            ("pessoas/<str:member>/papel/", "person_role", self.change_member),
            ("pessoas/<str:member>/retirar/", "person_remove", self.remove_member),
        )
        return [
            path(
                f"<uuid:object_id>/{place}",
                self.admin_site.admin_view(require_POST(self.changing(change))),
                name=f"organizations_{name}",
            )
            for place, name, change in changes
        ] + list(super().get_urls())

    def changing(self, change: Change) -> Callable[..., HttpResponse]:
        """A view that makes one change on the people of a company and shows the page again."""

        def view(request: HttpRequest, object_id: Any, member: str = "") -> HttpResponse:
            organization: Organization = self.find(request, str(object_id))
            attempt(request, lambda: change(request, organization, member))
            return HttpResponseRedirect(
                reverse("admin:organizations_organization_change", args=[organization.pk])
            )

        return view

    def add_member(self, request: HttpRequest, organization: Organization, member: str) -> str:
        said = request.POST
        try:
            membership, created = add_person(
                organization,
                email=said.get("email", ""),
                name=said.get("name", ""),
                password=said.get("password", ""),
                role=known_role(said.get("role", "")),
                by=request.user,  # type: ignore[arg-type]
            )
        except DomainError as refusal:
            raise spelled_out(refusal) from refusal
        return f"{membership.user.name} {'agora tem' if created else 'já tinha'} acesso."

    def change_member(self, request: HttpRequest, organization: Organization, member: str) -> str:
        membership = self.member(organization, member)
        role = known_role(request.POST.get("role", ""))
        change_role(membership, role, by=request.user)  # type: ignore[arg-type]
        return f"{membership.user.name} agora tem o papel {Role(role).label}."

    def remove_member(self, request: HttpRequest, organization: Organization, member: str) -> str:
        membership = self.member(organization, member)
        remove_membership(membership, by=request.user)  # type: ignore[arg-type]
        return f"{membership.user.name} não tem mais acesso a esta empresa."

    def member(self, organization: Organization, pk: str) -> Membership:
        rows = Membership.objects.filter(organization=organization, pk__in=as_uuids(pk))
        found = rows.select_related("user", "organization").first()
        if found is None:
            raise Http404
        return found

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        context: dict[str, Any] = {"title": "Nova empresa", "said": request.POST}
        if request.method == "POST":
            try:
                organization, _ = create_organization(
                    name=request.POST.get("name", "").strip(),
                    cnpj=request.POST.get("cnpj", ""),
                    tenant_key=request.POST.get("tenant_key", "").strip(),
                    creator=request.user,  # type: ignore[arg-type]
                )
            except DomainError as refusal:
                context["refusal"] = spelled_out(refusal).message
            else:
                return HttpResponseRedirect(
                    reverse("admin:organizations_organization_change", args=[organization.pk])
                )
        status = 400 if "refusal" in context else 200
        return self.show(request, "pages/organization_new.html", None, context, status)

    def page(self, request: HttpRequest, row: Organization) -> dict[str, Any]:
        return {
            "members": row.memberships.select_related("user").order_by("user__name"),
            "roles": Role.choices,
            "may_administer": holds(request, row.pk, Act.ADMINISTER),
            "title": row.name,
        }

    @display(description="CNPJ", ordering="cnpj")
    def tax_id(self, row: Organization) -> str:
        return format_cnpj(row.cnpj)

    @display(description="pessoas", ordering="people")
    def people(self, row: Any) -> str:
        return str(row.people)


def known_role(text: str) -> str:
    """The role as it is, or the one that may only read: a form offers nothing else."""
    return text if text in Role.values else Role.VIEWER


def spelled_out(refusal: DomainError) -> DomainError:
    """A refusal whose message names each field's problem, for pages that show one sentence."""
    fields = refusal.details.get("fields", {})
    told = [problem["message"] for problems in fields.values() for problem in problems]
    return DomainError(" ".join(told) or refusal.message, code=refusal.code)


@admin.register(User)
class UserAdmin(FactAdmin):
    """The people of the companies one belongs to, with their roles there."""

    organization_field = ""
    list_display = ["name", "email", "held", "state"]
    search_fields = ["name", "email"]
    search_help_text = "Nome ou e-mail"
    page_template = "pages/user.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        seen = Membership.objects.values("user")
        theirs = Membership.objects.select_related("organization").order_by("organization__name")
        rows = super().get_queryset(request).filter(pk__in=seen)
        return rows.prefetch_related(Prefetch("memberships", theirs))

    @display(description="papéis")
    def held(self, row: User) -> str:
        return ", ".join(
            f"{one.organization.name}: {one.get_role_display()}" for one in row.memberships.all()
        )

    @display(description="situação", ordering="is_active")
    def state(self, row: User) -> SafeString:
        return chip("Ativo", "done") if row.is_active else chip("Inativo")


@admin.register(AuditLog)
class AuditLogAdmin(FactAdmin):
    """The hash-chained trail, read-only, a sentence per act."""

    list_display = ["when", "sentence", "about"]
    list_display_links = ["sentence"]
    list_select_related = ["actor"]
    search_fields = ["action", "entity_id", "actor__name"]
    search_help_text = "Pessoa, ato ou identificador"
    page_template = "pages/act.html"
    empty_title = "A trilha está vazia"
    empty_text = "Cada ato de pessoas e do sistema fica escrito aqui e não pode ser apagado."

    def page(self, request: HttpRequest, row: AuditLog) -> dict[str, Any]:
        return {
            "sentence": tell(row),
            "noun": noun(row),
            "facts": list(row.diff.items()),
            "title": f"Ato nº {row.sequence}",
        }

    @display(description="quando", ordering="at")
    def when(self, row: AuditLog) -> Any:
        return row.at

    @display(description="o que aconteceu")
    def sentence(self, row: AuditLog) -> str:
        return tell(row)

    @display(description="sobre")
    def about(self, row: AuditLog) -> str:
        return noun(row)
