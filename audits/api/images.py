"""The images of a card over HTTP: one to look at, one that was missing."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.transaction import atomic, non_atomic_requests
from django.http import HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from audits.api.opening import refuse_missing
from audits.evidence.images import find_evidence
from audits.evidence.pictures import picture_of
from audits.evidence.sending import add_image
from audits.models import Card, Evidence
from conciliacontag.api.idempotency import replayed
from conciliacontag.organizations.roles import Act
from ingestion.api.multipart import UploadParser
from ingestion.originals import SANDBOX, guarded
from reconciliation.views import person

WHICH = OpenApiParameter(
    "which",
    str,
    description="A coluna que nomeia a imagem, ou original ou marked; sem ela, a primeira.",
)
NAME = OpenApiParameter("name", str, description="Outra imagem do lote, pelo nome.")


class ImageRequest(serializers.Serializer[Any]):
    """What `POST /v1/audits/{card}/image` takes, as multipart/form-data."""

    file = serializers.FileField(allow_empty_file=True, help_text="PNG, JPEG ou TIFF.")
    which = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    class Meta:
        model = Evidence
        fields = ["id", "batch_id", "name", "size", "created_at"]


@method_decorator(non_atomic_requests, name="dispatch")
class ImageView(GenericAPIView[Card]):
    """One image of a card."""

    # Who decides may send one as well as who sends files: the service looks at both.
    acts: ClassVar[dict[str, Act]] = {"POST": Act.READ}
    queryset = Card.objects.select_related("batch")
    serializer_class = ImageRequest
    parser_classes = [UploadParser]

    @extend_schema(parameters=[WHICH, NAME], responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Mostra a imagem de um cartão; TIFF sai como PNG."""
        said = request.query_params
        with atomic():
            evidence = find_evidence(self.get_object(), said.get("which", ""), said.get("name", ""))
        content, kind = picture_of(evidence)
        return guarded(HttpResponse(content, content_type=kind), SANDBOX)

    @extend_schema(
        request={"multipart/form-data": ImageRequest},
        responses={200: EvidenceSerializer, 201: EvidenceSerializer},
    )
    @replayed
    def post(self, request: Request, pk: UUID) -> Response:
        """Envia a imagem que faltava; a que já está lá fica."""
        with atomic():
            self.get_object()
        refuse_missing(request)
        asked = ImageRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        evidence, created = add_image(
            pk, sent_by=person(request), chunks=said["file"].chunks(), which=said["which"]
        )
        return Response(EvidenceSerializer(evidence).data, status=201 if created else 200)
