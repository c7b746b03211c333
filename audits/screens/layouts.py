"""Pages of layouts: the list, one version in words, the form with its trial on a real file."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.transaction import atomic, non_atomic_requests
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from audits.layout_form import LayoutForm, as_json, form_in, form_in_json, form_of
from audits.layout_words import BLANKS, ROLES, differences, in_words
from audits.layouts import LayoutError
from audits.models import Batch, BatchStatus, LayoutVersion
from audits.own_layouts import (
    KnownLayout,
    Version,
    batches_by_version,
    find_layout,
    find_version,
    layouts_of,
)
from audits.screens.layout_acts import ACTS, Desk
from audits.shipped import CONCILIATION
from conciliacontag.errors import DomainError, NotFound
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.page_calls import author
from conciliacontag.pages import FactAdmin, holds
from conciliacontag.scope import scope_of

SHOWN_BATCHES = 20


class LayoutAdmin(FactAdmin):
    """Layouts of each company: those that come with the product and its own."""

    def get_urls(self) -> list[Any]:
        def place(address: str, view: Callable[..., HttpResponse], name: str) -> Any:
            return path(address, self.admin_site.admin_view(view), name=f"audits_layout_{name}")

        return [
            place("novo/<uuid:company_id>/", self.new_view, "new"),
            place("empresa/<uuid:company_id>/<slug:key>/", self.layout_view, "one"),
            place("empresa/<uuid:company_id>/<slug:key>/editar/", self.edit_view, "edit"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        companies = [
            (row, layouts_of(row), holds(request, row.pk, Act.CONFIGURE))
            for row in scope_of(request).shown
        ]
        context = {"title": "Leiautes", "companies": companies, "fixed": CONCILIATION}
        return self.show(request, "pages/layouts.html", None, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The address of a version's row, as the trail names it."""
        row: LayoutVersion = self.find(request, object_id)
        place = reverse("admin:audits_layout_one", args=[row.organization_id, row.key])
        return HttpResponseRedirect(f"{place}?versao={row.version}")

    def layout_view(self, request: HttpRequest, company_id: Any, key: str) -> HttpResponse:
        """One version in words, what it changed, which batches use which version."""
        company = company_of(request, company_id)
        layout = layout_of(company, key)
        version = version_of(request, layout)
        before = layout.versions[layout.versions.index(version) + 1 :]
        counts = batches_by_version(company, key)
        context = {
            "title": version.definition.name,
            "company": company,
            "layout": layout,
            "version": version,
            "fields": in_words(version.definition),
            "changes": differences(before[0].definition, version.definition) if before else [],
            "versions": [(one, counts.get(one.number, 0)) for one in layout.versions],
            "batches": batches_of(company, key),
            "may_edit": holds(request, company.pk, Act.CONFIGURE) and key != CONCILIATION,
            "json": as_json(version.definition),
        }
        return self.show(request, "pages/layout_version.html", None, context)

    # A file on trial is read while no transaction is held open.
    @non_atomic_requests
    def edit_view(self, request: HttpRequest, company_id: Any, key: str) -> HttpResponse:
        """The form of a layout, filled with the version that counts."""
        with atomic():
            company = may_configure(request, company_id)
            newest = layout_of(company, key).newest
        if key == CONCILIATION:
            raise Http404("Este leiaute é do sistema e não muda.")
        return self.work(request, company, newest, form_of(newest.definition))

    @non_atomic_requests
    def new_view(self, request: HttpRequest, company_id: Any) -> HttpResponse:
        """The form of a layout that is not there yet, empty or filled like another."""
        with atomic():
            company = may_configure(request, company_id)
            form = LayoutForm(card="file_id").with_row()
            if like := request.GET.get("como", ""):
                filled = form_of(layout_of(company, like).newest.definition)
                form = LayoutForm(**{name: getattr(filled, name) for name in COPIED})
        return self.work(request, company, None, form)

    def work(
        self, request: HttpRequest, company: Organization, newest: Version | None, form: LayoutForm
    ) -> HttpResponse:
        if request.method != "POST":
            return self.drawn(request, Desk(company, newest, form))
        sent = form_in(request.POST)
        desk = Desk(company, newest, sent)
        word, _, place = request.POST.get("act", "").partition("-")
        try:
            if word == "json":
                desk.form = form_in_json(request.POST.get("json", ""), sent)
            else:
                file = request.FILES.get("file")
                desk.file = file if isinstance(file, UploadedFile) else None
                desk.batch = request.POST.get("batch", "")
                desk.place = int(place) if place.isascii() and place.isdigit() else -1
                ACTS.get(word, ACTS["preview"])(desk, author(request))
        except (DomainError, LayoutError) as refusal:
            desk.wrong = refusal.message
        if desk.told:
            messages.success(request, desk.told)
            address = reverse("admin:audits_layout_one", args=[company.pk, desk.key])
            return HttpResponseRedirect(address)
        return self.drawn(request, desk)

    def drawn(self, request: HttpRequest, desk: Desk) -> HttpResponse:
        """The form, drawn while its rows can be seen."""
        name = desk.newest.definition.name if desk.newest else ""
        with atomic():
            context = {
                "title": f"Editar {name}" if name else "Novo leiaute",
                "desk": desk,
                "form": desk.form,
                "company": desk.company,
                "roles": [(value, word) for value, word in ROLES.items()],
                "blanks": list(BLANKS.items()),
                "batches": batches_of(desk.company),
                "json": desk.json,
            }
            status = 422 if desk.wrong else 200
            page = self.show(request, "pages/layout_form.html", None, context, status)
            return page.render() if isinstance(page, TemplateResponse) else page


COPIED = ("card", "images", "columns", "failed", "unread", "regions", "regions_on", "rules")


def company_of(request: HttpRequest, company_id: Any) -> Organization:
    """A company of this person, or 404."""
    found = Organization.objects.filter(pk=company_id).first()
    if found is None or found.pk not in author(request).roles:
        raise Http404("Esta empresa não existe.")
    return found


def may_configure(request: HttpRequest, company_id: Any) -> Organization:
    company = company_of(request, company_id)
    if not holds(request, company.pk, Act.CONFIGURE):
        raise PermissionDenied
    return company


def layout_of(company: Organization, key: str) -> KnownLayout:
    try:
        return find_layout(company, key)
    except NotFound as refusal:
        raise Http404(refusal.message) from refusal


def version_of(request: HttpRequest, layout: KnownLayout) -> Version:
    asked = request.GET.get("versao", "")
    if not asked:
        return layout.newest
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    try:
        return find_version(layout, number)
    except NotFound as refusal:
        raise Http404(refusal.message) from refusal


def batches_of(company: Organization, key: str = "") -> list[Batch]:
    """The newest batches of files, of one layout or of all."""
    rows = Batch.objects.filter(organization=company, run=None).defer("definition", "header")
    narrowed = rows.filter(layout=key) if key else rows.exclude(status=BatchStatus.EXPORTED)
    return list(narrowed.order_by("-created_at", "-pk")[:SHOWN_BATCHES])
