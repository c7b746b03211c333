"""The admin site: the product's shell, in Portuguese, with a menu by task."""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from unfold.sites import UnfoldAdminSite

from conciliacontag.scope import scope_of

# The shell's widgets evaluate small expressions: loosened here and nowhere else.
loosened = csp_replace({"script-src": [SELF, UNSAFE_EVAL]})


class Site(UnfoldAdminSite):
    site_title = "Conciliacontag"
    site_header = "Conciliacontag"
    index_title = "Início"
    enable_nav_sidebar = True
    site_url = None

    def has_permission(self, request: HttpRequest) -> bool:
        """Everybody who belongs to an organization works here; the role decides what they may."""
        return bool(request.user.is_active and request.user.is_authenticated)

    def admin_view(
        self, view: Callable[..., HttpResponse], cacheable: bool = False
    ) -> Callable[..., HttpResponse]:
        inner: Callable[..., HttpResponse] = loosened(super().admin_view(view, cacheable))
        return inner

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer: HttpResponse = loosened(super().login)(request, extra_context)
        return answer

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        kept = [pair for pair in request.GET.lists() if pair[0] not in ("empresa", "competencia")]
        return {
            **context,
            "scope": scope_of(request),
            "kept_parameters": [(name, value) for name, values in kept for value in values],
        }
