"""Announcing files over HTTP, sending them in slices, and following what becomes of them."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from conciliacontag.api.idempotency import idempotent
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.authentication import ScreenAuthentication
from conciliacontag.organizations.roles import Act
from ingestion.api.reprocess import ReprocessingSerializer
from ingestion.api.views import person
from ingestion.models import Delivery, DeliveryItem, Origin, SourceFile
from ingestion.progress import Progress, State, follow
from ingestion.services.deliveries import Known, close_delivery, note_known, start_delivery
from ingestion.services.retrying import retry_delivery

MOST_HASHES = 1000
HASH = serializers.RegexField(r"^[0-9a-f]{64}$")


class DeliveryRequest(serializers.Serializer[Any]):
    """What `POST /v1/deliveries` takes: how much is going to come."""

    files = serializers.IntegerField(
        required=False, min_value=1, max_value=1_000_000, help_text="Quantos arquivos virão."
    )
    bytes = serializers.IntegerField(
        required=False, min_value=0, max_value=2**60, help_text="Quantos bytes têm ao todo."
    )
    title = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    organization_id = serializers.UUIDField(
        required=False, help_text="Necessário para quem trabalha em mais de uma empresa."
    )


class HeldFile(serializers.Serializer[Any]):
    sha256 = HASH
    filename = serializers.CharField(max_length=4096)


class KnownRequest(serializers.Serializer[Any]):
    """Files a sender holds, by their SHA-256; with names, each is a line of the delivery."""

    sha256 = serializers.ListField(child=HASH, required=False, max_length=MOST_HASHES)
    files = HeldFile(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        held = len(attrs.get("sha256", ())) + len(attrs.get("files", ()))
        if not 1 <= held <= MOST_HASHES:
            raise serializers.ValidationError(f"Informe de 1 a {MOST_HASHES} arquivos.")
        return attrs


class KnownFileSerializer(serializers.ModelSerializer[SourceFile]):
    file_id = serializers.UUIDField(source="id")

    class Meta:
        model = SourceFile
        fields = ["sha256", "file_id", "filename", "status"]


class KnownAnswer(serializers.Serializer[Any]):
    """The files that need not be sent."""

    known = KnownFileSerializer(many=True)


class FilesSerializer(serializers.Serializer[Any]):
    received = serializers.IntegerField()
    known = serializers.IntegerField()
    refused = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="A reenviar: não puderam ser guardados.")
    unread = serializers.IntegerField(help_text="Recebidos, com leitura por terminar.")
    failed = serializers.IntegerField(help_text="Recebidos, dos quais nada pôde ser lido.")
    with_errors = serializers.IntegerField(source="troubled")


class MembersSerializer(serializers.Serializer[Any]):
    """Files read, those inside of archives counted each."""

    read = serializers.IntegerField(source="members_read")
    total = serializers.IntegerField(source="members")


class CountsSerializer(serializers.Serializer[Any]):
    """Records: read = new + known + informative + rejected."""

    read = serializers.IntegerField()
    new = serializers.IntegerField()
    known = serializers.IntegerField(source="known_records")
    informative = serializers.IntegerField()
    rejected = serializers.IntegerField()


class DeliverySerializer(serializers.Serializer[Progress]):
    """A delivery, how far it has come, and what it brought."""

    id = serializers.UUIDField(source="delivery.id")
    organization_id = serializers.UUIDField(source="delivery.organization_id")
    origin = serializers.ChoiceField(source="delivery.origin", choices=Origin.choices)
    title = serializers.CharField(source="delivery.title")
    announced = serializers.IntegerField(source="delivery.announced", allow_null=True)
    state = serializers.ChoiceField(choices=[(state.value, state.name) for state in State])
    files = FilesSerializer(source="sums")
    members = MembersSerializer(source="sums")
    counts = CountsSerializer(source="sums")
    percent = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="delivery.created_at")
    closed_at = serializers.DateTimeField(source="delivery.closed_at", allow_null=True)
    links = serializers.SerializerMethodField()

    def get_percent(self, row: Progress) -> float | None:
        return None if row.share is None else round(100 * row.share, 1)

    def get_links(self, row: Progress) -> dict[str, str]:
        names = {"self": "delivery", "files": "delivery-files"}
        return {key: reverse(name, args=[row.delivery.pk]) for key, name in names.items()}


class DeliveryItemSerializer(serializers.ModelSerializer[DeliveryItem]):
    """One file of a delivery; `status` is that of its reading."""

    file_id = serializers.UUIDField(allow_null=True)
    status = serializers.CharField(source="file.status", default=None, allow_null=True)
    kind = serializers.CharField(source="file.kind", default="")

    class Meta:
        model = DeliveryItem
        fields = [
            "filename",
            "sha256",
            "size",
            "outcome",
            "code",
            "message",
            "file_id",
            "kind",
            "status",
            "created_at",
        ]


def origin_of(request: Request) -> Origin:
    is_screen = isinstance(request.successful_authenticator, ScreenAuthentication)
    return Origin.WEB if is_screen else Origin.API


def tell(delivery: Delivery) -> dict[str, Any]:
    return dict(DeliverySerializer(follow([delivery])[0]).data)


class DeliveriesView(ListAPIView[Delivery]):
    """Announce files, or list what was sent, newest first."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.SEND}
    queryset = Delivery.objects.all()
    serializer_class = DeliverySerializer  # type: ignore[assignment]
    ordering = ("-created_at", "-id")

    def paginate_queryset(self, queryset: Any) -> Any:
        return follow(super().paginate_queryset(queryset) or [])

    @extend_schema(request=DeliveryRequest, responses={201: DeliverySerializer})
    @idempotent()
    def post(self, request: Request) -> Response:
        asked = DeliveryRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said, user = asked.validated_data, person(request)
        delivery = start_delivery(
            choose_organization(user, said.get("organization_id"), Act.SEND),
            sender=user,
            origin=origin_of(request),
            title=said["title"],
            announced=said.get("files"),
            announced_bytes=said.get("bytes"),
        )
        headers = {"Location": reverse("delivery", args=[delivery.pk])}
        return Response(tell(delivery), status=201, headers=headers)


