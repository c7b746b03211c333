"""“Abrir lote”: a results file is sent, and where its columns are unknown, a person says them."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db.transaction import atomic, non_atomic_requests
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode

from audits.column_mapping import BLANKS, ROLES, Said, guess
from audits.gathering import is_zip
from audits.mapping import Parked, find_parked, open_mapped, park, sample_of
from audits.opening_files import Opened, open_batches
from audits.opening_sources import open_batch_from_source
from audits.screens.opening_forms import OpeningForm
from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.page_calls import author
from conciliacontag.pages import FactAdmin, holds
from conciliacontag.scope import scope_of
from ingestion.screens.forwardings import senders

PERMISSION = "audits.add_batch"
LEFT_OUT = "entram só os resultados mais novos e as imagens, uma de cada folha."
COLUMN = re.compile(r"column-([0-9]{1,3})")


class OpeningAdmin(FactAdmin):
    """Pages of batches, with those that open one from a file."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))

    def get_urls(self) -> list[Any]:
        columns = self.admin_site.admin_view(self.columns_view)
        source = self.admin_site.admin_view(self.source_view)
        mine = [
            path("colunas/", columns, name="audits_batch_columns"),
            path("de-arquivo/<uuid:file_id>/", source, name="audits_batch_from_source"),
        ]
        return mine + list(super().get_urls())

    # Files are checked and stored in steps of their own; pages are drawn in a transaction again.
    @non_atomic_requests
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Send a file and open its batch."""
        with atomic():
            companies = self.companies(request)
            form = OpeningForm(
                companies,
                request.POST if request.method == "POST" else None,
                request.FILES or None,
                initial=first_said(request),
            )
            is_sent = request.method == "POST" and form.is_valid()
        answer = opened_by_form(request, form, companies) if is_sent else None
        return answer or self.drawn(request, "pages/open_batch.html", {"form": form})

    @non_atomic_requests
    def source_view(self, request: HttpRequest, file_id: UUID) -> HttpResponse:
        """Open the batch of a results file that lies among the uploads, or go to it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            return shown(request, [open_batch_from_source(file_id, opened_by=author(request))])
        except DomainError as refusal:
            messages.error(request, " ".join(told(refusal)))
        return HttpResponseRedirect(reverse("admin:ingestion_sourcefile_change", args=[file_id]))

    @non_atomic_requests
    def columns_view(self, request: HttpRequest) -> HttpResponse:
        """Say what the columns of a file are that no layout knows."""
        wrong: list[str] = []
        try:
            parked = find_parked(request.GET.get("arquivo", ""), author(request))
            sample = sample_of(parked)
        except (DomainError, FileNotFoundError):
            text = "O arquivo já não está guardado. Envie-o de novo."
            messages.error(request, text)
            return HttpResponseRedirect(reverse("admin:audits_batch_add"))
        said = said_in(request) if request.method == "POST" else Said("", guess(sample.header))
        if request.method == "POST":
            try:
                return shown(request, [open_mapped(parked, said, user=author(request))])
            except DomainError as refusal:
                wrong = told(refusal)
        context = columns_context(said, sample.header) | {
            "sample": sample,
            "parked": parked,
            "wrong": wrong,
            "may_save": holds(request, parked.organization_id, Act.CONFIGURE),
        }
        return self.drawn(request, "pages/open_batch_columns.html", context, wrong=bool(wrong))

    def companies(self, request: HttpRequest) -> list[Organization]:
        """The companies this person may send files to.

        Raises:
            PermissionDenied: none.
        """
        found = senders(author(request), scope_of(request).organizations)
        if not found:
            raise PermissionDenied
        return found

    def drawn(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, wrong: bool = False
    ) -> HttpResponse:
        """The page, drawn while its rows can be seen."""
        form = context.get("form")
        status = 422 if wrong or (form is not None and form.errors) else 200
        with atomic():
            page = self.show(request, template, None, {"title": "Abrir lote", **context}, status)
            return page.render() if isinstance(page, TemplateResponse) else page


def first_said(request: HttpRequest) -> dict[str, str]:
    chosen = scope_of(request).organization
    return {"organization": str(chosen.pk)} if chosen else {}


def opened_by_form(
    request: HttpRequest, form: OpeningForm, companies: list[Organization]
) -> HttpResponse | None:
    """What the sending led to; None when the form tells what was refused."""
    said = form.cleaned_data
    company = next(row for row in companies if str(row.pk) == said["organization"])
    file, images = place_of(said["file"]), place_of(said["images"])
    try:
        opened = open_batches(
            company.pk,
            file,
            filename=said["file"].name,
            layout=said["layout"],
            images=images,
            opened_by=author(request),
            name=said["name"],
        )
    except DomainError as refusal:
        if "columns" in refusal.details and not is_zip(file):
            named = {"filename": said["file"].name, "name": said["name"]}
            return to_columns(request, park(company, file, images, user=author(request), **named))
        form.blame(refusal)
        return None
    return shown(request, opened)


def place_of(file: Any) -> Any:
    """Where an upload rests on this machine; the settings let none stay in memory."""
    return Path(file.temporary_file_path()) if isinstance(file, TemporaryUploadedFile) else None


def to_columns(request: HttpRequest, parked: Parked) -> HttpResponse:
    place = reverse("admin:audits_batch_columns")
    query = urlencode({"arquivo": parked.token(author(request))})
    return HttpResponseRedirect(f"{place}?{query}")


def shown(request: HttpRequest, opened: list[Opened]) -> HttpResponse:
    """To the batch, with a sentence that says what became of the file."""
    for batch, created in opened:
        messages.success(request, sentence(batch.name, batch.rows, created=created))
    first = opened[0][0]
    for name in first.left_out[:5]:
        messages.info(request, f"“{name}” ficou de fora: {LEFT_OUT}")
    return HttpResponseRedirect(reverse("admin:audits_batch_change", args=[first.pk]))


def sentence(name: str, rows: int, *, created: bool) -> str:
    if created:
        return f"Lote “{name}” aberto com {rows} linha{'s' if rows != 1 else ''}."
    return f"Este arquivo já era o lote “{name}”: nada foi duplicado."


def said_in(request: HttpRequest) -> Said:
    roles = {}
    for field, role in request.POST.items():
        if (place := COLUMN.fullmatch(field)) and role in ROLES:
            roles[int(place[1])] = str(role)
    return Said(
        name=str(request.POST.get("name", "")),
        roles=roles,
        values=str(request.POST.get("values", ""))[:2000],
        blank=str(request.POST.get("blank", "issue")),
    )


def columns_context(said: Said, header: tuple[str, ...]) -> dict[str, Any]:
    columns = [
        {"place": place, "title": title or f"Coluna {place + 1}", "role": said.roles.get(place, "")}
        for place, title in enumerate(header)
    ]
    return {
        "columns": columns,
        "roles": list(ROLES.items()),
        "blanks": list(BLANKS.items()),
        "said": said,
    }


def told(refusal: DomainError) -> list[str]:
    """What is wrong, one sentence each."""
    fields = refusal.details.get("fields", {})
    found = [str(problem["message"]) for problems in fields.values() for problem in problems[:10]]
    return list(dict.fromkeys(found)) or [refusal.message]
