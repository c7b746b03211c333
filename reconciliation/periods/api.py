"""Closing a month over HTTP: its state, the checklist, closing, opening again, what changed."""

from datetime import date
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.organizations.views import read
from reconciliation.periods.changes import changes_after
from reconciliation.periods.checklist import checklist
from reconciliation.periods.links import item_link
from reconciliation.periods.models import Closing
from reconciliation.periods.services import close_period, read_month, reopen_period
from reconciliation.views import person

FRESH = {"Cache-Control": "no-store"}
REPLAYED = {"Idempotent-Replayed": "true"}
ORGANIZATION = OpenApiParameter("organization_id", str, description="Quando há mais de uma.")


class LeftOpenSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField()


class ChecklistItemSerializer(LeftOpenSerializer):
    """One line of the checklist."""

    severity = serializers.ChoiceField(["blocking", "open", "info"])
    page = serializers.CharField(help_text="Onde se resolve, na tela.")


class PeriodClosingSerializer(serializers.ModelSerializer[Closing]):
    """One closing of a month."""

    period = serializers.CharField()
    closed_by = serializers.EmailField(source="closed_by.email")
    reopened_by = serializers.EmailField(source="reopened_by.email", allow_null=True, default=None)
    left_open = LeftOpenSerializer(many=True)
    figures = serializers.DictField()

    class Meta:
        model = Closing
        fields = [
            "id",
            "organization_id",
            "period",
            "is_in_force",
            "closed_at",
            "closed_by",
            "reason",
            "left_open",
            "figures",
            "reopened_at",
            "reopened_by",
            "reopening_reason",
        ]


class PeriodChangeSerializer(serializers.Serializer[Any]):
    """What is not as it was when the month was closed."""

    code = serializers.CharField()
    at = serializers.DateTimeField()
    message = serializers.CharField()
    document_id = serializers.UUIDField(allow_null=True)
    transaction_id = serializers.UUIDField(allow_null=True)


class PeriodSerializer(serializers.Serializer[Any]):
    """A month: closed or open, what it waits for, and what changed after its last closing."""

    organization_id = serializers.UUIDField()
    period = serializers.CharField()
    status = serializers.ChoiceField(["open", "closed"])
    checklist = ChecklistItemSerializer(many=True)
    closings = PeriodClosingSerializer(many=True)
    changes = PeriodChangeSerializer(many=True)


class ReopenRequest(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField(required=False)
    reason = serializers.CharField(allow_blank=True, default="")


class CloseRequest(ReopenRequest):
    """Why the month is closed, and whether although something is open."""

    accept_open = serializers.BooleanField(default=False)


class PeriodView(APIView):
    """A month of an organization."""

    @extend_schema(parameters=[ORGANIZATION], responses=PeriodSerializer)
    def get(self, request: Request, period: str) -> Response:
        """Mostra se o mês está fechado, o que falta para fechar e o que mudou depois."""
        named = request.query_params.get("organization_id")
        organization = choose_organization(person(request), named, Act.READ)
        return Response(told_period(organization, read_month(period)), headers=FRESH)


def told_period(organization: Organization, month: date) -> dict[str, Any]:
    closings = list(closings_of(organization, month))
    is_closed = any(one.is_in_force for one in closings)
    items = [] if is_closed else checklist(organization, month)
    shown = {
        "organization_id": organization.pk,
        "period": f"{month:%Y-%m}",
        "status": "closed" if is_closed else "open",
        "checklist": [
            {
                "code": item.code,
                "title": item.title,
                "count": item.count,
                "severity": item.severity,
                "page": item_link(organization, month, item),
            }
            for item in items
        ],
        "closings": closings,
        "changes": changes_after(closings[0]) if closings else [],
    }
    return dict(PeriodSerializer(shown).data)


def closings_of(organization: Organization, month: date) -> Any:
    """All closings of a month, the newest first."""
    rows = Closing.objects.of(organization, month).order_by("-closed_at")
    return rows.select_related("closed_by", "reopened_by")


class ClosePeriodView(APIView):
    """Close a month; a closed one is answered as it is."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CLEAN}

    @extend_schema(
        request=CloseRequest, responses={200: PeriodClosingSerializer, 201: PeriodClosingSerializer}
    )
    @idempotent()
    def post(self, request: Request, period: str) -> Response:
        """Fecha o mês, com o motivo; daí em diante o banco de dados recusa mudanças nele."""
        asked, user = read(CloseRequest, request), person(request)
        organization = choose_organization(user, asked.get("organization_id"), Act.CLEAN)
        closing, created = close_period(
            organization,
            read_month(period),
            user=user,
            reason=asked["reason"],
            accept_open=asked["accept_open"],
        )
        headers = FRESH if created else FRESH | REPLAYED
        data = PeriodClosingSerializer(closing).data
        return Response(data, status=201 if created else 200, headers=headers)


class ReopenPeriodView(APIView):
    """Open a closed month again; one that was opened is answered as it is."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CLEAN}

    @extend_schema(request=ReopenRequest, responses=PeriodClosingSerializer)
    @idempotent()
    def post(self, request: Request, period: str) -> Response:
        """Reabre o mês, com o motivo; o fechamento fica na história."""
        asked, user = read(ReopenRequest, request), person(request)
        organization = choose_organization(user, asked.get("organization_id"), Act.CLEAN)
        closing, changed = reopen_period(
            organization, read_month(period), user=user, reason=asked["reason"]
        )
        headers = FRESH if changed else FRESH | REPLAYED
        return Response(PeriodClosingSerializer(closing).data, headers=headers)