class OneDelivery(GenericAPIView[Delivery]):
    """What the addresses of one delivery share."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.SEND}
    queryset = Delivery.objects.select_related("organization")
    serializer_class = DeliverySerializer  # type: ignore[assignment]


class DeliveryView(OneDelivery):
    """How far one delivery has come; ask again while it is receiving or reading."""

    @extend_schema(responses=DeliverySerializer)
    def get(self, request: Request, pk: str) -> Response:
        return Response(tell(self.get_object()))


class DeliveryFilesView(ListAPIView[DeliveryItem]):
    """Each file of a delivery, in the order in which they came."""

    queryset = DeliveryItem.objects.select_related("file")
    serializer_class = DeliveryItemSerializer
    ordering = ("id",)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        get_object_or_404(Delivery, pk=kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> "QuerySet[DeliveryItem]":
        return super().get_queryset().filter(delivery=self.kwargs.get("pk"))


class DeliveryKnownView(OneDelivery):
    """Tell which files a sender holds, and hear which of them need not be sent."""

    @extend_schema(request=KnownRequest, responses=KnownAnswer)
    @idempotent()
    def post(self, request: Request, pk: str) -> Response:
        delivery = self.get_object()
        asked = KnownRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        held = [Known(digest) for digest in said.get("sha256", ())]
        held += [Known(one["sha256"], one["filename"]) for one in said.get("files", ())]
        found = note_known(delivery, held, by=person(request))
        return Response(KnownAnswer({"known": list(found.values())}).data)


class DeliveryCloseView(OneDelivery):
    """Say that nothing more will come."""

    @extend_schema(request=None, responses=DeliverySerializer)
    def post(self, request: Request, pk: str) -> Response:
        return Response(tell(close_delivery(self.get_object(), by=person(request))))


class DeliveryRetryView(OneDelivery):
    """Read again the files that failed, and those alone."""

    @extend_schema(request=None, responses={202: ReprocessingSerializer})
    def post(self, request: Request, pk: str) -> Response:
        job = retry_delivery(self.get_object(), by=person(request))
        headers = {"Location": reverse("reprocessing", args=[job.pk])}
        return Response(ReprocessingSerializer(job).data, status=202, headers=headers)
