"""Addresses of runs and reconciliations below /v1."""

from django.urls import include, path

from reconciliation import link_views, views
from reconciliation.api import desk
from reconciliation.kpis import api as kpis
from reconciliation.periods import api as periods
from reconciliation.watch import api as watch

urlpatterns = [
    path("admin/", include("reconciliation.rules.urls")),
    path("", include("reconciliation.thresholds.urls")),
    path("reconciliations/trigger", views.TriggerView.as_view(), name="trigger"),
    path("reconciliations", views.ReconciliationsView.as_view(), name="reconciliations"),
    path("reconciliations/allocate", link_views.AllocateView.as_view(), name="allocate"),
    path("reconciliations/<uuid:pk>", views.ReconciliationView.as_view(), name="reconciliation"),
    path(
        "reconciliations/<uuid:pk>/accept",
        link_views.AcceptView.as_view(),
        name="reconciliation-accept",
    ),
    path(
        "reconciliations/<uuid:pk>/undo", link_views.UndoView.as_view(), name="reconciliation-undo"
    ),
    path("runs/<uuid:pk>", views.RunView.as_view(), name="run"),
    path("findings", views.FindingsView.as_view(), name="findings"),
    path("reports/reconciliation", views.ReportView.as_view(), name="reconciliation-report"),
    path("reports/kpis", kpis.KpisView.as_view(), name="kpis"),
    *(
        path(f"reports/kpis.{kind}", kpis.KpiFileView.as_view(kind=kind), name=f"kpis-{kind}")
        for kind in ("csv", "xlsx")
    ),
    path("reports/kpis/<slug:code>", kpis.KpiRowsView.as_view(), name="kpi-rows"),
    path(
        "reports/documents-per-day",
        kpis.DocumentsPerDayView.as_view(),
        name="documents-per-day",
    ),
    path("watch", watch.WatchView.as_view(), name="watch"),
    path("watch/request", watch.ClientRequestView.as_view(), name="client-request"),
    *(
        path(
            f"watch/request.{kind}",
            watch.ClientRequestFileView.as_view(kind=kind),
            name=f"client-request-{kind}",
        )
        for kind in ("txt", "csv")
    ),
    path("watch/<slug:code>", watch.WatchListView.as_view(), name="watch-list"),
    path("periods/<str:period>", periods.PeriodView.as_view(), name="period"),
    path("periods/<str:period>/close", periods.ClosePeriodView.as_view(), name="period-close"),
    path("periods/<str:period>/reopen", periods.ReopenPeriodView.as_view(), name="period-reopen"),
    path("desk", desk.DeskView.as_view(), name="desk"),
    path("desk/counts", desk.DeskCountsView.as_view(), name="desk-counts"),
    path("desk/<uuid:pk>", desk.DeskLineView.as_view(), name="desk-line"),
    path("desk/<uuid:pk>/documents", desk.DeskSearchView.as_view(), name="desk-documents"),
    path("desk/<uuid:pk>/entry", desk.DeskEntryView.as_view(), name="desk-entry"),
    path("desk/<uuid:pk>/decision", desk.DeskDecisionView.as_view(), name="desk-decision"),
    path("desk/<uuid:pk>/undo", desk.DeskUndoView.as_view(), name="desk-undo"),
    path("desk/<uuid:pk>/alike", desk.DeskAlikeView.as_view(), name="desk-alike"),
    path(
        "desk/together/<uuid:together>/undo",
        desk.DeskUndoTogetherView.as_view(),
        name="desk-undo-together",
    ),
]
