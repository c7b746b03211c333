"""Cleaning up over HTTP: what would go, the clean-up itself, and how long batches are kept."""

from typing import Any, ClassVar

from django.db.transaction import non_atomic_requests
from django.urls import reverse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.api.behalf import AUDIT_USER, audit_user
from audits.batch_ids import read_batch_id
from audits.exports.cleanup import clean_batch
from audits.exports.leaving import cleanup_preview
from audits.exports.retention import due_batches, retention_of, set_retention
from audits.models import Batch, ClosingRecord
from audits.rows import NoBatch
from conciliacontag.api.idempotency import idempotent
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.organizations.views import read
from reconciliation.views import person

FRESH = {"Cache-Control": "no-store"}
REPLAYED = {"Idempotent-Replayed": "true"}
ORGANIZATION = OpenApiParameter("organization_id", str, description="Quando há mais de uma.")


class CleanupRequest(serializers.Serializer[Any]):
    """What `POST /v1/audits/cleanup` takes."""

    batch_id = serializers.CharField(allow_blank=True, trim_whitespace=False)
    confirm = serializers.BooleanField(default=False)


class LeavingFileSerializer(serializers.Serializer[Any]):
    """One stored file of a batch."""

    path = serializers.CharField(source="key")
    kind = serializers.CharField(help_text="original, images, corrected ou manifest.")
    name = serializers.CharField()
    size = serializers.IntegerField(allow_null=True, help_text="Em bytes.")
    revision = serializers.IntegerField(allow_null=True)


class LeavesSerializer(serializers.Serializer[Any]):
    files = LeavingFileSerializer(many=True)
    bytes = serializers.IntegerField(source="size")
    rows = serializers.DictField(child=serializers.IntegerField())


class StaysSerializer(serializers.Serializer[Any]):
    rows = serializers.DictField(child=serializers.IntegerField(), source="stays")
    shared_files = LeavingFileSerializer(many=True, source="shared")
    manifest_sha256 = serializers.CharField()


class ClosingSerializer(serializers.ModelSerializer[ClosingRecord]):
    """What remains of a batch that was cleaned up."""

    status = serializers.CharField(default="cleaned", read_only=True)
    closed_by = serializers.EmailField(source="closed_by.email", read_only=True)
    manifest_url = serializers.SerializerMethodField(
        help_text="O último manifesto, byte a byte; nulo se o lote não foi exportado."
    )

    class Meta:
        model = ClosingRecord
        fields = [
            "batch_id",
            "name",
            "status",
            "closed_at",
            "closed_by",
            "counts",
            "manifest_sha256",
            "manifest_url",
        ]

    def get_manifest_url(self, closed: ClosingRecord) -> str | None:
        revision = closed.counts.get("revisions")
        is_told = closed.manifest_sha256 and revision
        return reverse("export-manifest", args=[closed.batch_id, revision]) if is_told else None

    def to_representation(self, instance: ClosingRecord) -> dict[str, Any]:
        return {**super().to_representation(instance), "status": "cleaned"}


class CleanedSerializer(ClosingSerializer):
    """The answer to a clean-up; a repeat has removed nothing."""

    removed_paths = serializers.ListField(child=serializers.CharField())
    removed = LeavingFileSerializer(many=True)

    class Meta(ClosingSerializer.Meta):
        fields = [*ClosingSerializer.Meta.fields, "removed_paths", "removed"]


class LeavingSerializer(serializers.Serializer[Any]):
    """What a clean-up would take, or the record of the one that was."""

    batch_id = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.CharField()
    leaves = LeavesSerializer()
    stays = StaysSerializer()
    closing = ClosingSerializer(allow_null=True)


class RetentionSerializer(serializers.Serializer[Any]):
    """How long exported batches of an organization stay."""

    organization_id = serializers.UUIDField()
    days = serializers.IntegerField(allow_null=True, help_text="Nulo: nada sai sozinho.")
    changed_by = serializers.EmailField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)
    due = serializers.IntegerField(help_text="Lotes exportados cujo prazo já passou.")


