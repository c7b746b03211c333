"""Asking for a new reading over HTTP, and following it."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.errors import NotFound
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from ingestion.api.views import person
from ingestion.models import Reprocessing, Rereading, SourceFile
from ingestion.services.reprocessing import reprocess_files

SECONDS_TO_WAIT = "2"


class ReprocessRequest(serializers.Serializer[Any]):
    """What `POST /v1/reprocess` takes: files, or everything that one reader read."""

    file_id = serializers.UUIDField(required=False, help_text="Um arquivo, ou um de um pacote.")
    file_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=1000)
    parser = serializers.CharField(
        required=False, max_length=40, help_text="Tudo o que este leitor leu, como nfe/1."
    )
    use = serializers.CharField(
        default="", allow_blank=True, max_length=40, help_text="Lê com esta versão anterior."
    )
    dry_run = serializers.BooleanField(default=False, help_text="Só compara; nada é alterado.")
    organization_id = serializers.UUIDField(
        required=False, help_text="Necessário para ler por parser, em mais de uma empresa."
    )


class DoneSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.FloatField()


class RereadingSerializer(serializers.ModelSerializer[Rereading]):
    """What a new reading of one upload did: its counts before and after, the fields changed."""

    filename = serializers.CharField(source="file.filename", read_only=True)
    before = serializers.DictField(child=serializers.IntegerField())
    after = serializers.DictField(child=serializers.IntegerField())
    changed = serializers.DictField(child=serializers.IntegerField())

    class Meta:
        model = Rereading
        fields = [
            "file_id",
            "filename",
            "only",
            "before",
            "after",
            "changed",
            "missing",
            "error_code",
            "error",
            "finished_at",
        ]


class ReprocessingSerializer(serializers.ModelSerializer[Reprocessing]):
    """A request to read files again, and how far it has come."""

    progress = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = Reprocessing
        fields = [
            "id",
            "organization_id",
            "status",
            "parser",
            "use",
            "dry_run",
            "progress",
            "error",
            "created_at",
            "finished_at",
            "links",
        ]

    @extend_schema_field(DoneSerializer)
    def get_progress(self, row: Reprocessing) -> dict[str, float]:
        percent = round(100 * row.done / row.total, 1) if row.total else 100.0
        return {"done": row.done, "total": row.total, "percent": percent}

    def get_links(self, row: Reprocessing) -> dict[str, str]:
        names = {"self": "reprocessing", "files": "reprocessing-files"}
        return {key: reverse(name, args=[row.pk]) for key, name in names.items()}


class ReprocessView(APIView):
    """Ask for a new reading, or get the same request that is under way."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.SEND}

    @extend_schema(
        request=ReprocessRequest,
        responses={200: ReprocessingSerializer, 202: ReprocessingSerializer},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        asked = ReprocessRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        files = [*said.get("file_ids", ()), *([said["file_id"]] if "file_id" in said else [])]
        user = person(request)
        job, created = reprocess_files(
            organization_of(user, files, said.get("organization_id")),
            requested_by=user,
            files=files,
            parser=said.get("parser", ""),
            use=said["use"],
            dry_run=said["dry_run"],
        )
        headers = {"Location": reverse("reprocessing", args=[job.pk])}
        headers["Retry-After"] = SECONDS_TO_WAIT
        status = 202 if created else 200
        return Response(ReprocessingSerializer(job).data, status=status, headers=headers)


def organization_of(user: User, files: list[Any], named: Any) -> Organization:
    """The company of the first file, unless the request names one."""
    if not named and files:
        rows = SourceFile.objects.filter(pk__in=files)
        named = rows.values_list("organization_id", flat=True).first()
        if named is None:
            raise NotFound
    return choose_organization(user, named, Act.SEND)


class ReprocessingView(RetrieveAPIView[Reprocessing]):
    """One request; ask again while it is active."""

    queryset = Reprocessing.objects.all()
    serializer_class = ReprocessingSerializer


class RereadingsView(ListAPIView[Rereading]):
    """What a request did to each upload, compared with before."""

    queryset = Rereading.objects.select_related("file")
    serializer_class = RereadingSerializer
    ordering = ("id",)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        get_object_or_404(Reprocessing, pk=kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> "QuerySet[Rereading]":
        return super().get_queryset().filter(reprocessing=self.kwargs.get("pk"))
