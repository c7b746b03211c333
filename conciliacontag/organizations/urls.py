"""Addresses of log-in, organizations and people."""

from django.urls import path

from conciliacontag.organizations import views

urlpatterns = [
    path("auth/login", views.LoginView.as_view(), name="login"),
    path("auth/refresh", views.RefreshView.as_view(), name="refresh"),
    path("auth/logout", views.LogoutView.as_view(), name="logout"),
    path("me", views.MeView.as_view(), name="me"),
    path("organizations", views.OrganizationsView.as_view(), name="organizations"),
    path("organizations/<uuid:pk>", views.OrganizationView.as_view(), name="organization"),
    path("users", views.UsersView.as_view(), name="users"),
    path("memberships/<uuid:membership_id>", views.MembershipView.as_view(), name="membership"),
]
