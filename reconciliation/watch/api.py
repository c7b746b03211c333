"""The watch of a month over HTTP: the lists, the rows of one, and the request to the client."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.scope import as_month
from ingestion.originals import as_csv, as_text
from reconciliation.serializers import FindingsRequest
from reconciliation.views import person
from reconciliation.watch.asking import file_name, month_request
from reconciliation.watch.links import list_link
from reconciliation.watch.lists import watch_list, watch_month
from reconciliation.watch.model import WatchList
from reconciliation.watch.request import HEADER

MOST_ROWS = 1000
FRESH = {"Cache-Control": "no-store"}


class WatchGroupSerializer(serializers.Serializer[Any]):
    """A part of a list, summed."""

    code = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField()
    amount = serializers.DecimalField(20, 2)
    page = serializers.CharField(help_text="Endereço da lista na tela.")


class WatchListSerializer(serializers.Serializer[Any]):
    """One list of the month, without its rows."""

    code = serializers.CharField()
    title = serializers.CharField()
    meaning = serializers.CharField()
    is_to_do = serializers.BooleanField(help_text="Conta como pendência ao fechar o mês.")
    count = serializers.IntegerField()
    amount = serializers.DecimalField(20, 2)
    groups = WatchGroupSerializer(many=True)
    page = serializers.CharField(help_text="Endereço da lista na tela.")
    url = serializers.CharField(help_text="Endereço das linhas na API.")


class WatchSerializer(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField()
    period = serializers.CharField()
    lists = WatchListSerializer(many=True)


class WatchRowSerializer(serializers.Serializer[Any]):
    """One thing that is missing, twice, late or different."""

    day = serializers.DateField(allow_null=True)
    party = serializers.CharField()
    told = serializers.CharField()
    amount = serializers.DecimalField(20, 2, allow_null=True)
    note = serializers.CharField()
    group = serializers.CharField()
    document_id = serializers.UUIDField(allow_null=True)
    transaction_id = serializers.UUIDField(allow_null=True)
    is_asked = serializers.BooleanField(help_text="Entra no pedido ao cliente.")


class WatchRowsRequest(FindingsRequest):
    """Which part of a list: its group, and where to start."""

    group = serializers.CharField(required=False, default="", allow_blank=True)
    offset = serializers.IntegerField(required=False, default=0, min_value=0)


class WatchRowsSerializer(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField()
    period = serializers.CharField()
    code = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField()
    amount = serializers.DecimalField(20, 2)
    rows = WatchRowSerializer(many=True)
    next_offset = serializers.IntegerField(allow_null=True)


class ClientRequestSerializer(serializers.Serializer[Any]):
    """What to send to the client."""

    organization_id = serializers.UUIDField()
    period = serializers.CharField()
    subject = serializers.CharField()
    text = serializers.CharField()
    count = serializers.IntegerField()


def asked_for(
    request: Request, kind: type[serializers.Serializer[Any]] = FindingsRequest
) -> tuple[Organization, date, dict[str, Any]]:
    """The company and month of a call, and all it said."""
    asked = kind(data=request.query_params)
    asked.is_valid(raise_exception=True)
    said = asked.validated_data
    organization = choose_organization(person(request), said.get("organization_id"), Act.READ)
    return organization, as_month(said["period"]) or date.min, said


class WatchView(APIView):
    """What a month lacks, has twice or has late."""

    @extend_schema(parameters=[FindingsRequest], responses=WatchSerializer)
    def get(self, request: Request) -> Response:
        """Conta o que falta, sobra ou atrasa em um mês, lista por lista."""
        organization, month, said = asked_for(request)
        lists = [told(organization, month, one) for one in watch_month(organization, month)]
        shown = {"organization_id": organization.pk, "period": said["period"], "lists": lists}
        return Response(WatchSerializer(shown).data, headers=FRESH)


def told(organization: Organization, month: date, one: WatchList) -> dict[str, Any]:
    groups = [
        asdict(group)
        | {
            "count": count,
            "amount": amount,
            "page": list_link(organization, month, one.code, group.code),
        }
        for group, count, amount in one.sums()
    ]
    return {
        "code": one.code,
        "title": one.title,
        "meaning": one.meaning,
        "is_to_do": one.is_to_do,
        "count": one.count,
        "amount": one.amount,
        "groups": groups,
        "page": list_link(organization, month, one.code),
        "url": f"/v1/watch/{one.code}?period={month:%Y-%m}&organization_id={organization.pk}",
    }


class WatchListView(APIView):
    """The rows of one list."""

    @extend_schema(
        operation_id="watch_rows", parameters=[WatchRowsRequest], responses=WatchRowsSerializer
    )
    def get(self, request: Request, code: str) -> Response:
        """Mostra as linhas de uma lista, até mil por vez; `next_offset` leva às seguintes."""
        organization, month, said = asked_for(request, WatchRowsRequest)
        one = watch_list(organization, month, code)
        rows = one.part(said["group"])
        end = said["offset"] + MOST_ROWS
        shown = {
            "organization_id": organization.pk,
            "period": said["period"],
            "code": one.code,
            "title": one.title,
            "count": len(rows),
            "amount": sum((row.amount or 0 for row in rows), start=0),
            "rows": rows[said["offset"] : end],
            "next_offset": end if end < len(rows) else None,
        }
        return Response(WatchRowsSerializer(shown).data, headers=FRESH)


class ClientRequestView(APIView):
    """The request to the client."""

    @extend_schema(parameters=[FindingsRequest], responses=ClientRequestSerializer)
    def get(self, request: Request) -> Response:
        """Escreve o pedido ao cliente com tudo o que falta no mês."""
        organization, month, said = asked_for(request)
        made = month_request(organization, month)
        shown = {
            "organization_id": organization.pk,
            "period": said["period"],
            "subject": made.subject,
            "text": made.text,
            "count": made.count,
        }
        return Response(ClientRequestSerializer(shown).data, headers=FRESH)


class ClientRequestFileView(APIView):
    """The same as a file."""

    kind = "txt"

    @extend_schema(parameters=[FindingsRequest], responses=OpenApiResponse(bytes))
    def get(self, request: Request) -> HttpResponseBase:
        """Baixa o pedido ao cliente como texto ou planilha CSV."""
        organization, month, _ = asked_for(request)
        return request_file(organization, month, self.kind)


def request_file(organization: Organization, month: date, kind: str) -> HttpResponseBase:
    """The request to the client as `txt`, or as rows in `csv`."""
    made = month_request(organization, month)
    name = file_name(organization, month, kind)
    if kind == "csv":
        return as_csv([HEADER, *made.rows], name)
    return as_text(made.text + "\n", name)
