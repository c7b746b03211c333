"""How batches, cards, decisions and exports look to a client."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audits.models import Batch, Card, Export
from audits.responses import read


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
    template = serializers.CharField(source="batch.layout", read_only=True)
    image_url = serializers.CharField(default=None, allow_null=True, read_only=True)
    marked_image_url = serializers.CharField(default=None, allow_null=True, read_only=True)

    class Meta:
        model = Card
        fields = [
            "id",
            "batch_id",
            "template",
            "line",
            "file_id",
            "transaction_id",
            "issues",
            "status",
            "version",
            "note",
            "image_url",
            "marked_image_url",
            "created_at",
            "updated_at",
        ]


class ResponseSerializer(serializers.Serializer[Any]):
    """One field of a card: null as read is blank, null as corrected is not corrected."""

    field = serializers.CharField()
    question = serializers.CharField(source="field", help_text="O mesmo que field.")
    read_value = serializers.CharField(allow_null=True)
    corrected_value = serializers.CharField(allow_null=True)


class CardDetailSerializer(CardSerializer):
    """One card whole: what was read, the candidates with their evidence, every field's answer."""

    notes = serializers.CharField(source="note", read_only=True)
    responses = serializers.SerializerMethodField()

    class Meta(CardSerializer.Meta):
        fields = [*CardSerializer.Meta.fields, "notes", "raw_answers", "candidates", "responses"]

    @extend_schema_field(ResponseSerializer(many=True))
    def get_responses(self, card: Card) -> list[dict[str, Any]]:
        """Every field of the layout, corrected or not, then what follows from a chosen document."""
        corrected = {row.field: row.corrected_value for row in card.responses.all()}
        names = [field.name for field in card.batch.bound_layout.fields]
        rows = [
            {
                "field": name,
                "read_value": read(card, name) or None,
                "corrected_value": corrected.get(name),
            }
            for name in dict.fromkeys([*names, *corrected])
        ]
        return list(ResponseSerializer(rows, many=True).data)


class ChangeSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    name = serializers.CharField(source="label")
    before = serializers.CharField()
    after = serializers.CharField()


class SentenceSerializer(serializers.Serializer[Any]):
    """One decision of a card's history; a field's begins with its reading, which nobody made."""

    at = serializers.DateTimeField(allow_null=True)
    who = serializers.CharField()
    on_behalf_of = serializers.CharField()
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
    manifest_url = serializers.SerializerMethodField()
    manifest_complete = serializers.SerializerMethodField(
        help_text="Falso num lote grande: aqui só a cabeça; cartões e correções em manifest_url."
    )
    package_url = serializers.SerializerMethodField()

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
            "manifest_complete",
            "manifest_url",
            "package_url",
        ]

    def get_manifest_url(self, export: Export) -> str:
        return f"/v1/audits/{export.batch_id}/exports/{export.revision}/manifest"

    def get_manifest_complete(self, export: Export) -> bool:
        return "items" in export.manifest

    def get_package_url(self, export: Export) -> str:
        return f"/v1/audits/{export.batch_id}/exports/{export.revision}/package"

    def get_csv(self, export: Export) -> dict[str, Any]:
        return {
            "url": f"/v1/audits/{export.batch_id}/exports/{export.revision}/file",
            "sha256": export.csv_sha256,
            "size": export.csv_size,
        }

    def to_representation(self, instance: Export) -> dict[str, Any]:
        return {**super().to_representation(instance), "status": "exported"}