class RetentionRequest(serializers.Serializer[Any]):
    """What `PUT /v1/retention` takes."""

    organization_id = serializers.UUIDField(required=False)
    days = serializers.IntegerField(allow_null=True)


@method_decorator(non_atomic_requests, name="dispatch")
class CleanupView(APIView):
    """Remove an exported batch; the second call says so and removes nothing."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CLEAN}

    @extend_schema(parameters=[AUDIT_USER], request=CleanupRequest, responses=CleanedSerializer)
    @idempotent()
    def post(self, request: Request) -> Response:
        """Limpa um lote exportado: arquivos e linhas saem, a trilha fica."""
        asked = read(CleanupRequest, request)
        closed, created = clean_batch(
            read_batch_id(asked["batch_id"]),
            requested_by=person(request),
            confirm=asked["confirm"],
            on_behalf_of=audit_user(request),
        )
        removed = closed.removed if created else []
        data = {
            **ClosingSerializer(closed).data,
            "removed_paths": [file["key"] for file in removed],
            "removed": LeavingFileSerializer(removed, many=True).data,
        }
        return Response(data, headers=FRESH | ({} if created else REPLAYED))


class CleanupPreviewView(APIView):
    """What a clean-up would take and leave; nothing changes."""

    @extend_schema(responses=LeavingSerializer)
    def get(self, request: Request, batch_id: str) -> Response:
        """Diz o que sairia e o que ficaria; de um lote limpo, o registro de encerramento."""
        pk = read_batch_id(batch_id)
        batch = Batch.objects.filter(pk=pk).first()
        if batch is None:
            return Response(told_closed(closing_of(pk)), headers=FRESH)
        leaving = cleanup_preview(batch)
        data = {
            "batch_id": pk,
            "name": batch.name,
            "status": batch.status,
            "leaves": LeavesSerializer(leaving).data,
            "stays": StaysSerializer(leaving).data,
            "closing": None,
        }
        return Response(data, headers=FRESH)


def closing_of(batch_id: Any) -> ClosingRecord:
    closed = ClosingRecord.objects.select_related("closed_by").filter(batch_id=batch_id).first()
    if closed is None:
        raise NoBatch
    return closed


def told_closed(closed: ClosingRecord) -> dict[str, Any]:
    stays = {kind: closed.counts.get(kind, 0) for kind in ("decisions", "history")}
    return {
        "batch_id": closed.batch_id,
        "name": closed.name,
        "status": "cleaned",
        "leaves": {"files": [], "bytes": 0, "rows": {}},
        "stays": {"rows": stays, "shared_files": [], "manifest_sha256": closed.manifest_sha256},
        "closing": ClosingSerializer(closed).data,
    }


class RetentionView(APIView):
    """How long exported batches of an organization stay."""

    acts: ClassVar[dict[str, Act]] = {"PUT": Act.CLEAN}

    @extend_schema(parameters=[ORGANIZATION], responses=RetentionSerializer)
    def get(self, request: Request) -> Response:
        """Mostra o prazo de guarda da empresa."""
        named = request.query_params.get("organization_id")
        return Response(told_retention(choose_organization(person(request), named, Act.READ)))

    @extend_schema(request=RetentionRequest, responses=RetentionSerializer)
    @idempotent()
    def put(self, request: Request) -> Response:
        """Define o prazo de guarda, em dias depois da exportação; nulo: nada sai sozinho."""
        asked, user = read(RetentionRequest, request), person(request)
        organization = choose_organization(user, asked.get("organization_id"), Act.CLEAN)
        set_retention(organization, days=asked["days"], user=user)
        return Response(told_retention(organization))


def told_retention(organization: Organization) -> dict[str, Any]:
    kept = retention_of(organization)
    told = {
        "organization_id": organization.pk,
        "days": kept.days if kept else None,
        "changed_by": kept.changed_by.email if kept else None,
        "changed_at": kept.changed_at if kept else None,
        "due": len(due_batches(organization)),
    }
    return dict(RetentionSerializer(told).data)
