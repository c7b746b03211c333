"""Statements and mentions over HTTP: what files tell beside documents and movements."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from ingestion.api.filters import BY_ARRIVAL
from ingestion.models import Document, Mention, Statement


class DayBalanceSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    balance = serializers.DecimalField(max_digits=20, decimal_places=2)


class StatementSerializer(serializers.ModelSerializer[Statement]):
    """One account's statement in a file, with the balances it declares."""

    balances = serializers.SerializerMethodField()

    class Meta:
        model = Statement
        fields = [
            "id",
            "organization_id",
            "file_id",
            "account",
            "currency",
            "starts_on",
            "ends_on",
            "opening",
            "balance",
            "balance_on",
            "balances",
            "created_at",
        ]

    @extend_schema_field(DayBalanceSerializer(many=True))
    def get_balances(self, row: Statement) -> list[dict[str, str]]:
        return [{"day": day, "balance": balance} for day, balance in row.balances]


class StatementFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    file_id = filters.UUIDFilter()
    ends_from = filters.DateFilter("ends_on", "gte")
    starts_to = filters.DateFilter("starts_on", "lte")

    class Meta:
        model = Statement
        fields = ["account"]


class StatementsView(ListAPIView[Statement]):
    """Statements, in the order in which they were read."""

    queryset = Statement.objects.all()
    serializer_class = StatementSerializer
    filterset_class = StatementFilter
    ordering = BY_ARRIVAL


class MentionSerializer(serializers.ModelSerializer[Mention]):
    """A document that a file tells of, and whether it has arrived."""

    arrived = serializers.BooleanField(read_only=True)

    class Meta:
        model = Mention
        fields = [
            "id",
            "organization_id",
            "file_id",
            "told_by",
            "natural_key",
            "key",
            "doc_type",
            "series",
            "number",
            "issuer_tax_id",
            "issuer_name",
            "recipient_tax_id",
            "issued_on",
            "total",
            "fiscal_status",
            "arrived",
            "created_at",
        ]


class MentionFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    file_id = filters.UUIDFilter()
    issued_from = filters.DateFilter("issued_on", "gte")
    issued_to = filters.DateFilter("issued_on", "lte")
    arrived = filters.BooleanFilter()

    class Meta:
        model = Mention
        fields = ["told_by", "doc_type", "key", "issuer_tax_id"]


class MentionsView(ListAPIView[Mention]):
    """Documents that summaries, bookkeeping files and printed notes tell of."""

    serializer_class = MentionSerializer
    filterset_class = MentionFilter
    ordering = BY_ARRIVAL

    def get_queryset(self) -> "QuerySet[Mention]":
        same = Document.objects.filter(organization=OuterRef("organization"), key=OuterRef("key"))
        return Mention.objects.annotate(arrived=Exists(same))
