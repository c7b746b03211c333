"""Addresses of batches, cards and exports below /v1; literal names stand before identifiers."""

from django.urls import path

from audits import views
from audits.api import cleanup, deciding, images, layouts, opening, preview, sampling
from audits.exports import views as exports

urlpatterns = [
    path("audits", opening.AuditsView.as_view(), name="cards"),
    path("audits/export", exports.ExportView.as_view(), name="export"),
    path("audits/cleanup", cleanup.CleanupView.as_view(), name="cleanup"),
    path("audits/<uuid:pk>", views.CardView.as_view(), name="card"),
    path("audits/<uuid:pk>/decision", deciding.DecisionView.as_view(), name="decision"),
    path("audits/<uuid:pk>/reopen", deciding.ReopenView.as_view(), name="reopen"),
    path("audits/<uuid:pk>/undo", deciding.UndoView.as_view(), name="undo"),
    path("audits/<uuid:pk>/skip", deciding.SkipView.as_view(), name="skip"),
    path("audits/<uuid:pk>/note", deciding.NoteView.as_view(), name="note"),
    path("audits/<uuid:pk>/alike", deciding.AlikeView.as_view(), name="alike"),
    path("audits/<uuid:pk>/image", images.ImageView.as_view(), name="card-image"),
    path("audits/<uuid:pk>/history", views.HistoryView.as_view(), name="card-history"),
    path(
        "audits/together/<uuid:together>/undo",
        deciding.UndoTogetherView.as_view(),
        name="undo-together",
    ),
    path("audits/readings/<uuid:pk>", sampling.ReadingView.as_view(), name="second-reading"),
    path("audits/<str:batch_id>/samples", sampling.SamplesView.as_view(), name="samples"),
    path(
        "audits/<str:batch_id>/samples/next",
        sampling.NextReadingView.as_view(),
        name="next-reading",
    ),
    path("audits/<str:batch_id>/exports", exports.ExportsView.as_view(), name="exports"),
    path(
        "audits/<str:batch_id>/exports/<int:revision>/file",
        exports.ExportFileView.as_view(),
        name="export-file",
    ),
    path(
        "audits/<str:batch_id>/exports/<int:revision>/manifest",
        exports.ExportManifestView.as_view(),
        name="export-manifest",
    ),
    path(
        "audits/<str:batch_id>/exports/<int:revision>/package",
        exports.PackageView.as_view(),
        name="export-package",
    ),
    path("audits/<str:batch_id>/preview", preview.PreviewView.as_view(), name="export-preview"),
    path("audits/<str:batch_id>/original", exports.OriginalView.as_view(), name="original"),
    path(
        "audits/<str:batch_id>/cleanup",
        cleanup.CleanupPreviewView.as_view(),
        name="cleanup-preview",
    ),
    path("layouts", layouts.LayoutsView.as_view(), name="layouts"),
    path("layouts/<slug:key>", layouts.LayoutView.as_view(), name="layout"),
    path("layouts/<slug:key>/versions", layouts.VersionsView.as_view(), name="layout-versions"),
    path("layouts/<slug:key>/preview", layouts.TrialView.as_view(), name="layout-preview"),
    path("retention", cleanup.RetentionView.as_view(), name="retention"),
    path("batches", views.BatchesView.as_view(), name="batches"),
    path("batches/<uuid:pk>", views.BatchView.as_view(), name="batch"),
]
