"""The admin site: the product's shell, in Portuguese, with a menu by task."""

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite


class Site(UnfoldAdminSite):
    site_title = "Conciliacontag"
    site_header = "Conciliacontag"
    index_title = "Início"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Everybody who belongs to an organization works here; the role decides what they may."""
        return bool(request.user.is_active and request.user.is_authenticated)
