"""What lists of batches and cards can be narrowed by."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from audits.batch_ids import read_batch_id
from audits.models import Batch, Card


class BatchFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()

    class Meta:
        model = Batch
        fields = ["status", "layout"]


class CardFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    batch_id = filters.CharFilter(method="of_batch", strip=False)

    class Meta:
        model = Card
        fields = ["status"]

    def of_batch(self, cards: QuerySet[Card], name: str, value: str) -> QuerySet[Card]:
        return cards.filter(batch=read_batch_id(value))
