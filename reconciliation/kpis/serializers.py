"""What calls about the figures take and answer."""

from typing import Any

from rest_framework import serializers

from reconciliation.serializers import FindingsRequest

MOST_OFFSET = 10_000_000


class KpiRequest(FindingsRequest):
    """The month that is asked for, and how many months before it are told as well."""

    months = serializers.IntegerField(required=False, default=1, min_value=1, max_value=24)


class KpiRowsRequest(FindingsRequest):
    """Which rows of a number: of one kind of file, and where to start."""

    kind = serializers.CharField(required=False, allow_blank=True)
    months = serializers.IntegerField(
        required=False, default=1, min_value=1, max_value=2, help_text="2: também o mês seguinte."
    )
    offset = serializers.IntegerField(required=False, default=0, min_value=0, max_value=MOST_OFFSET)


class DaysRequest(serializers.Serializer[Any]):
    """How many days, today the last of them."""

    organization_id = serializers.UUIDField(required=False)
    days = serializers.IntegerField(required=False, default=30, min_value=1, max_value=366)


class KpiFigureSerializer(serializers.Serializer[Any]):
    """One number and where its rows are."""

    code = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField()
    amount = serializers.DecimalField(20, 2, allow_null=True)
    page = serializers.CharField(help_text="Endereço da lista na tela.")
    url = serializers.CharField(help_text="Endereço das linhas na API.")


class KpiSpansSerializer(serializers.Serializer[Any]):
    """Times in seconds: the middle, and the slow end."""

    count = serializers.IntegerField()
    p50_seconds = serializers.FloatField(allow_null=True)
    p95_seconds = serializers.FloatField(allow_null=True)


class KpiMonthSerializer(serializers.Serializer[Any]):
    """One month; rates are per cent, null where there is nothing to divide."""

    period = serializers.CharField()
    rate = serializers.DecimalField(5, 2, allow_null=True, help_text="Lançamentos conciliados.")
    automatic_rate = serializers.DecimalField(
        5, 2, allow_null=True, help_text="Lançamentos conciliados só pela máquina."
    )
    automatic_documents_rate = serializers.DecimalField(
        5, 2, allow_null=True, help_text="Notas conciliadas só pela máquina."
    )
    reading_error_rate = serializers.DecimalField(5, 2, allow_null=True)
    runs = KpiSpansSerializer(help_text="Do pedido de uma conciliação ao fim.")
    arrival_to_match = KpiSpansSerializer(help_text="Da chegada do último arquivo ao vínculo.")
    figures = KpiFigureSerializer(many=True)


class KpiBandSerializer(serializers.Serializer[Any]):
    """How often people let stand what the machine said, for one range of points."""

    code = serializers.CharField()
    title = serializers.CharField()
    kept = serializers.IntegerField()
    not_kept = serializers.IntegerField()
    precision = serializers.DecimalField(5, 2, allow_null=True, help_text="Por cento.")
    low = serializers.DecimalField(
        5, 2, allow_null=True, help_text="Por cento; intervalo de Wilson, 95 %."
    )
    high = serializers.DecimalField(5, 2, allow_null=True)
    lists = serializers.ListField(child=serializers.CharField())


class KpiKindSerializer(serializers.Serializer[Any]):
    """Errors of reading of one kind of file."""

    kind = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    files = serializers.IntegerField()
    refused = serializers.IntegerField()
    rate = serializers.DecimalField(5, 2, allow_null=True)


# `from` is a word of Python: the fields are named in a table instead of a class body.
READING: dict[str, Any] = {
    "__doc__": "How files were read in the month and in the one after it, when it is worked on.",
    "from": serializers.DateField(),
    "to": serializers.DateField(),
    "kinds": KpiKindSerializer(many=True),
    "documents_read": serializers.IntegerField(),
    "documents_per_hour": serializers.DecimalField(
        12, 1, allow_null=True, help_text="Por hora em que se leu algum."
    ),
    "seconds_per_thousand_documents": serializers.FloatField(
        allow_null=True, help_text="Quanto as conciliações levam para mil documentos."
    ),
}
KpiReadingSerializer = type("KpiReadingSerializer", (serializers.Serializer,), READING)


class KpiSerializer(serializers.Serializer[Any]):
    """A company's figures."""

    organization_id = serializers.UUIDField()
    period = serializers.CharField()
    months = KpiMonthSerializer(many=True)
    precision = KpiBandSerializer(many=True)
    reading = KpiReadingSerializer()
    ages = KpiFigureSerializer(many=True)
    missing = KpiFigureSerializer()


class KpiRowSerializer(serializers.Serializer[Any]):
    """One row of what a number counts."""

    id = serializers.UUIDField()
    day = serializers.DateField()
    told = serializers.CharField()
    note = serializers.CharField()
    amount = serializers.DecimalField(20, 2, allow_null=True)


class KpiRowsSerializer(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField()
    period = serializers.CharField()
    code = serializers.CharField()
    title = serializers.CharField()
    meaning = serializers.CharField()
    count = serializers.IntegerField()
    rows = KpiRowSerializer(many=True)
    next_offset = serializers.IntegerField(allow_null=True)


class KpiDaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    documents = serializers.IntegerField()


class KpiDaysSerializer(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField()
    total = serializers.IntegerField()
    days = KpiDaySerializer(many=True)
