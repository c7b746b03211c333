"""What lists of files, documents and transactions can be narrowed by, and how long ones go."""

from django_filters import rest_framework as filters

from ingestion.models import Document, SourceFile, SupplierPreference, Transaction

# Identifiers are made in the order of arrival, and their index spares each page a sort of the rest.
BY_ARRIVAL = ("id",)


class FileFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    container_id = filters.UUIDFilter()

    class Meta:
        model = SourceFile
        fields = ["status", "kind", "parser"]


class DocumentFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    issued_from = filters.DateFilter("issue_date", "gte")
    issued_to = filters.DateFilter("issue_date", "lte")
    competence_from = filters.DateFilter("competence_on", "gte")
    competence_to = filters.DateFilter("competence_on", "lte")

    class Meta:
        model = Document
        fields = ["status", "fiscal_status", "doc_type", "direction", "key"]


class TransactionFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    date_from = filters.DateFilter("date", "gte")
    date_to = filters.DateFilter("date", "lte")

    class Meta:
        model = Transaction
        fields = ["status", "account", "source"]


class SupplierPreferenceFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()

    class Meta:
        model = SupplierPreference
        fields = ["supplier", "operation"]
