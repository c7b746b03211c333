"""How batches, cards, decisions and exports look to a client."""

from typing import Any

from rest_framework import serializers

from audits.models import Batch, Card, ClosingRecord, Export, Response, Verdict

LONGEST_NOTE = 512


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """One batch with its counters, which the view annotates."""

    batch_id = serializers.UUIDField(source="id", read_only=True)
    run_id = serializers.UUIDField(read_only=True, allow_null=True)
    cards = serializers.IntegerField(source="total_cards", read_only=True)
    open_cards = serializers.IntegerField(source="waiting_cards", read_only=True)
    exported_by = serializers.EmailField(source="exported_by.email", default=None, read_only=True)

    class Meta:
        model = Batch
        fields = [
            "batch_id",
            "organization_id",
            "run_id",
            "name",
            "layout",
            "status",
            "revision",
            "cards",
            "open_cards",
            "original_sha256",
            "original_size",
            "exported_at",
            "exported_by",
            "created_at",
            "updated_at",
        ]


class CardSerializer(serializers.ModelSerializer[Card]):
    """One card as lists show it."""

    issues = serializers.ListField(child=serializers.CharField(), source="doubts", read_only=True)

    class Meta:
        model = Card
        fields = [
            "id",
            "batch_id",
            "line",
            "file_id",
            "transaction_id",
            "issues",
            "status",
            "version",
            "note",
            "created_at",
            "updated_at",
        ]


class ResponseSerializer(serializers.ModelSerializer[Response]):
    class Meta:
        model = Response
        fields = ["field", "read_value", "corrected_value"]


class CardDetailSerializer(CardSerializer):
    """One card whole: what was read, the candidates with their evidence, the corrections."""

    responses = ResponseSerializer(many=True, read_only=True)

    class Meta(CardSerializer.Meta):
        fields = [*CardSerializer.Meta.fields, "raw_answers", "candidates", "responses"]


class DecisionRequest(serializers.Serializer[Any]):
    """What `POST /v1/audits/{card}/decision` takes."""

    version = serializers.IntegerField(min_value=1, help_text="A versão do cartão que foi vista.")
    verdict = serializers.ChoiceField(
        [Verdict.ACCEPT, Verdict.NO_DOCUMENT, Verdict.CORRECT], default=Verdict.CORRECT
    )
    document_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    installment = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)
    corrections = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=200, trim_whitespace=False),
        required=False,
        default=dict,
    )
    note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_NOTE
    )


class ReopenRequest(serializers.Serializer[Any]):
    """What `POST /v1/audits/{card}/reopen` takes."""

    version = serializers.IntegerField(min_value=1)
    note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_NOTE
    )


class ChangeSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    name = serializers.CharField(source="label")
    before = serializers.CharField()
    after = serializers.CharField()


class SentenceSerializer(serializers.Serializer[Any]):
    """One decision of a card's history."""

    at = serializers.DateTimeField()
    who = serializers.CharField()
    verdict = serializers.CharField()
    version = serializers.IntegerField()
    changes = ChangeSerializer(many=True)
    why = serializers.CharField()
    text = serializers.CharField(source="__str__")


class ExportQuery(serializers.Serializer[Any]):
    """What the exporting GET takes beside the batch."""

    format = serializers.ChoiceField(["file", "json"], default="file")
    allow_pending = serializers.BooleanField(
        default=False, help_text="Exporta mesmo com cartões sem decisão."
    )


class ExportRequest(serializers.Serializer[Any]):
    """What `POST /v1/audits/{batch}/exports` takes."""

    allow_pending = serializers.BooleanField(default=False)


class ExportSerializer(serializers.ModelSerializer[Export]):
    """One revision that left: who, when, the files with their hashes, the manifest."""

    status = serializers.CharField(default="exported", read_only=True)
    exported_at = serializers.DateTimeField(source="finished_at", read_only=True)
    exported_by = serializers.EmailField(source="requested_by.email", read_only=True)
    csv = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = [
            "batch_id",
            "revision",
            "status",
            "exported_at",
            "exported_by",
            "csv",
            "manifest_sha256",
            "manifest",
        ]

    def get_csv(self, export: Export) -> dict[str, Any]:
        return {
            "url": f"/v1/audits/{export.batch_id}/exports/{export.revision}/file",
            "sha256": export.csv_sha256,
            "size": export.csv_size,
        }

    def to_representation(self, instance: Export) -> dict[str, Any]:
        return {**super().to_representation(instance), "status": "exported"}


class CleanupRequest(serializers.Serializer[Any]):
    """What `POST /v1/audits/cleanup` takes."""

    batch_id = serializers.CharField(allow_blank=True, trim_whitespace=False)
    confirm = serializers.BooleanField(default=False)


class ClosingSerializer(serializers.ModelSerializer[ClosingRecord]):
    """What remains of a batch that was cleaned up."""

    closed_by = serializers.EmailField(source="closed_by.email", read_only=True)

    class Meta:
        model = ClosingRecord
        fields = ["batch_id", "name", "closed_at", "closed_by", "counts", "manifest_sha256"]
