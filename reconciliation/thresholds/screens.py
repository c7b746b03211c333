"""The page of the thresholds: what each choice brings, and what is set."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.page_calls import author
from conciliacontag.pages import FactAdmin, attempt, holds
from conciliacontag.scope import COMPANY, MONTH, as_month, scope_of, spell_month
from reconciliation.thresholds.consequences import FLOOR, STEP, TOP, USUAL, Consequence
from reconciliation.thresholds.figures import Figures
from reconciliation.thresholds.models import LEAST_ACCEPT, LEAST_PROPOSE, MOST_ACCEPT
from reconciliation.thresholds.options import options_of
from reconciliation.thresholds.services import set_thresholds, thresholds_of
from reconciliation.thresholds.wording import band, basis, left_out, place, points, rate

LONGEST = 12
RANGES = {
    "floor": FLOOR, "top": TOP, "step": STEP, "least_accept": LEAST_ACCEPT,
    "most_accept": MOST_ACCEPT, "least_propose": LEAST_PROPOSE,
}  # fmt: skip


def page(model_admin: FactAdmin, request: HttpRequest) -> HttpResponse:
    """One company's thresholds; of several companies, which."""
    scope = scope_of(request)
    context: dict[str, Any] = {"title": "Limites da conciliação", "uses_month": True, "opts": None}
    if scope.organization is None:
        context["companies"] = [(one, address(one, scope.month)) for one in scope.shown]
    else:
        context |= told(request, scope.organization, scope.month)
    return model_admin.show(request, "pages/thresholds.html", None, context)


def told(request: HttpRequest, organization: Organization, month: date | None) -> dict[str, Any]:
    figures, options = Figures(organization, month), options_of(organization)
    places = figures.places()
    chosen = place_at(places, asked_points(request.GET.get("limite", "")))
    return {
        "organization": organization,
        "period": spell_month(month) if month else "todos os meses",
        "month_value": f"{month:%Y-%m}" if month else "",
        "places": [place(one) for one in places],
        "chosen": place(chosen),
        "automatic": place(place_at(places, options.accept_at)),
        "bands": [row_of(one) for one in figures.bands()],
        "options": options,
        "kept": thresholds_of(organization),
        "ranges": RANGES,
        "may_decide": holds(request, organization.pk, Act.DECIDE),
        "may_set": holds(request, organization.pk, Act.CONFIGURE),
    }


def place_at(places: list[Consequence], wanted: Decimal) -> Consequence:
    """The highest place of the slider that is not above these points."""
    return [one for one in places if one.least <= max(wanted, FLOOR)][-1]


def asked_points(text: str) -> Decimal:
    """The points that the address names, within the slider; the usual ones where it names none."""
    try:
        found = read_points(text, "limite")
    except InvalidInput:
        return USUAL
    return min(max(found, FLOOR), TOP) if found.is_finite() else USUAL


def row_of(found: Consequence) -> dict[str, Any]:
    left = {code: one.count for code, one in found.left.items()}
    return {
        "band": band(found),
        "accepted": found.accepted,
        "left": left_out(left) or "—",
        "rate": rate(found.rate),
        "basis": basis(found.rate) if found.rate.total else "",
    }


def read_points(text: str, field: str) -> Decimal:
    """What a person typed, with a comma or a point.

    Raises:
        InvalidInput: `threshold_out_of_range`: it is no number.
    """
    said = text.strip().replace(",", ".")
    try:
        return Decimal(said if len(said) <= LONGEST else "")
    except InvalidOperation as fault:
        message = "Escreva os pontos como um número, por exemplo 95 ou 99,5."
        problem = {"code": "threshold_out_of_range", "message": message}
        details = {"fields": {field: [problem]}}
        raise InvalidInput(message, code="threshold_out_of_range", details=details) from fault


def address(organization: Organization, month: date | None, **more: str) -> str:
    named = {COMPANY: organization.tenant_key, **more}
    if month:
        named[MONTH] = f"{month:%Y-%m}"
    return f"{reverse('admin:reconciliation_thresholds')}?{urlencode(named)}"


def asked_for(request: HttpRequest) -> tuple[Organization, date | None]:
    """The company and month that a form names."""
    key = request.POST.get("empresa", "")
    organization = Organization.objects.filter(tenant_key=key).first()
    if organization is None:
        raise Http404("Empresa não encontrada.")
    return organization, as_month(request.POST.get("competencia"))


def save(model_admin: FactAdmin, request: HttpRequest) -> HttpResponse:
    organization, month = asked_for(request)
    attempt(request, lambda: saved(request, organization))
    return HttpResponseRedirect(address(organization, month))


def saved(request: HttpRequest, organization: Organization) -> str:
    said = {name: read_points(request.POST.get(name, ""), name)
            for name in ("accept_at", "propose_at")}  # fmt: skip
    _, is_new = set_thresholds(organization, user=author(request), **said)
    if not is_new:
        return "Nada mudou: os limites já eram estes."
    return (
        f"A próxima conciliação registra a partir de {points(said['accept_at'])} pontos e sugere "
        f"a partir de {points(said['propose_at'])}. O que já foi conciliado fica como está."
    )
