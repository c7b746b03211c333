"""Addresses of uploads, documents and transactions below /v1."""

from django.urls import path

from ingestion.api import (
    bookings,
    deliveries,
    layouts,
    originals,
    preferences,
    reprocess,
    told,
    uploads,
    views,
    webhooks,
)
from ingestion.search.views import SearchView

urlpatterns = [
    path("uploads", uploads.UploadsView.as_view(), name="uploads"),
    path("uploads/<uuid:pk>", views.UploadView.as_view(), name="upload"),
    path("uploads/<uuid:pk>/link", views.UploadLinkView.as_view(), name="upload-link"),
    path(
        "uploads/<uuid:pk>/table-preview",
        layouts.TablePreviewView.as_view(),
        name="table-preview",
    ),
    path("table-layouts", layouts.LayoutsView.as_view(), name="table-layouts"),
    path("table-layouts/<uuid:pk>", layouts.LayoutView.as_view(), name="table-layout"),
    path("deliveries", deliveries.DeliveriesView.as_view(), name="deliveries"),
    path("deliveries/<uuid:pk>", deliveries.DeliveryView.as_view(), name="delivery"),
    path(
        "deliveries/<uuid:pk>/files",
        deliveries.DeliveryFilesView.as_view(),
        name="delivery-files",
    ),
    path(
        "deliveries/<uuid:pk>/known",
        deliveries.DeliveryKnownView.as_view(),
        name="delivery-known",
    ),
    path(
        "deliveries/<uuid:pk>/close",
        deliveries.DeliveryCloseView.as_view(),
        name="delivery-close",
    ),
    path(
        "deliveries/<uuid:pk>/retry",
        deliveries.DeliveryRetryView.as_view(),
        name="delivery-retry",
    ),
    path("webhooks/uploaded", webhooks.UploadedView.as_view(), name="webhook-uploaded"),
    path("documents", views.DocumentsView.as_view(), name="documents"),
    path("documents/working-copies", bookings.WorkingCopiesView.as_view(), name="working-copies"),
    path(
        "documents/<uuid:pk>/booking",
        bookings.DocumentBookingView.as_view(),
        name="document-booking",
    ),
    path("documents/<uuid:pk>", views.DocumentView.as_view(), name="document"),
    path(
        "documents/<uuid:pk>/original",
        originals.DocumentOriginalView.as_view(),
        name="document-original",
    ),
    path("documents/<uuid:pk>/pdf", originals.DocumentPdfView.as_view(), name="document-pdf"),
    path("transactions", views.TransactionsView.as_view(), name="transactions"),
    path("transactions/<uuid:pk>", views.TransactionView.as_view(), name="transaction"),
    path("statements", told.StatementsView.as_view(), name="statements"),
    path("mentions", told.MentionsView.as_view(), name="mentions"),
    path("reprocess", reprocess.ReprocessView.as_view(), name="reprocess"),
    path("reprocess/<uuid:pk>", reprocess.ReprocessingView.as_view(), name="reprocessing"),
    path(
        "reprocess/<uuid:pk>/files",
        reprocess.RereadingsView.as_view(),
        name="reprocessing-files",
    ),
    path("search", SearchView.as_view(), name="search"),
    path(
        "supplier-preferences",
        preferences.PreferencesView.as_view(),
        name="supplier-preferences",
    ),
    path(
        "supplier-preferences/<uuid:pk>",
        preferences.PreferenceView.as_view(),
        name="supplier-preference",
    ),
]
