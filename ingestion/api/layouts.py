"""How tables are read, over HTTP: what stands in one, and naming its columns."""

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.errors import NotFound
from conciliacontag.organizations.roles import Act
from conciliacontag.organizations.views import read
from ingestion.api.views import person
from ingestion.models import SourceFile, TableLayout, TransactionSource
from ingestion.parsers.table_trial import ROLE_NAMES
from ingestion.services.mapping import (
    Said,
    change_layout,
    map_file,
    preview_of,
    remove_layout,
    said_of,
)

ROLES = "; ".join(f"{role}: {name.lower()}" for role, name in ROLE_NAMES.items())
COLUMNS = f"Papel → coluna, a partir de 0. Papéis: {ROLES}."


class ColumnsField(serializers.DictField):
    """Columns by their role."""

    child = serializers.IntegerField(min_value=0, max_value=999)


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


class LayoutChangeSerializer(serializers.Serializer[Any]):
    """What a person says of the columns of a table; the service checks the values together."""

    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=TransactionSource.choices, required=False
    )
    columns = ColumnsField(required=False, help_text=COLUMNS)
    decimal = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=1,
        help_text="Vírgula ou ponto; vazio: automático.",
    )
    day_order = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=3,
        help_text="dmy, mdy, ymd, ou vazio: automática.",
    )
    account = serializers.CharField(required=False, allow_blank=True, max_length=80)


class NewLayoutSerializer(LayoutChangeSerializer):
    """The same, with the file whose table it is."""

    file_id = serializers.UUIDField(help_text="Um arquivo cuja tabela tem este cabeçalho.")
    source = serializers.ChoiceField(choices=TransactionSource.choices, default="bank")
    columns = ColumnsField(help_text=COLUMNS)


class LayoutsView(ListAPIView[TableLayout]):
    """Tables that were explained, oldest first; explaining one."""

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


class LayoutView(APIView):
    """One table that was explained."""

    acts: ClassVar[dict[str, Act]] = {"PATCH": Act.SEND, "DELETE": Act.SEND}

    @extend_schema(responses=LayoutSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Mostra o que foi dito das colunas de uma tabela."""
        return Response(LayoutSerializer(find(pk)).data)

    @extend_schema(request=LayoutChangeSerializer, responses=LayoutSerializer)
    @idempotent()
    def patch(self, request: Request, pk: UUID) -> Response:
        """Altera só os campos enviados; `columns` vai inteiro. Vale para as próximas leituras."""
        layout = find(pk)
        said = replace(said_of(layout), **read(LayoutChangeSerializer, request))
        changed = change_layout(layout, user=person(request), said=said)
        return Response(LayoutSerializer(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Esquece as colunas ditas; o que já foi lido com elas permanece."""
        remove_layout(find(pk), user=person(request))
        return Response(status=204)


def find(pk: UUID) -> TableLayout:
    row = TableLayout.objects.select_related("organization").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


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
