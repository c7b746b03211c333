"""The admin site: the product's shell, in Portuguese, with a menu by task."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.constants import SELF, UNSAFE_EVAL
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from unfold.sites import UnfoldAdminSite

from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act, may
from conciliacontag.scope import scope_of

View = Callable[..., HttpResponse]

# The shell's widgets evaluate small expressions: loosened here and nowhere else.
loosened = csp_replace({"script-src": [SELF, UNSAFE_EVAL]})


def receivers(request: HttpRequest) -> list[Organization]:
    """The companies to which files dropped on a page may go: the chosen one, or any of several."""
    roles = getattr(request.user, "roles", {})
    mine = [row for row in scope_of(request).shown if row.pk in roles]
    return [row for row in mine if may(roles[row.pk], Act.SEND)]


class Site(UnfoldAdminSite):
    site_title = "Conciliacontag"
    site_header = "Conciliacontag"
    index_title = "Início"
    enable_nav_sidebar = True
    site_url = None

    def has_permission(self, request: HttpRequest) -> bool:
        """Everybody who belongs to an organization works here; the role decides what they may."""
        return bool(request.user.is_active and request.user.is_authenticated)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Rows are visible while the request's transaction is open: what is lazy is read now.
            response: HttpResponse = inner(request, *args, **kwargs)
            return response.render() if isinstance(response, TemplateResponse) else response

        return cast("View", loosened(shown))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def answer(request: HttpRequest) -> HttpResponseBase:
            page: HttpResponseBase = super(Site, self).login(request, extra_context)
            return page

        return cast("HttpResponse", loosened(answer)(request))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        kept = [pair for pair in request.GET.lists() if pair[0] not in ("empresa", "competencia")]
        return {
            **context,
            "scope": scope_of(request),
            "receivers": receivers(request),
            "kept_parameters": [(name, value) for name, values in kept for value in values],
        }
