"""Addresses of thresholds and of accepting many suggestions below /v1."""

from django.urls import path

from reconciliation.thresholds import api

urlpatterns = [
    path("thresholds", api.ThresholdsView.as_view(), name="thresholds"),
    path(
        "thresholds/consequences",
        api.ConsequencesView.as_view(),
        name="threshold-consequences",
    ),
    path("desk/acceptances", api.AcceptancesView.as_view(), name="acceptances"),
    path("desk/acceptances/<uuid:pk>", api.AcceptanceView.as_view(), name="acceptance"),
    path(
        "desk/acceptances/<uuid:pk>/confirm",
        api.ConfirmAcceptanceView.as_view(),
        name="acceptance-confirm",
    ),
]
