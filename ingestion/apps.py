"""Bytes in, documents and transactions out."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "ingestion"
    verbose_name = "Documentos e lançamentos"
