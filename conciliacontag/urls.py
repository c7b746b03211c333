"""Every address of the site. The API lives under /v1/; /api/ is another name for the same views."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from conciliacontag.api import health
from conciliacontag.api.links import stored_file
from conciliacontag.api.views import DOCS, SCHEMA
from ingestion.search.screen import search_page

API: list[URLPattern | URLResolver] = [
    path("schema", SCHEMA, name="schema"),
    path("docs", DOCS, name="docs"),
    path("", include("conciliacontag.organizations.urls")),
    path("", include("ingestion.urls")),
    path("", include("reconciliation.urls")),
    path("", include("audits.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("files/<str:token>", stored_file, name="stored-file"),
    # The alias comes first: `reverse` takes the last of two equal names, which is canonical.
    path("api/", include(API)),
    path("v1/", include(API)),
    path("admin/buscar", admin.site.admin_view(search_page), name="search-page"),
    path("admin/", admin.site.urls),
]

handler400 = "conciliacontag.api.envelope.bad_request"
handler403 = "conciliacontag.api.envelope.forbidden"
handler404 = "conciliacontag.api.envelope.not_found"
handler500 = "conciliacontag.api.envelope.server_error"
