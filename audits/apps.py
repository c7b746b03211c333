"""People check, correct, export, close."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "Lotes e exportações"
