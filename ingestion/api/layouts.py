"""How tables are read, over HTTP: what stands in one, and naming its columns."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from conciliacontag.api.idempotency import idempotent
from conciliacontag.errors import NotFound
from conciliacontag.organizations.roles import Act
from conciliacontag.organizations.views import read
from ingestion.api.views import person
from ingestion.models import SourceFile, TableLayout, TransactionSource
from ingestion.parsers.table_trial import ROLE_NAMES
from ingestion.services.mapping import Said, map_file, preview_of

ROLES = "; ".join(f"{role}: {name.lower()}" for role, name in ROLE_NAMES.items())


class LayoutSerializer(serializers.ModelSerializer[TableLayout]):
    """What was said of the columns of every table with one header."""

    header = serializers.ListField(child=serializers.CharField(), read_only=True)
    columns = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = TableLayout
        fields = [
            "id",
            "organization_id",
            "fingerprint",
            "header",
            "source",
            "columns",
            "decimal",
            "day_order",
            "account",
            "created_at",
        ]


class MappedSerializer(LayoutSerializer):
    """The same, and the request to read again that follows from it."""

    reprocessing_id = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="Vazio: outra releitura está em andamento."
    )

    class Meta(LayoutSerializer.Meta):
        fields = [*LayoutSerializer.Meta.fields, "reprocessing_id"]


class NewLayoutSerializer(serializers.Serializer[Any]):
    """What a person says of the columns of one file's table."""

    file_id = serializers.UUIDField(help_text="Um arquivo cuja tabela tem este cabeçalho.")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=TransactionSource.choices, default="bank"
    )
    columns = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=999),
        help_text=f"Papel → coluna, a partir de 0. Papéis: {ROLES}.",
    )
    decimal = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=1,
        help_text="Vírgula ou ponto; vazio: automático.",
    )
    day_order = serializers.CharField(
        default="", allow_blank=True, max_length=3, help_text="dmy, mdy, ymd, ou vazio: automática."
    )
    account = serializers.CharField(default="", allow_blank=True, max_length=80)


class LayoutsView(ListAPIView[TableLayout]):
    """Tables that were explained, newest first; explaining one."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.SEND}
    queryset = TableLayout.objects.all()
    serializer_class = LayoutSerializer

    @extend_schema(
        request=NewLayoutSerializer, responses={200: MappedSerializer, 201: MappedSerializer}
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Diz o que são as colunas de uma tabela e manda reler os arquivos com este cabeçalho."""
        given = read(NewLayoutSerializer, request)
        files = SourceFile.objects.select_related("organization", "container")
        file = files.filter(pk=given.pop("file_id")).first()
        if file is None:
            raise NotFound
        layout, created, job = map_file(file, user=person(request), said=Said(**given))
        data = LayoutSerializer(layout).data | {"reprocessing_id": str(job.pk) if job else None}
        return Response(data, status=201 if created else 200)


class TablePreviewSerializer(serializers.Serializer[Any]):
    """What stands in a table, for whoever names its columns."""

    fingerprint = serializers.CharField()
    header = serializers.ListField(child=serializers.CharField())
    header_row = serializers.IntegerField(help_text="Linha do cabeçalho, a partir de 1; 0: não há.")
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    roles = serializers.DictField(
        child=serializers.IntegerField(), help_text="Papel → coluna que os títulos sugerem."
    )
    sheets = serializers.ListField(child=serializers.CharField())


class TablePreviewView(GenericAPIView[SourceFile]):
    """The header and the first rows of a stored table."""

    queryset = SourceFile.objects.select_related("container")
    serializer_class = TablePreviewSerializer

    @extend_schema(responses=TablePreviewSerializer)
    def get(self, request: Request, pk: str) -> Response:
        """Mostra o cabeçalho e as primeiras linhas de uma tabela recebida."""
        return Response(TablePreviewSerializer(preview_of(self.get_object())).data)
