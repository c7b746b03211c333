"""Names the admin site that every app registers its pages on."""

from django.contrib.admin.apps import AdminConfig


class SiteConfig(AdminConfig):
    default_site = "conciliacontag.site.Site"
