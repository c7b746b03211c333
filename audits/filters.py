"""What lists of batches and cards can be narrowed by."""

from datetime import datetime, time

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django_filters import rest_framework as filters

from audits.batch_ids import read_batch_id
from audits.models import Batch, Card
from conciliacontag.errors import InvalidInput


class BatchFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()

    class Meta:
        model = Batch
        fields = ["status", "layout"]


class CardFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    batch_id = filters.CharFilter(method="of_batch", strip=False)
    template = filters.CharFilter(field_name="batch__layout", label="Leiaute do lote.")
    created_from = filters.CharFilter(method="since", label="Dia, ou momento com fuso.")
    created_to = filters.CharFilter(method="until", label="Até o fim deste dia, ou momento.")

    class Meta:
        model = Card
        fields = ["status"]

    def of_batch(self, cards: QuerySet[Card], name: str, value: str) -> QuerySet[Card]:
        return cards.filter(batch=read_batch_id(value))

    def since(self, cards: QuerySet[Card], name: str, value: str) -> QuerySet[Card]:
        return cards.filter(created_at__gte=moment(name, value, end=False))

    def until(self, cards: QuerySet[Card], name: str, value: str) -> QuerySet[Card]:
        return cards.filter(created_at__lte=moment(name, value, end=True))


def moment(name: str, text: str, *, end: bool) -> datetime:
    """A moment, or the first or last one of a day; without a zone it is local time.

    Raises:
        InvalidInput: neither `2026-10-31` nor `2026-10-31T14:00:00-03:00`.
    """
    try:
        # A "+" that was not escaped arrives as a space.
        said, day = parse_datetime(text.replace(" ", "+")), parse_date(text)
    except ValueError:
        said = day = None
    if day is not None:
        said = datetime.combine(day, time.max if end else time.min)
    if said is None:
        message = "Informe um dia (2026-10-31) ou um momento (2026-10-31T14:00:00-03:00)."
        raise InvalidInput(details={"fields": {name: [{"code": "invalid", "message": message}]}})
    return said if timezone.is_aware(said) else timezone.make_aware(said)
