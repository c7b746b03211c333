"""`/v1/uploads`: one file, or a slice of a delivery, through the one door of all files."""

from typing import Any, ClassVar, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.db.transaction import atomic, non_atomic_requests
from django.urls import reverse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from conciliacontag.api.idempotency import replayed
from conciliacontag.errors import DomainError, InvalidInput, NotFound
from conciliacontag.organizations.access import as_uuids, choose_organization, require
from conciliacontag.organizations.roles import Act
from ingestion.api.deliveries import DeliverySerializer, origin_of, tell
from ingestion.api.filters import FileFilter
from ingestion.api.multipart import UploadParser
from ingestion.api.serializers import FileSerializer, ReceivedSerializer, UploadRequest
from ingestion.api.views import person
from ingestion.models import Delivery, Outcome, SourceFile
from ingestion.services.deliveries import (
    CALM,
    receive_item,
    settle_arrivals,
    start_delivery,
)

MOST_FILES = 50
RECEIVED = "Arquivo recebido. A leitura começa em instantes."
UNSCANNED = (
    "Arquivo recebido. A leitura começa assim que o antivírus, fora do ar agora, o verificar."
)


class Part(NamedTuple):
    """One file of a request, under the name its sender gave it."""

    name: str
    content: "UploadedFile[bytes]"


class SentSerializer(serializers.Serializer[Any]):
    """What became of one file of a slice; a refused one has no `file_id`."""

    filename = serializers.CharField()
    file_id = serializers.UUIDField(allow_null=True)
    created = serializers.BooleanField()
    status = serializers.CharField(help_text="Da leitura; ou refused, ou waiting: envie de novo.")
    code = serializers.CharField()
    message = serializers.CharField()


class SliceSerializer(serializers.Serializer[Any]):
    """The answer to several files: the delivery, and each file in the order sent."""

    delivery = DeliverySerializer()
    files = SentSerializer(many=True)


ANSWER = PolymorphicProxySerializer(
    component_name="Uploaded",
    serializers=[ReceivedSerializer, SliceSerializer],
    resource_type_field_name=None,
)


# The bytes may take minutes to come: no transaction is held open meanwhile.
@method_decorator(non_atomic_requests, name="dispatch")
class UploadsView(ListAPIView[SourceFile]):
    """Send a file or several, or list the files that were sent."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.SEND}
    parser_classes = [UploadParser]
    serializer_class = FileSerializer
    filterset_class = FileFilter

    def get_queryset(self) -> QuerySet[SourceFile]:
        return SourceFile.objects.all()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with atomic():
            return super().get(request, *args, **kwargs)

    @extend_schema(request=UploadRequest, responses={200: ANSWER, 201: ANSWER})
    @replayed
    def post(self, request: Request) -> Response:
        parts = parts_of(request)
        delivery = delivery_of(request, parts)
        try:
            if len(parts) == 1:
                return receive_one(request, delivery, parts[0])
            sent = [receive_part(request, delivery, part) for part in parts]
        finally:
            # A refusal is written down as well; when the database is away the answer says so.
            delivery = settle_arrivals(delivery)
        with atomic():
            answer = {"delivery": tell(delivery), "files": sent}
        created = any(one["created"] for one in sent)
        return Response(answer, status=201 if created else 200)


def parts_of(request: Request) -> list[Part]:
    """The files of a request.

    Raises:
        InvalidInput: none (`file_missing`), or more than a slice may hold (`too_many_files`).
    """
    files = request.FILES.getlist("file")
    if not files:
        raise InvalidInput(
            "Nenhum arquivo foi enviado. Mande-o no campo file, como multipart/form-data.",
            code="file_missing",
        )
    if len(files) > MOST_FILES:
        raise InvalidInput(
            f"Há {len(files)} arquivos em um só pedido, e o máximo é {MOST_FILES}. Envie-os em "
            "partes, com o mesmo delivery_id, ou em um ZIP.",
            code="too_many_files",
            status=413,
        )
    names = request.POST.getlist("sent_name")
    if len(names) != len(files):  # files under other fields came between
        names = [file.name or "" for file in files]
    return [Part(name, file) for name, file in zip(names, files, strict=True)]


def delivery_of(request: Request, parts: list[Part]) -> Delivery:
    """The delivery a request names, or one of its own."""
    named, user = request.POST.get("delivery_id"), person(request)
    with atomic():
        if named:
            rows = Delivery.objects.select_related("organization")
            found = rows.filter(pk__in=as_uuids(named)).first()
            if found is None:
                raise NotFound
            require(user, found.organization, Act.SEND)
            return found
        organization = choose_organization(user, request.POST.get("organization_id"), Act.SEND)
        return start_delivery(
            organization,
            sender=user,
            origin=origin_of(request),
            title=parts[0].name if len(parts) == 1 else "",
            announced=len(parts),
            announced_bytes=sum(part.content.size or 0 for part in parts),
        )


def receive(request: Request, delivery: Delivery, part: Part) -> tuple[SourceFile, bool]:
    return receive_item(
        delivery,
        uploader=person(request),
        filename=part.name,
        chunks=part.content.chunks(),
        content_type=part.content.content_type or "",
    )


def receive_one(request: Request, delivery: Delivery, part: Part) -> Response:
    file, created = receive(request, delivery, part)
    answer = ReceivedSerializer(file).data
    told = {"created": created, "message": message_for(file, created), "delivery_id": delivery.pk}
    headers = {"Location": reverse("upload", args=[file.pk])}
    return Response(answer | told, status=201 if created else 200, headers=headers)


def receive_part(request: Request, delivery: Delivery, part: Part) -> dict[str, Any]:
    """What became of one file; a refusal is its own and stops no other."""
    nothing = {"filename": part.name, "file_id": None, "created": False}
    try:
        file, created = receive(request, delivery, part)
    except DomainError as refusal:
        status = Outcome.WAITING if refusal.status >= 500 else Outcome.REFUSED
        return nothing | {
            "status": status.value,
            "code": refusal.code,
            "message": refusal.message,
        }
    return {
        "filename": part.name,
        "file_id": str(file.pk),
        "created": created,
        "status": file.status,
        "code": "",
        "message": message_for(file, created),
    }


def message_for(file: SourceFile, created: bool) -> str:
    if not created:
        return CALM
    return UNSCANNED if file.waits_for_scan else RECEIVED
