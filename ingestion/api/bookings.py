"""Over the API: under which CFOP a purchase is booked, and the XML with that CFOP."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.roles import Act
from conciliacontag.organizations.views import read
from ingestion.api.views import person
from ingestion.cfop import CHOICES
from ingestion.models import Document, DocumentBooking
from ingestion.originals import as_zip
from ingestion.services.bookings import book_document, chosen_documents, working_copies
from ingestion.services.preferences import FIELDS

IDS = OpenApiParameter(
    "ids", str, required=True, description="Identificadores das notas, separados por vírgulas."
)


class DocumentBookingSerializer(serializers.ModelSerializer[DocumentBooking]):
    """How one document is booked; `said_by` is who said it of this very document."""

    class Meta:
        model = DocumentBooking
        fields = ["document_id", *FIELDS, "preference_id", "said_by_id", "applied_at"]


class BookedCfopSerializer(serializers.Serializer[Any]):
    cfop = serializers.CharField(
        allow_blank=True, max_length=100, help_text=f"{', '.join(CHOICES)}; vazio desdiz."
    )


class DocumentBookingView(APIView):
    """How one document is booked."""

    acts: ClassVar[dict[str, Act]] = {"PUT": Act.DECIDE}

    @extend_schema(responses=DocumentBookingSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Mostra como a nota se contabiliza."""
        return Response(told(find(pk)))

    @extend_schema(request=BookedCfopSerializer, responses=DocumentBookingSerializer)
    @idempotent()
    def put(self, request: Request, pk: UUID) -> Response:
        """Diz sob que CFOP de entrada a nota se contabiliza; o XML assinado fica como é."""
        document = find(pk)
        book_document(document, user=person(request), **read(BookedCfopSerializer, request))
        return Response(told(document))


class WorkingCopiesView(APIView):
    """The XML of some notes, those that are booked under another CFOP as working copies."""

    acts: ClassVar[dict[str, Act]] = {"GET": Act.EXPORT}

    @extend_schema(parameters=[IDS], responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> HttpResponseBase:
        """Baixa um ZIP com as notas: cópia de trabalho onde o CFOP muda, o original nas demais."""
        named = [one.strip() for one in request.query_params.get("ids", "").split(",")]
        ids = [pk for one in named if one for pk in as_uuids(one)]
        if len(ids) != sum(map(bool, named)):
            raise InvalidInput("Em ids vão os identificadores das notas, separados por vírgulas.")
        documents = chosen_documents(ids, user=person(request))
        return as_zip(working_copies(documents), "notas.zip")


def find(pk: UUID) -> Document:
    row = Document.objects.select_related("organization").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def told(document: Document) -> Any:
    """What is said of a document; nothing yet is empty fields."""
    found = DocumentBooking.objects.filter(document=document).first()
    return DocumentBookingSerializer(found or DocumentBooking(document=document)).data
