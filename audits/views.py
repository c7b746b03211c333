"""Reading batches, cards and what was decided about them."""

from math import ceil
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.api.pages import CardPages
from audits.deciding.holding import NO_CARD
from audits.filters import BatchFilter, CardFilter
from audits.history import card_history, field_history
from audits.models import Batch, Card, CardStatus
from audits.serializers import (
    BatchSerializer,
    CardDetailSerializer,
    CardSerializer,
    SentenceSerializer,
)
from audits.withheld import refuse_withheld
from conciliacontag.errors import InvalidInput, NotFound
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
    """Cards, the worst doubts first, with counters over everything the filters let through."""

    queryset = Card.objects.select_related("batch").defer("candidates", "batch__header")
    serializer_class = CardSerializer
    filterset_class = CardFilter
    pagination_class = CardPages
    # As `Card.objects.in_order()`; cards of one opening are of one moment.
    ordering = ("severity", "status", "created_at", "line", "id")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        groups = self.filter_queryset(self.get_queryset()).order_by().values("status")
        found = dict(groups.annotate(count=Count("pk")).values_list("status", "count"))
        counters = {status: found.get(status, 0) for status in CardStatus.values}
        total = sum(found.values())
        answer.data = {**answer.data, "total": total, **counters}
        if "page_size" in answer.data:
            answer.data["total_pages"] = max(ceil(total / answer.data["page_size"]), 1)
        return answer


class CardView(RetrieveAPIView[Card]):
    """One card with candidates, evidence and the answer of every field."""

    queryset = Card.objects.select_related("batch").prefetch_related("responses")
    serializer_class = CardDetailSerializer


class HistoryView(APIView):
    """Who decided what about a card, when and why; also after a clean-up.

    Not to whoever may still come to read the card again: `second_reading_first`.
    """

    @extend_schema(
        parameters=[OpenApiParameter("field", str, description="Só este campo, desde a leitura.")],
        responses=SentenceSerializer(many=True),
    )
    def get(self, request: Request, pk: UUID) -> Response:
        refuse_withheld(person(request), pk)
        field = request.query_params.get("field", "")
        # The database knows no NUL, and neither does any column.
        told = field_history(pk, field.replace("\x00", "")) if field else card_history(pk)
        if not told and not Card.objects.filter(pk=pk).exists():
            raise NotFound(NO_CARD)
        if field and not told:
            message = f"O campo “{field[:60]}” não existe neste cartão."
            problem = {"field": [{"code": "unknown_field", "message": message}]}
            raise InvalidInput(message, code="unknown_field", details={"fields": problem})
        return Response(SentenceSerializer(told, many=True).data)
