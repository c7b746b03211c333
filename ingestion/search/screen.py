"""The page of what the search box of the top bar found."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import User
from ingestion.models import Kind
from ingestion.search.cursors import read_place, write_place
from ingestion.search.index import Cursor
from ingestion.services.searching import Found, Page, search

PER_PAGE = 50
PAGES = {
    Kind.DOCUMENT: "admin:ingestion_document_change",
    Kind.TRANSACTION: "admin:ingestion_transaction_change",
    Kind.FILE: "admin:ingestion_sourcefile_change",
    Kind.PAGE: "admin:ingestion_sourcefile_change",
}


def search_page(request: HttpRequest) -> HttpResponse:
    """Groups by kind, each line with its present state; a refusal of the index is shown."""
    typed = request.GET.get("q", "").strip()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Busca",
        "typed": typed,
    }
    status = 200
    try:
        page = found_for(request, typed)
    except DomainError as refusal:
        context["refusal"], status = refusal.message, refusal.status
    else:
        context |= {
            "groups": grouped(page.found),
            "count": len(page.found),
            "following": following(page.following, typed),
            "several": len({found.hit.organization_id for found in page.found}) > 1,
        }
    return TemplateResponse(request, "pages/search.html", context, status=status)


def found_for(request: HttpRequest, typed: str) -> Page:
    user = request.user
    if not typed or not isinstance(user, User):
        return Page((), None)
    after = place_of(request.GET.get("depois", ""), typed)
    return search(list(user.roles), typed, limit=PER_PAGE, after=after)


def place_of(text: str, typed: str) -> Cursor | None:
    """Where the page begins; an address that was changed by hand begins at the beginning."""
    try:
        return read_place(text, typed) if text else None
    except (signing.BadSignature, ValueError):
        return None


def following(place: Cursor | None, typed: str) -> str:
    return "?" + urlencode({"q": typed, "depois": write_place(place, typed)}) if place else ""


def grouped(found: Sequence[Found]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Lines by kind, in the order of the kinds; empty kinds are left out."""
    groups = []
    for kind in Kind:
        lines = [line_of(one) for one in found if one.hit.kind == kind]
        if lines:
            groups.append((str(kind.label), lines))
    return groups


def line_of(found: Found) -> dict[str, Any]:
    target = found.file_id or found.hit.id
    return {
        "title": found.hit.title,
        "link": reverse(PAGES[Kind(found.hit.kind)], args=[target]),
        "day": found.hit.day,
        "amount": found.amount,
        "company": found.row.organization.name,
        "row": found.row,
        "has_state": hasattr(found.row, "status"),
    }
