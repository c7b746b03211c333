"""`POST /v1/audits`: a results file, or a whole reading in a ZIP, becomes batches to review."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db.transaction import atomic, non_atomic_requests
from django.urls import reverse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audits.opening_files import Opened, open_batches
from audits.serializers import CardSerializer
from audits.views import CardsView
from conciliacontag.api.idempotency import replayed
from conciliacontag.database import session
from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.roles import Act
from ingestion.api.multipart import UploadParser
from reconciliation.views import person

SHOWN_CARDS = 100
REPLAYED = {"Idempotent-Replayed": "true"}


class OpeningRequest(serializers.Serializer[Any]):
    """What `POST /v1/audits` takes, as multipart/form-data."""

    file = serializers.FileField(
        allow_empty_file=True,
        help_text="O CSV de resultados, ou o ZIP de uma leitura inteira (Results, Manual, "
        "CheckedOMRs).",
    )
    layout = serializers.CharField(
        max_length=40, help_text="A chave do leiaute: omr, boletos, extrato, ou um da empresa."
    )
    images = serializers.FileField(
        required=False, help_text="ZIP com as imagens png, jpg, jpeg ou tif dos cartões."
    )
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    organization_id = serializers.UUIDField(
        required=False, help_text="Necessário para quem trabalha em mais de uma empresa."
    )


class OpenedSerializer(serializers.Serializer[Any]):
    """One batch that was opened, or found."""

    batch_id = serializers.UUIDField(source="pk")
    name = serializers.CharField()
    filename = serializers.CharField()
    layout = serializers.CharField()
    layout_version = serializers.IntegerField()
    status = serializers.CharField()
    rows = serializers.IntegerField(help_text="Linhas do arquivo.")
    total = serializers.IntegerField(source="cards.count", help_text="Linhas que viraram cartões.")
    pending = serializers.IntegerField(source="cards.open.count")
    images = serializers.IntegerField(source="evidence.count")
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="Arquivos do pacote que não são imagens."
    )


class OpeningSerializer(OpenedSerializer):
    """The first batch with its first cards, and all batches of the sending."""

    items = CardSerializer(many=True, help_text="Os primeiros 100 cartões, os piores primeiro.")
    batches = OpenedSerializer(many=True)


# The file is checked and stored in steps of their own: no transaction is held open meanwhile.
@method_decorator(non_atomic_requests, name="dispatch")
class AuditsView(CardsView):
    """List cards, or open batches."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.SEND}
    parser_classes = [UploadParser]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with atomic():
            return super().get(request, *args, **kwargs)

    @extend_schema(
        request={"multipart/form-data": OpeningRequest},
        responses={200: OpeningSerializer, 201: OpeningSerializer},
    )
    @replayed
    def post(self, request: Request) -> Response:
        """Abre um lote de revisão; os mesmos bytes com o mesmo leiaute acham o que já existe."""
        asked = OpeningRequest(data=request.data)
        refuse_missing(request)
        asked.is_valid(raise_exception=True)
        said, user = asked.validated_data, person(request)
        with atomic():
            organization = choose_organization(user, said.get("organization_id"), Act.SEND)
        opened = open_batches(
            organization.pk,
            said["file"].chunks(),
            filename=said["file"].name or "",
            layout=said["layout"],
            images=path_of(said.get("images")),
            opened_by=user,
            name=said["name"],
        )
        with session([organization.pk]):
            return answer(opened, request)


def refuse_missing(request: Request) -> None:
    if "file" not in request.FILES:
        raise InvalidInput(
            "Nenhum arquivo foi enviado. Mande-o no campo file, como multipart/form-data.",
            code="file_missing",
        )


def path_of(file: "UploadedFile[bytes] | None") -> Path | None:
    """Where the upload rests; the settings let none stay in memory."""
    return Path(file.temporary_file_path()) if isinstance(file, TemporaryUploadedFile) else None


def answer(opened: Sequence[Opened], request: Request) -> Response:
    """201 when any batch is new; a sending that was known altogether says so."""
    is_new = any(created for _, created in opened)
    batches = [batch for batch, _ in opened]
    first = batches[0]
    cards = first.cards.select_related("batch").in_order()[:SHOWN_CARDS]
    body = {
        **OpenedSerializer(first).data,
        "items": CardSerializer(cards, many=True, context={"request": request}).data,
        "batches": OpenedSerializer(batches, many=True).data,
    }
    headers = {"Location": reverse("batch", args=[first.pk])} | ({} if is_new else REPLAYED)
    return Response(body, status=201 if is_new else 200, headers=headers)
