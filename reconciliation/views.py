"""Starting a run, following it, and reading what it decided."""

from datetime import date
from typing import ClassVar

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.scope import as_month
from reconciliation.filters import ReconciliationFilter
from reconciliation.models import Reconciliation, Run
from reconciliation.proofs import month_findings
from reconciliation.reports import reconciliation_report
from reconciliation.serializers import (
    FindingsRequest,
    FindingsSerializer,
    ReconciliationSerializer,
    ReportRequest,
    ReportSerializer,
    RunSerializer,
    TriggerRequest,
)
from reconciliation.services import start_run

SECONDS_TO_WAIT = "2"


def person(request: Request) -> User:
    """The logged-in person; the permission class has let nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError(request.user)
    return request.user


class TriggerView(APIView):
    """Start a run, or point at the one already under way."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.SEND}

    @extend_schema(request=TriggerRequest, responses={200: RunSerializer, 202: RunSerializer})
    @idempotent()
    def post(self, request: Request) -> Response:
        asked = TriggerRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        user = person(request)
        organization = choose_organization(user, said.get("organization_id"), Act.SEND)
        run, created = start_run(
            organization,
            requested_by=user,
            force=said["force"],
            documents=said.get("document_ids", ()),
        )
        headers = {"Location": reverse("run", args=[run.pk]), "Retry-After": SECONDS_TO_WAIT}
        status = 202 if created else 200
        return Response(RunSerializer(run).data, status=status, headers=headers)


class RunView(RetrieveAPIView[Run]):
    """One run; ask again while it is active."""

    queryset = Run.objects.all()
    serializer_class = RunSerializer


class ReconciliationsView(ListAPIView[Reconciliation]):
    """What links documents and bank lines, oldest first."""

    queryset = Reconciliation.objects.all()
    serializer_class = ReconciliationSerializer
    filterset_class = ReconciliationFilter


class ReconciliationView(RetrieveAPIView[Reconciliation]):
    """One reconciliation with its evidence."""

    queryset = Reconciliation.objects.all()
    serializer_class = ReconciliationSerializer


class ReportView(APIView):
    """Counters and amounts of a period."""

    @extend_schema(parameters=[ReportRequest], responses=ReportSerializer)
    def get(self, request: Request) -> Response:
        asked = ReportRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        named = said.get("organization_id") or said.get("org")
        organization = choose_organization(person(request), named, Act.READ)
        first, last = said.get("from"), said.get("to")
        refuse_backwards(first, last)
        return Response(reconciliation_report(organization, first=first, last=last))


def refuse_backwards(first: date | None, last: date | None) -> None:
    if first and last and last < first:
        said = "O período termina antes de começar: troque from e to."
        fields = {"to": [{"code": "period_backwards", "message": said}]}
        raise InvalidInput(said, code="period_backwards", details={"fields": fields})


class FindingsView(APIView):
    """What the proofs of a month say: balances, number gaps, duplicates, cancelled but paid."""

    @extend_schema(parameters=[FindingsRequest], responses=FindingsSerializer)
    def get(self, request: Request) -> Response:
        asked = FindingsRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        organization = choose_organization(person(request), said.get("organization_id"), Act.READ)
        month = as_month(said["period"])
        found = month_findings(organization, month) if month else []
        shown = {"organization_id": organization.pk, "period": said["period"], "findings": found}
        return Response(FindingsSerializer(shown).data)
