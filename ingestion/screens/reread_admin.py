"""“Ler de novo”: the button on a file's page and the action on the list of files."""

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import FactAdmin, attempt, holds
from ingestion.models import Rereading, SourceFile
from ingestion.services.choosing import is_readable
from ingestion.services.reprocessing import reprocess_files


class RereadAdmin(FactAdmin):
    """Pages of files from which a new reading can be asked for."""

    actions = ["read_again"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.read_again_view))
        mine = [path("<path:object_id>/ler/", view, name="ingestion_sourcefile_read_again")]
        return mine + list(super().get_urls())

    def has_send_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("ingestion.add_sourcefile"))

    @admin.action(description="Ler de novo", permissions=["send"])
    def read_again(self, request: HttpRequest, queryset: "QuerySet[Model]") -> None:
        """Ask for a new reading of the chosen files, company by company."""
        by_company: defaultdict[Organization, list[Any]] = defaultdict(list)
        for row in SourceFile.objects.filter(pk__in=queryset).select_related("organization"):
            by_company[row.organization].append(row.pk)
        for organization, files in by_company.items():
            attempt(request, lambda own=organization, ids=files: ask(request, own, ids))  # type: ignore[misc]

    def read_again_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a new reading of one file, and show its page."""
        row: SourceFile = self.find(request, object_id)
        attempt(request, lambda: ask(request, row.organization, [row.pk]))
        return HttpResponseRedirect(reverse("admin:ingestion_sourcefile_change", args=[row.pk]))


def ask(request: HttpRequest, organization: Organization, files: list[Any]) -> str:
    _, created = reprocess_files(organization, requested_by=request.user, files=files)  # type: ignore[arg-type]
    many = len(files) > 1
    if not created:
        return "Esta releitura já tinha sido pedida e está em andamento."
    return f"{len(files)} arquivos serão lidos de novo." if many else "O arquivo será lido de novo."


def reread_context(request: HttpRequest, row: SourceFile) -> dict[str, Any]:
    """Whether a file can be read again by this person, and what the last time changed."""
    upload = row.container or row
    done = Rereading.objects.filter(file=upload, reprocessing__dry_run=False)
    may = holds(request, row.organization_id, Act.SEND)
    return {
        "may_read_again": may and is_readable(row),
        "reread": done.select_related("reprocessing").order_by("-pk").first(),
    }
