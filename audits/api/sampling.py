"""Second readings over HTTP: draw decided cards, read one without the first answer, answer it."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.agreement import Agreement
from audits.api.requests import ANSWERS, NotesRequest, ValuesField
from audits.batch_ids import read_batch_id
from audits.blind_cards import blind_card
from audits.models import Batch, Sample, SecondReading, Verdict
from audits.rows import NoBatch
from audits.sampling import (
    agreement_of,
    counted_samples,
    draw_sample,
    next_reading,
    waiting_for,
)
from audits.second_readings import Answer, read_again
from conciliacontag.api.idempotency import idempotent
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.organizations.views import read
from reconciliation.views import person

FRESH = {"Cache-Control": "no-store"}
REPLAYED = {"Idempotent-Replayed": "true"}


class DrawRequest(serializers.Serializer[Any]):
    """What `POST /v1/audits/{batch}/samples` takes."""

    percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, help_text="Dos cartões decididos ainda não sorteados."
    )
    seed = serializers.IntegerField(
        required=False, allow_null=True, default=None,
        help_text="A mesma semente sorteia os mesmos cartões; sem ela, ao acaso.",
    )  # fmt: skip


class SampleSerializer(serializers.ModelSerializer[Sample]):
    """One draw, and how far its readings are."""

    drawn_by = serializers.EmailField(source="drawn_by.email", read_only=True)
    drawn = serializers.IntegerField(read_only=True)
    read = serializers.IntegerField(read_only=True)
    disagreements = serializers.IntegerField(read_only=True)

    class Meta:
        model = Sample
        fields = [
            "id",
            "batch_id",
            "seed",
            "percent",
            "population",
            "drawn",
            "read",
            "disagreements",
            "drawn_by",
            "created_at",
        ]


class SamplesSerializer(serializers.Serializer[Any]):
    """All draws of a batch. Which cards wait is told to nobody: each comes when it is asked for."""

    samples = SampleSerializer(many=True)
    drawn = serializers.IntegerField()
    read = serializers.IntegerField()
    disagreements = serializers.IntegerField()
    waiting_for_me = serializers.IntegerField(help_text="Quantas você ainda pode fazer.")
    rate = serializers.FloatField(allow_null=True, help_text="De 0 a 1.")
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="95 % de confiança (Wilson)."
    )
    told = serializers.CharField()


class BlindFieldSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(source="name")
    name = serializers.CharField(source="label")
    read_value = serializers.CharField(source="read")
    issue = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())
    expected = serializers.CharField()


class BlindCardSerializer(serializers.Serializer[Any]):
    """A card as the machine left it: nothing that a person has said of it."""

    line = serializers.IntegerField()
    file_id = serializers.CharField()
    issues = serializers.ListField(child=serializers.CharField())
    responses = BlindFieldSerializer(many=True, source="fields")
    raw_answers = serializers.DictField(source="read")
    candidates = serializers.ListField(child=serializers.DictField())
    images = serializers.ListField(
        child=serializers.CharField(), help_text="Em GET /v1/audits/{card}/image?which=…"
    )


class WaitingSerializer(serializers.Serializer[Any]):
    """The next card to be read again; null when none waits for this person."""

    reading_id = serializers.UUIDField(allow_null=True)
    card_id = serializers.UUIDField(allow_null=True)
    waiting_for_me = serializers.IntegerField()
    card = BlindCardSerializer(allow_null=True)


class AnswerRequest(NotesRequest):
    """What `POST /v1/audits/readings/{id}` takes: the terms of a decision."""

    verdict = serializers.ChoiceField(ANSWERS, default=Verdict.CORRECT)
    document_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    installment = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)
    link = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Em vez de document_id, o de um candidato que é várias notas juntas.",
    )
    values = ValuesField(default=dict, help_text="Campo e valor; o que falta fica como foi lido.")


class ReadSerializer(serializers.ModelSerializer[SecondReading]):
    """A reading that is done, with both answers."""

    reading_id = serializers.UUIDField(source="id", read_only=True)
    card_status = serializers.CharField(source="card.status", read_only=True)
    reader = serializers.EmailField(source="reader.email", read_only=True)
    first_author = serializers.EmailField(source="first_author.email", read_only=True)

    class Meta:
        model = SecondReading
        fields = [
            "reading_id",
            "card_id",
            "agrees",
            "reader",
            "values",
            "first_author",
            "first_values",
            "card_status",
            "read_at",
        ]


def batch_of(batch_id: str) -> Batch:
    batch = Batch.objects.filter(pk=read_batch_id(batch_id)).first()
    if batch is None:
        raise NoBatch
    return batch


def told(batch: Batch, user: User) -> dict[str, Any]:
    found: Agreement = agreement_of(batch)
    return dict(
        SamplesSerializer(
            {
                "samples": counted_samples(batch),
                "drawn": found.drawn,
                "read": found.read,
                "disagreements": found.disagreements,
                "waiting_for_me": waiting_for(batch, user).count(),
                "rate": found.rate,
                "interval": found.interval,
                "told": found.told,
            }
        ).data
    )


class SamplesView(APIView):
    """The draws of a batch and what they have shown."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}

    @extend_schema(responses=SamplesSerializer)
    def get(self, request: Request, batch_id: str) -> Response:
        """Mostra os sorteios do lote e a discordância medida até agora."""
        return Response(told(batch_of(batch_id), person(request)), headers=FRESH)

    @extend_schema(request=DrawRequest, responses={200: SamplesSerializer, 201: SamplesSerializer})
    @idempotent()
    def post(self, request: Request, batch_id: str) -> Response:
        """Sorteia cartões decididos para segunda leitura; a mesma semente não sorteia de novo."""
        asked, user = read(DrawRequest, request), person(request)
        _, created = draw_sample(
            read_batch_id(batch_id), percent=asked["percent"], seed=asked["seed"], user=user
        )
        headers = FRESH | ({} if created else REPLAYED)
        body = told(batch_of(batch_id), user)
        return Response(body, status=201 if created else 200, headers=headers)


class NextReadingView(APIView):
    """The next drawn card, for somebody who has not answered it."""

    acts: ClassVar[dict[str, Act]] = {"GET": Act.DECIDE}

    @extend_schema(responses=WaitingSerializer)
    def get(self, request: Request, batch_id: str) -> Response:
        """Mostra o próximo cartão sorteado como a máquina o leu, sem a primeira resposta."""
        user = person(request)
        found = next_reading(read_batch_id(batch_id), user)
        body = {
            "reading_id": found.pk if found else None,
            "card_id": found.card_id if found else None,
            "waiting_for_me": waiting_for(batch_of(batch_id), user).count(),
            "card": blind_card(found.card) if found else None,
        }
        return Response(WaitingSerializer(body).data, headers=FRESH)


class ReadingView(APIView):
    """One second reading."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}

    @extend_schema(request=AnswerRequest, responses=ReadSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        """Grava a segunda resposta; se as duas diferem, o cartão volta para decisão."""
        said = read(AnswerRequest, request)
        reading = read_again(pk, Answer(**said), user=person(request))
        return Response(ReadSerializer(reading).data, headers=FRESH)
