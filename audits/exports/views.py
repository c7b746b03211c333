"""The way out: export, the files of a revision."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.db.transaction import non_atomic_requests
from django.http import FileResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.api.behalf import AUDIT_USER, audit_user
from audits.batch_ids import read_batch_id
from audits.exports.bundle import dossier, stream_zip
from audits.exports.last_manifest import open_last_manifest
from audits.exports.package import CORRECTED, MANIFEST, original_name
from audits.exports.services import export_batch
from audits.models import Batch, ClosingRecord, Export, ExportStatus
from audits.rows import NoBatch
from audits.serializers import (
    ExportQuery,
    ExportRequest,
    ExportSerializer,
)
from conciliacontag.api.idempotency import replayed
from conciliacontag.errors import NotFound
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import open_stored
from reconciliation.views import person

CSV_TYPE, JSON_TYPE, ZIP_TYPE = "text/csv", "application/json", "application/zip"
FRESH = {"Cache-Control": "no-store"}
REPLAYED = {"Idempotent-Replayed": "true"}
BATCH_ID = OpenApiParameter("batch_id", str, required=True)


class OwnFormat(DefaultContentNegotiation):
    """`format` is a parameter of ours, and a client may accept `text/csv` alone."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


def send(key: str, *, filename: str, content_type: str, replayed: bool = False) -> FileResponse:
    """Stream a stored artefact under the name people know it by."""
    opened = partial(open_stored, key)
    return answer(opened, filename=filename, content_type=content_type, replayed=replayed)


def answer(
    opened: Callable[[], Any], *, filename: str, content_type: str, replayed: bool = False
) -> FileResponse:
    try:
        stored = opened()
    except FileNotFoundError as fault:
        raise NotFound(
            "O arquivo desta exportação não está mais guardado. Recupere-o da cópia de segurança.",
            code="artefact_missing",
        ) from fault
    headers = FRESH | (REPLAYED if replayed else {})
    return FileResponse(
        stored,
        as_attachment=True,
        filename=filename,
        content_type=content_type,
        headers=headers,
    )


def csv_type(export: Export) -> str:
    """The corrected file is written as its original was."""
    encoding = export.manifest.get("dialect", {}).get("encoding", "")
    charset = "windows-1252" if encoding == "cp1252" else "utf-8"
    return f"{CSV_TYPE}; charset={charset}"


# The lock of an export has to be seen by others while the files are written.
@method_decorator(non_atomic_requests, name="dispatch")
class ExportView(APIView):
    """Export a batch and answer the corrected file; a repeat answers the same artefact."""

    acts: ClassVar[dict[str, Act]] = {"GET": Act.EXPORT}
    content_negotiation_class = OwnFormat

    @extend_schema(
        parameters=[BATCH_ID, ExportQuery, AUDIT_USER],
        responses={(200, "text/csv"): OpenApiTypes.BINARY, (200, JSON_TYPE): ExportSerializer},
    )
    def get(self, request: Request) -> Response | FileResponse:
        batch_id = read_batch_id(request.query_params.get("batch_id"))
        asked = ExportQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        export, created = export_batch(
            batch_id,
            requested_by=person(request),
            allow_pending=said["allow_pending"],
            on_behalf_of=audit_user(request),
        )
        if said["format"] == "json":
            headers = FRESH | ({} if created else REPLAYED)
            return Response(ExportSerializer(export).data, headers=headers)
        return send(
            export.csv_path, filename=CORRECTED, content_type=csv_type(export), replayed=not created
        )


@method_decorator(non_atomic_requests, name="dispatch")
class ExportsView(APIView):
    """The same by POST, for clients that do not change state with a GET."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.EXPORT}

    @extend_schema(
        parameters=[AUDIT_USER],
        request=ExportRequest,
        responses={200: ExportSerializer, 201: ExportSerializer},
    )
    @replayed  # a transaction around it would hide the lock from everybody else
    def post(self, request: Request, batch_id: str) -> Response:
        asked = ExportRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        export, created = export_batch(
            read_batch_id(batch_id),
            requested_by=person(request),
            allow_pending=asked.validated_data["allow_pending"],
            on_behalf_of=audit_user(request),
        )
        place = reverse("export-file", args=[export.batch_id, export.revision])
        headers = FRESH | {"Location": place} | ({} if created else REPLAYED)
        data = ExportSerializer(export).data
        return Response(data, status=201 if created else 200, headers=headers)


def done_export(batch_id: str, revision: int) -> Export:
    exports = Export.objects.select_related("batch__organization").filter(
        status=ExportStatus.DONE, revision=revision
    )
    export = exports.filter(batch=read_batch_id(batch_id)).first()
    if export is None:
        raise NotFound("Esta revisão não foi exportada, ou o lote já foi limpo.")
    return export


class ExportFileView(APIView):
    """The corrected file of one revision."""

    content_negotiation_class = OwnFormat

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, batch_id: str, revision: int) -> FileResponse:
        export = done_export(batch_id, revision)
        return send(export.csv_path, filename=CORRECTED, content_type=csv_type(export))


class ExportManifestView(APIView):
    """The manifest of one revision, byte by byte as it was hashed."""

    content_negotiation_class = OwnFormat

    @extend_schema(responses={(200, JSON_TYPE): OpenApiTypes.OBJECT})
    def get(self, request: Request, batch_id: str, revision: int) -> FileResponse:
        """Também depois da limpeza, o da última revisão."""
        closed = ClosingRecord.objects.filter(batch_id=read_batch_id(batch_id)).first()
        if closed and closed.counts.get("revisions") == revision:
            return send_last_manifest(closed)
        export = done_export(batch_id, revision)
        return send(export.manifest_path, filename=MANIFEST, content_type=JSON_TYPE)


def send_last_manifest(closed: ClosingRecord) -> FileResponse:
    """What a clean-up kept of a manifest."""
    return answer(partial(open_last_manifest, closed), filename=MANIFEST, content_type=JSON_TYPE)


class PackageView(APIView):
    """The dossier of one revision: everything that proves it, with the program that checks it."""

    content_negotiation_class = OwnFormat

    @extend_schema(responses={(200, ZIP_TYPE): OpenApiTypes.BINARY})
    def get(self, request: Request, batch_id: str, revision: int) -> StreamingHttpResponse:
        return send_dossier(done_export(batch_id, revision))


def send_dossier(export: Export) -> StreamingHttpResponse:
    """Stream a dossier; what is missing is found before the first byte leaves."""
    name = f"dossie-{export.batch_id}-{export.revision}.zip"
    headers = FRESH | {"Content-Disposition": f'attachment; filename="{name}"'}
    members = dossier(export)
    blocks = stream_zip(members, at=export.created_at)
    return StreamingHttpResponse(blocks, content_type=ZIP_TYPE, headers=headers)


class OriginalView(APIView):
    """The untouched original of a batch, which the manifest's check needs beside the rest."""

    content_negotiation_class = OwnFormat

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, batch_id: str) -> FileResponse:
        batch = Batch.objects.filter(pk=read_batch_id(batch_id)).first()
        if batch is None:
            raise NoBatch
        return send(batch.original_path, filename=original_name(batch), content_type=CSV_TYPE)
