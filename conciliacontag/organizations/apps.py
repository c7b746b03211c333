"""Who may: organizations, people, roles, and the trail of acts."""

from celery.signals import task_failure
from django.apps import AppConfig
from django.core.checks import Tags, register

from conciliacontag.checks import check_address, check_database
from conciliacontag.metrics import count_task_failure


class OrganizationsConfig(AppConfig):
    name = "conciliacontag.organizations"
    label = "organizations"
    verbose_name = "Empresas e pessoas"

    def ready(self) -> None:
        register(check_database, Tags.security, deploy=True)
        register(check_address, Tags.security, deploy=True)
        task_failure.connect(count_task_failure, weak=False)
