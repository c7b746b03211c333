"""Who may: organizations, people, roles, and the trail of acts."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "conciliacontag.organizations"
    label = "organizations"
    verbose_name = "Empresas e pessoas"
