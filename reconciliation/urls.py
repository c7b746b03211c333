"""Addresses of runs and reconciliations below /v1."""

from django.urls import include, path

from reconciliation import views

urlpatterns = [
    path("admin/", include("reconciliation.rules.urls")),
    path("reconciliations/trigger", views.TriggerView.as_view(), name="trigger"),
    path("reconciliations", views.ReconciliationsView.as_view(), name="reconciliations"),
    path("reconciliations/<uuid:pk>", views.ReconciliationView.as_view(), name="reconciliation"),
    path("runs/<uuid:pk>", views.RunView.as_view(), name="run"),
    path("findings", views.FindingsView.as_view(), name="findings"),
    path("reports/reconciliation", views.ReportView.as_view(), name="reconciliation-report"),
]
