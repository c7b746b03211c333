"""How files, documents and transactions look to a client."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ingestion.models import Document, DocumentEvent, Problem, SourceFile, Transaction
from ingestion.parsers.origins import provenance_of


class UploadRequest(serializers.Serializer[Any]):
    """What `POST /v1/uploads` takes."""

    file = serializers.FileField(
        help_text="Um arquivo ou um ZIP; o campo pode vir até 50 vezes, um arquivo em cada."
    )
    delivery_id = serializers.UUIDField(
        required=False, help_text="O envio a que os arquivos pertencem, de POST /v1/deliveries."
    )
    organization_id = serializers.UUIDField(
        required=False, help_text="Necessário para quem trabalha em mais de uma empresa."
    )


class ProblemSerializer(serializers.ModelSerializer[Problem]):
    class Meta:
        model = Problem
        fields = ["code", "severity", "place", "message", "remedy"]


class FileSerializer(serializers.ModelSerializer[SourceFile]):
    """One file with what was counted in it: read = new + known + informative + rejected."""

    file_id = serializers.UUIDField(source="id", read_only=True)
    container_id = serializers.UUIDField(read_only=True, allow_null=True)
    waits_for_scan = serializers.BooleanField(read_only=True)

    class Meta:
        model = SourceFile
        fields = [
            "file_id",
            "organization_id",
            "container_id",
            "filename",
            "kind",
            "parser",
            "size",
            "sha256",
            "status",
            "waits_for_scan",
            "error_code",
            "error",
            "read",
            "new",
            "known",
            "informative",
            "rejected",
            "member_count",
            "members_read",
            "created_at",
            "processed_at",
        ]


class FileDetailSerializer(FileSerializer):
    """One file with the problems it had."""

    problems = serializers.SerializerMethodField()

    class Meta(FileSerializer.Meta):
        fields = [*FileSerializer.Meta.fields, "problems"]

    @extend_schema_field(ProblemSerializer(many=True))
    def get_problems(self, file: SourceFile) -> Any:
        return ProblemSerializer(Problem.objects.about(file), many=True).data


class ReceivedSerializer(FileSerializer):
    """The answer to an upload: the file's row, and whether it is this upload that made it."""

    created = serializers.BooleanField(read_only=True)
    message = serializers.CharField(read_only=True)
    delivery_id = serializers.UUIDField(read_only=True)

    class Meta(FileSerializer.Meta):
        fields = [*FileSerializer.Meta.fields, "created", "message", "delivery_id"]


class EventSerializer(serializers.ModelSerializer[DocumentEvent]):
    class Meta:
        model = DocumentEvent
        fields = [
            "event_type",
            "sequence",
            "protocol",
            "occurred_at",
            "description",
            "text",
            "extra",
            "accepted",
            "status_code",
        ]


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """One fiscal document without its content, as lists show it."""

    class Meta:
        model = Document
        fields = [
            "id",
            "organization_id",
            "file_id",
            "doc_type",
            "key",
            "series",
            "number",
            "emitter_cnpj",
            "emitter_name",
            "receiver_cnpj",
            "receiver_name",
            "total_amount",
            "net_amount",
            "withheld_amount",
            "issue_date",
            "competence_on",
            "direction",
            "fiscal_status",
            "status",
            "created_at",
        ]


class LinkedSerializer(serializers.Serializer[Any]):
    """A reconciliation as its document shows it."""

    id = serializers.UUIDField()
    transaction_id = serializers.UUIDField(allow_null=True)
    status = serializers.CharField()
    score = serializers.DecimalField(max_digits=5, decimal_places=2)


class DocumentDetailSerializer(DocumentSerializer):
    """One fiscal document whole: canonical content, events, and what it was matched with."""

    events = serializers.SerializerMethodField()
    reconciliations = serializers.SerializerMethodField()

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "normalized", "events", "reconciliations"]

    def to_representation(self, instance: Document) -> dict[str, Any]:
        """The stored content, with the path of each field in the original file."""
        shown = super().to_representation(instance)
        said = instance.normalized
        paths = provenance_of(instance.parser, instance.doc_type, said.get("layout") or "")
        return {**shown, "normalized": {**said, "provenance": paths}}

    @extend_schema_field(EventSerializer(many=True))
    def get_events(self, document: Document) -> Any:
        events = DocumentEvent.objects.filter(
            organization=document.organization_id, document_key=document.key
        )
        return EventSerializer(events, many=True).data

    @extend_schema_field(LinkedSerializer(many=True))
    def get_reconciliations(self, document: Document) -> Any:
        # The later app's rows are reached through the relation; nothing of it is imported.
        return LinkedSerializer(document.reconciliations.all(), many=True).data


class TransactionSerializer(serializers.ModelSerializer[Transaction]):
    class Meta:
        model = Transaction
        fields = [
            "id",
            "organization_id",
            "file_id",
            "source",
            "external_id",
            "account",
            "date",
            "amount",
            "memo",
            "payee",
            "kind",
            "check_number",
            "status",
            "created_at",
        ]


class LinkSerializer(serializers.Serializer[Any]):
    """A link that opens stored bytes for an hour."""

    url = serializers.URLField()
    expires_at = serializers.DateTimeField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
