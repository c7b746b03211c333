"""Reading batches and cards, deciding cards."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.filters import BatchFilter, CardFilter
from audits.history import card_history
from audits.models import Batch, Card, CardStatus
from audits.serializers import (
    BatchSerializer,
    CardDetailSerializer,
    CardSerializer,
    DecisionRequest,
    ReopenRequest,
    SentenceSerializer,
)
from audits.services import decide_card, reopen_card
from conciliacontag.api.idempotency import idempotent
from conciliacontag.errors import NotFound
from conciliacontag.organizations.roles import Act
from reconciliation.views import person

WAITING = Q(cards__status__in=[CardStatus.PENDING, CardStatus.REOPENED])


def counted_batches() -> QuerySet[Batch]:
    return Batch.objects.select_related("exported_by").annotate(
        total_cards=Count("cards"), waiting_cards=Count("cards", filter=WAITING)
    )


class BatchesView(ListAPIView[Batch]):
    """Batches with their counters, oldest first."""

    serializer_class = BatchSerializer
    filterset_class = BatchFilter

    def get_queryset(self) -> QuerySet[Batch]:
        return counted_batches()


class BatchView(RetrieveAPIView[Batch]):
    """One batch."""

    serializer_class = BatchSerializer

    def get_queryset(self) -> QuerySet[Batch]:
        return counted_batches()


class CardsView(ListAPIView[Card]):
    """Cards in the order of their files, with counters over everything the filters let through."""

    queryset = Card.objects.defer("raw_answers", "candidates")
    serializer_class = CardSerializer
    filterset_class = CardFilter

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        groups = self.filter_queryset(self.get_queryset()).order_by().values("status")
        found = dict(groups.annotate(count=Count("pk")).values_list("status", "count"))
        counters = {status: found.get(status, 0) for status in CardStatus.values}
        answer.data = {**answer.data, "total": sum(found.values()), **counters}
        return answer


class CardView(RetrieveAPIView[Card]):
    """One card with candidates, evidence and corrections."""

    queryset = Card.objects.prefetch_related("responses")
    serializer_class = CardDetailSerializer


class DecisionView(GenericAPIView[Card]):
    """Decide one card; the version that was seen goes with it."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}
    serializer_class = DecisionRequest

    @extend_schema(request=DecisionRequest, responses=CardDetailSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        asked = DecisionRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        card = decide_card(pk, author=person(request), **asked.validated_data)
        return Response(CardDetailSerializer(card).data)


class ReopenView(GenericAPIView[Card]):
    """Take a decision back."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.REOPEN_OWN}
    serializer_class = ReopenRequest

    @extend_schema(request=ReopenRequest, responses=CardDetailSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        asked = ReopenRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        card = reopen_card(pk, author=person(request), **asked.validated_data)
        return Response(CardDetailSerializer(card).data)


class HistoryView(APIView):
    """Who decided what about a card, when and why; also after a clean-up."""

    @extend_schema(responses=SentenceSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        told = card_history(pk)
        if not told and not Card.objects.filter(pk=pk).exists():
            raise NotFound("Este cartão não existe. Confira o número e a empresa escolhida.")
        return Response(SentenceSerializer(told, many=True).data)
