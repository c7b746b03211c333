"""“Trabalhos”: what is being received and read, what waits for a person, what has ended."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from conciliacontag.organizations.roles import Act
from conciliacontag.pages import FactAdmin, attempt, holds
from conciliacontag.scope import scope_of
from ingestion.models import Delivery
from ingestion.progress import follow
from ingestion.screens.deliveries import (
    FILTERS,
    TABS,
    as_page_number,
    items_of,
    job_of,
    last_ended,
    lines_of,
    page_of_jobs,
    totals,
)
from ingestion.screens.wording import counted
from ingestion.services.deliveries import close_delivery, dismiss_delivery
from ingestion.services.retrying import retry_delivery

STOP_POLLING = 286  # the status by which htmx stops asking


@admin.register(Delivery)
class DeliveryAdmin(FactAdmin):
    """The list of jobs, and the page of one delivery."""

    list_select_related = ["sender"]
    page_template = "pages/delivery.html"

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "ingestion_delivery"
        acts = require_POST(self.act_view)
        mine = [
            path("trabalhos/", view(self.changelist_view), name=f"{name}_jobs"),
            path("trabalhos/linhas/", view(self.rows_view), name=f"{name}_rows"),
            path("<uuid:object_id>/andamento/", view(self.progress_view), name=f"{name}_progress"),
            path("<uuid:object_id>/ato/", view(acts), name=f"{name}_act"),
        ]
        return mine + list(super().get_urls())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.show(request, "pages/jobs.html", None, self.jobs(request))

    def rows_view(self, request: HttpRequest) -> HttpResponse:
        """The rows alone, while something runs."""
        context = self.jobs(request)
        status = 200 if context["page"].is_running else STOP_POLLING
        return render(request, "pages/parts/jobs.html", context, status=status)

    def jobs(self, request: HttpRequest) -> dict[str, Any]:
        scope = scope_of(request)
        asked = request.GET.get("aba", "")
        first = page_of_jobs(scope.shown, "andamento", 0) if asked not in TABS else None
        tab = asked if asked in TABS else "andamento" if first and first.jobs else "precisa"
        number = as_page_number(request.GET.get("pagina", ""))
        page = page_of_jobs(scope.shown, tab, number)
        return {
            "title": "Trabalhos",
            "opts": None,
            "tabs": TABS,
            "tab": tab,
            "page": page,
            "number": number + 1,
            "last": None if page.jobs else last_ended(scope.shown),
            "is_several": scope.is_several,
        }

    def page(self, request: HttpRequest, row: Delivery) -> dict[str, Any]:
        progress = follow([row])[0]
        asked = request.GET.get("mostrar", "")
        only = asked if asked in FILTERS else ""
        lines, more = lines_of(row, only)
        return {
            "job": job_of(progress),
            "progress": progress,
            "totals": totals(progress),
            "lines": lines,
            "more": more,
            "only": only,
            "filters": [(key, name, items_of(row, key).count()) for key, name in FILTERS.items()],
            "may_send": holds(request, row.organization_id, Act.SEND),
        }

    def progress_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """How far a delivery has come, with its first lines, for a page that shows it."""
        row: Delivery = self.find(request, str(object_id))
        context = {"row": row, **self.page(request, row)}
        status = 200 if context["job"].is_running else STOP_POLLING
        return render(request, "pages/parts/delivery.html", context, status=status)

    def act_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """Try again what failed, end the waiting for files, or take it off the list."""
        row: Delivery = self.find(request, str(object_id))
        user: Any = request.user

        def act() -> str:
            match request.POST.get("ato", ""):
                case "tentar":
                    job = retry_delivery(row, by=user)
                    files = counted(job.total, "arquivo será lido", "arquivos serão lidos")
                    return f"{files} de novo."
                case "resolver":
                    dismiss_delivery(row, by=user)
                    return "Envio dado por resolvido."
                case "encerrar":
                    close_delivery(row, by=user)
                    return "Envio encerrado com o que chegou."
            raise Http404

        attempt(request, act)
        back = request.POST.get("volta", "")
        named = {"enviar": "sourcefile_upload", "trabalhos": "delivery_jobs"}.get(back)
        if named:
            return HttpResponseRedirect(reverse(f"admin:ingestion_{named}"))
        return HttpResponseRedirect(reverse("admin:ingestion_delivery_change", args=[row.pk]))
