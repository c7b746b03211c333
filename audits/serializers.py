"""How batches, cards, decisions and exports look to a client."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audits.evidence.images import names_of
from audits.models import Batch, Card, Evidence, Export
from audits.responses import read
from audits.withheld import withheld_from


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


class CardsSerializer(serializers.ListSerializer[Any]):
    """Many cards; what is not in their rows is looked up for all at once."""

    def to_representation(self, data: Any) -> list[Any]:
        cards = list(data)
        cast("CardSerializer", self.child).look_up(cards)
        rows: list[Any] = super().to_representation(cards)
        return rows


class CardSerializer(serializers.ModelSerializer[Card]):
    """One card as lists show it, to the person whose request is in the context."""

    pictured: frozenset[tuple[UUID, str]] = frozenset()  # (batch, name) of the images there are
    hidden: frozenset[UUID] = frozenset()  # cards whose answers this person is not to know

    note = serializers.SerializerMethodField()
    withheld = serializers.SerializerMethodField(
        help_text="Espera uma segunda leitura que pode ser sua: o que se respondeu não aparece."
    )
    issues = serializers.ListField(child=serializers.CharField(), source="doubts", read_only=True)
    template = serializers.CharField(source="batch.layout", read_only=True)
    image_url = serializers.SerializerMethodField()
    marked_image_url = serializers.SerializerMethodField()

    class Meta:
        model = Card
        list_serializer_class = CardsSerializer
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
            "withheld",
            "image_url",
            "marked_image_url",
            "created_at",
            "updated_at",
        ]

    def to_representation(self, instance: Card) -> dict[str, Any]:
        if not isinstance(self.parent, CardsSerializer):
            self.look_up([instance])
        return super().to_representation(instance)

    def look_up(self, cards: Sequence[Card]) -> None:
        self.pictured = pictured(cards)
        self.hidden = withheld_from(self.context["request"].user, [card.pk for card in cards])

    def get_note(self, card: Card) -> str:
        return "" if card.pk in self.hidden else card.note

    def get_withheld(self, card: Card) -> bool:
        return card.pk in self.hidden

    def get_image_url(self, card: Card) -> str | None:
        return self.picture(card, "original")

    def get_marked_image_url(self, card: Card) -> str | None:
        return self.picture(card, "marked")

    def picture(self, card: Card, which: str) -> str | None:
        """Where the image is; null when it did not come with the batch."""
        columns = card.batch.definition.get("images", [])
        column = dict(zip(("original", "marked"), columns, strict=False)).get(which, "")
        is_there = (card.batch_id, names_of(card).get(column, "")) in self.pictured
        return f"/v1/audits/{card.pk}/image?which={which}" if is_there else None


def pictured(cards: Sequence[Card]) -> frozenset[tuple[UUID, str]]:
    """Which of the images that these cards name there are."""
    named = {(card.batch_id, name) for card in cards for name in names_of(card).values()}
    there = Evidence.objects.filter(
        batch__in={batch for batch, _ in named}, name__in={name for _, name in named}
    )
    return frozenset(there.values_list("batch_id", "name")) if named else frozenset()


class ResponseSerializer(serializers.Serializer[Any]):
    """One field of a card: null as read is blank, null as corrected is not corrected."""

    field = serializers.CharField()
    question = serializers.CharField(source="field", help_text="O mesmo que field.")
    read_value = serializers.CharField(allow_null=True)
    corrected_value = serializers.CharField(allow_null=True)


class CardDetailSerializer(CardSerializer):
    """One card whole: what was read, the candidates with their evidence, every field's answer."""

    notes = serializers.SerializerMethodField(method_name="get_note", help_text="O mesmo que note.")
    responses = serializers.SerializerMethodField()

    class Meta(CardSerializer.Meta):
        fields = [*CardSerializer.Meta.fields, "notes", "raw_answers", "candidates", "responses"]

    @extend_schema_field(ResponseSerializer(many=True))
    def get_responses(self, card: Card) -> list[dict[str, Any]]:
        """Every field of the layout, corrected or not, then what follows from a chosen document."""
        told = [] if card.pk in self.hidden else card.responses.all()
        corrected = {row.field: row.corrected_value for row in told}
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
    together = serializers.UUIDField(
        default=None, allow_null=True, help_text="Comum às decisões que uma resposta deu a muitos."
    )
    cards = serializers.IntegerField(default=1, help_text="A quantos cartões ela chegou.")
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
