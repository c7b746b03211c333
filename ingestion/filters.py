"""What lists of files, documents and transactions can be narrowed by."""

from django_filters import rest_framework as filters

from ingestion.models import Document, SourceFile, Transaction


class FileFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    container_id = filters.UUIDFilter()

    class Meta:
        model = SourceFile
        fields = ["status", "kind"]


class DocumentFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    issued_from = filters.DateFilter("issue_date", "gte")
    issued_to = filters.DateFilter("issue_date", "lte")

    class Meta:
        model = Document
        fields = ["status", "fiscal_status", "doc_type", "direction", "key"]


class TransactionFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    date_from = filters.DateFilter("date", "gte")
    date_to = filters.DateFilter("date", "lte")

    class Meta:
        model = Transaction
        fields = ["status", "account"]
