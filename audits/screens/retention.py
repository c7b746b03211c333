"""How long each company keeps its exported batches: shown, and changed by whoever may clean up."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audits.exports.retention import due_batches, refuse_days, retention_of, set_retention
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.page_calls import author
from conciliacontag.pages import attempt, holds
from conciliacontag.scope import scope_of

SHOWN_BATCHES = 10
LONGEST_NUMBER = 9


def page(request: HttpRequest) -> dict[str, Any]:
    """The chosen company's period, or that of each of the person's companies."""
    return {"companies": [told(request, one) for one in scope_of(request).shown]}


def told(request: HttpRequest, organization: Organization) -> dict[str, Any]:
    due = due_batches(organization)
    return {
        "organization": organization,
        "kept": retention_of(organization),
        "due": due[:SHOWN_BATCHES],
        "due_count": len(due),
        "may_change": holds(request, organization.pk, Act.CLEAN),
    }


def change(request: HttpRequest, organization_id: Any) -> HttpResponse:
    """Set or switch off the period of one company."""
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is None:
        raise Http404
    attempt(request, lambda: changed(request, organization))
    return HttpResponseRedirect(reverse("admin:audits_retention_changelist"))


def changed(request: HttpRequest, organization: Organization) -> str:
    days = None if "never" in request.POST else read_days(request.POST.get("days", ""))
    _, is_new = set_retention(organization, days=days, user=author(request))
    if not is_new:
        return "Nada mudou: o prazo já era este."
    if days is None:
        return f"Os lotes de {organization.name} ficam até que alguém os limpe."
    due = len(due_batches(organization))
    if due:
        messages.warning(request, f"{due} lote(s) já passaram do prazo e saem às 3h da manhã.")
    return f"Os lotes de {organization.name} saem {days} dia(s) depois de exportados."


def read_days(text: str) -> int:
    """The number a person typed; what is none is refused like one that is too large or small."""
    said = text.strip()
    days = int(said) if said.isdecimal() and len(said) <= LONGEST_NUMBER else 0
    refuse_days(days)
    return days
