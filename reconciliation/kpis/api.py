"""The figures over HTTP: months, precision, errors, documents a day, the rows of each number."""

from datetime import date
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.scope import as_month
from reconciliation.kpis.figures import documents_per_day, joined_whole
from reconciliation.kpis.files import report_file
from reconciliation.kpis.lists import Shown, listing
from reconciliation.kpis.missing import MEANING, TITLE, missing_rows
from reconciliation.kpis.period import month_of, work_of
from reconciliation.kpis.serializers import (
    DaysRequest,
    KpiDaysSerializer,
    KpiRequest,
    KpiRowsRequest,
    KpiRowsSerializer,
    KpiSerializer,
)
from reconciliation.kpis.told import tell_kpis
from reconciliation.serializers import FindingsRequest
from reconciliation.views import person

MOST_ROWS = 1000
FRESH = {"Cache-Control": "no-store"}


def asked_for(request: Request, kind: type[Serializer[Any]]) -> tuple[Organization, dict[str, Any]]:
    """The company of a call, and all it said."""
    asked = kind(data=request.query_params)
    asked.is_valid(raise_exception=True)
    said = asked.validated_data
    return choose_organization(person(request), said.get("organization_id"), Act.READ), said


def month_said(said: dict[str, Any]) -> date:
    return as_month(said["period"]) or date.min


class KpisView(APIView):
    """The figures of a month, and of the months before it."""

    @extend_schema(parameters=[KpiRequest], responses=KpiSerializer)
    def get(self, request: Request) -> Response:
        """Conta o mês: conciliado e em aberto, acerto da máquina, tempos e erros de leitura."""
        organization, said = asked_for(request, KpiRequest)
        shown = {
            "organization_id": organization.pk,
            "period": said["period"],
            **tell_kpis(organization, month_said(said), said["months"]),
        }
        return Response(KpiSerializer(shown).data, headers=FRESH)


class KpiRowsView(APIView):
    """The rows of one number."""

    @extend_schema(
        operation_id="kpi_rows", parameters=[KpiRowsRequest], responses=KpiRowsSerializer
    )
    def get(self, request: Request, code: str) -> Response:
        """Mostra as linhas de um número, até mil por vez; `next_offset` leva às seguintes."""
        organization, said = asked_for(request, KpiRowsRequest)
        start, end = said["offset"], said["offset"] + MOST_ROWS
        with joined_whole():
            title, meaning, count, rows = rows_of(organization, code, said, start, end)
        shown = {
            "organization_id": organization.pk,
            "period": said["period"],
            "code": code,
            "title": title,
            "meaning": meaning,
            "count": count,
            "rows": rows,
            "next_offset": end if end < count else None,
        }
        return Response(KpiRowsSerializer(shown).data, headers=FRESH)


def rows_of(
    organization: Organization, code: str, said: dict[str, Any], start: int, end: int
) -> tuple[str, str, int, list[Shown]]:
    """Title and meaning of a list, how many rows it has, and those of one stretch."""
    month = month_said(said)
    period = work_of(month) if said["months"] == 2 else month_of(month)
    if code == "missing":
        rows = missing_rows([organization], period)
        return TITLE, MEANING, len(rows), rows[start:end]
    found = listing(code, [organization], period, kind=said.get("kind"))
    shown = list(found.shown(found.rows[start:end]))
    return found.measure.title, found.measure.meaning, found.rows.count(), shown


class DocumentsPerDayView(APIView):
    """Documents that were read, day by day."""

    @extend_schema(parameters=[DaysRequest], responses=KpiDaysSerializer)
    def get(self, request: Request) -> Response:
        """Conta os documentos lidos em cada um dos últimos dias, 30 se nada for dito."""
        organization, said = asked_for(request, DaysRequest)
        rows = documents_per_day([organization], timezone.localdate(), said["days"])
        shown = {
            "organization_id": organization.pk,
            "total": sum(count for _, count in rows),
            "days": [{"day": day, "documents": count} for day, count in rows],
        }
        return Response(KpiDaysSerializer(shown).data, headers=FRESH)


class KpiFileView(APIView):
    """The figures of twelve months as a file."""

    kind = "csv"

    @extend_schema(parameters=[FindingsRequest], responses=OpenApiResponse(bytes))
    def get(self, request: Request) -> HttpResponseBase:
        """Baixa os números de doze meses, o pedido por último, como CSV ou XLSX."""
        organization, said = asked_for(request, FindingsRequest)
        return report_file([organization], month_said(said), self.kind)
