"""What the lists of files, documents and movements share: kinds as facets, amounts as typed."""

import re
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from ingestion.words import DOCUMENT_KINDS, FILE_KINDS

SEND = ("admin:ingestion_sourcefile_upload", "Enviar arquivos")
MONEY = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+),\d{2}")
# What the readers say of a file once it was read, in the order of the list.
READ_KINDS = (
    "zip", "nfe", "nfce", "cte", "cteos", "nfse", "dps", "event", "summary", "ofx", "cnab", "table",
    "francesinha", "sped", "pdf", "image", "omr", "unknown",
)  # fmt: skip


def as_money(term: str) -> Decimal | None:
    """`1.234,56` as an amount; anything else is not one."""
    text = term.removeprefix("R$").strip()
    return Decimal(text.replace(".", "").replace(",", ".")) if MONEY.fullmatch(text) else None


class ByKind(admin.SimpleListFilter):
    """The kinds of file that people send."""

    title = "tipo"
    parameter_name = "tipo"
    field = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, FILE_KINDS[kind]) for kind in READ_KINDS]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class ByDocumentType(ByKind):
    """The kinds of fiscal document."""

    field = "doc_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(DOCUMENT_KINDS.items())
