"""Addresses of uploads, documents and transactions below /v1."""

from django.urls import path

from ingestion import (
    delivery_api,
    layout_api,
    original_api,
    preference_views,
    reprocess_api,
    told_api,
    upload_api,
    views,
    webhooks,
)
from ingestion.search.views import SearchView

urlpatterns = [
    path("uploads", upload_api.UploadsView.as_view(), name="uploads"),
    path("uploads/<uuid:pk>", views.UploadView.as_view(), name="upload"),
    path("uploads/<uuid:pk>/link", views.UploadLinkView.as_view(), name="upload-link"),
    path(
        "uploads/<uuid:pk>/table-preview",
        layout_api.TablePreviewView.as_view(),
        name="table-preview",
    ),
    path("table-layouts", layout_api.LayoutsView.as_view(), name="table-layouts"),
    path("deliveries", delivery_api.DeliveriesView.as_view(), name="deliveries"),
    path("deliveries/<uuid:pk>", delivery_api.DeliveryView.as_view(), name="delivery"),
    path(
        "deliveries/<uuid:pk>/files",
        delivery_api.DeliveryFilesView.as_view(),
        name="delivery-files",
    ),
    path(
        "deliveries/<uuid:pk>/known",
        delivery_api.DeliveryKnownView.as_view(),
        name="delivery-known",
    ),
    path(
        "deliveries/<uuid:pk>/close",
        delivery_api.DeliveryCloseView.as_view(),
        name="delivery-close",
    ),
    path(
        "deliveries/<uuid:pk>/retry",
        delivery_api.DeliveryRetryView.as_view(),
        name="delivery-retry",
    ),
    path("webhooks/uploaded", webhooks.UploadedView.as_view(), name="webhook-uploaded"),
    path("documents", views.DocumentsView.as_view(), name="documents"),
    path("documents/<uuid:pk>", views.DocumentView.as_view(), name="document"),
    path(
        "documents/<uuid:pk>/original",
        original_api.DocumentOriginalView.as_view(),
        name="document-original",
    ),
    path("documents/<uuid:pk>/pdf", original_api.DocumentPdfView.as_view(), name="document-pdf"),
    path("transactions", views.TransactionsView.as_view(), name="transactions"),
    path("transactions/<uuid:pk>", views.TransactionView.as_view(), name="transaction"),
    path("statements", told_api.StatementsView.as_view(), name="statements"),
    path("mentions", told_api.MentionsView.as_view(), name="mentions"),
    path("reprocess", reprocess_api.ReprocessView.as_view(), name="reprocess"),
    path("reprocess/<uuid:pk>", reprocess_api.ReprocessingView.as_view(), name="reprocessing"),
    path(
        "reprocess/<uuid:pk>/files",
        reprocess_api.RereadingsView.as_view(),
        name="reprocessing-files",
    ),
    path("search", SearchView.as_view(), name="search"),
    path(
        "supplier-preferences",
        preference_views.PreferencesView.as_view(),
        name="supplier-preferences",
    ),
    path(
        "supplier-preferences/<uuid:pk>",
        preference_views.PreferenceView.as_view(),
        name="supplier-preference",
    ),
]
