"""Addresses of rules below /v1/admin."""

from django.urls import path

from reconciliation.rules import views

urlpatterns = [
    path("rules", views.RulesView.as_view(), name="rules"),
    path("rules/suggestions", views.SuggestionsView.as_view(), name="rule-suggestions"),
    path("rules/classified.csv", views.ClassifiedView.as_view(), name="rules-classified"),
    path("rules/<uuid:pk>", views.RuleView.as_view(), name="rule"),
    path("rules/<uuid:pk>/move", views.MoveView.as_view(), name="rule-move"),
    path("rules/<uuid:pk>/simulate", views.SimulateView.as_view(), name="rule-simulate"),
    path("rules/<uuid:pk>/enable", views.EnableView.as_view(), name="rule-enable"),
    path("rules/<uuid:pk>/disable", views.DisableView.as_view(), name="rule-disable"),
    path("simulations/<uuid:pk>", views.SimulationView.as_view(), name="rule-simulation"),
    path("simulations/<uuid:pk>/stop", views.StopView.as_view(), name="rule-simulation-stop"),
]
