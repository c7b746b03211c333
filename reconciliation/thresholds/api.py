"""Thresholds, what they bring, and accepting many suggestions, below /v1."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.roles import Act
from conciliacontag.organizations.views import read
from reconciliation.thresholds.accepting import (
    carry_out_acceptance,
    find_acceptance,
    preview_acceptance,
)
from reconciliation.thresholds.consequences import bands, consequence
from reconciliation.thresholds.figures import Figures
from reconciliation.thresholds.models import LEAST_UNSEEN, MOST_ACCEPT
from reconciliation.thresholds.serializers import (
    AcceptanceRequest,
    AcceptanceSerializer,
    ConsequencesRequest,
    ConsequencesSerializer,
    OrganizationRequest,
    ThresholdsRequest,
    ThresholdsSerializer,
    consequence_body,
    month_of,
    thresholds_body,
)
from reconciliation.thresholds.services import check_points, set_thresholds
from reconciliation.views import person

FRESH = {"Cache-Control": "no-store"}


def asked(serializer: Any, request: Request) -> dict[str, Any]:
    """What the query of an address says."""
    said = serializer(data=request.query_params)
    said.is_valid(raise_exception=True)
    return dict(said.validated_data)


class ThresholdsView(APIView):
    """The points that an organization's runs book and propose from."""

    acts: ClassVar[dict[str, Act]] = {"GET": Act.READ, "PUT": Act.CONFIGURE}

    @extend_schema(parameters=[OrganizationRequest], responses=ThresholdsSerializer)
    def get(self, request: Request) -> Response:
        """Mostra os limites da empresa; sem outros, os do motor."""
        said = asked(OrganizationRequest, request)
        organization = choose_organization(person(request), said.get("organization_id"), Act.READ)
        return Response(thresholds_body(organization), headers=FRESH)

    @extend_schema(request=ThresholdsRequest, responses=ThresholdsSerializer)
    @idempotent()
    def put(self, request: Request) -> Response:
        """Define os limites; valem a partir da próxima conciliação."""
        said, user = read(ThresholdsRequest, request), person(request)
        organization = choose_organization(user, said.get("organization_id"), Act.CONFIGURE)
        set_thresholds(
            organization, accept_at=said["accept_at"], propose_at=said["propose_at"], user=user
        )
        return Response(thresholds_body(organization), headers=FRESH)


class ConsequencesView(APIView):
    """What a threshold would accept today, and the measured error of suggestions like these."""

    @extend_schema(parameters=[ConsequencesRequest], responses=ConsequencesSerializer)
    def get(self, request: Request) -> Response:
        """Diz o que um limite aceitaria hoje e o erro medido, no todo e por faixa de pontos."""
        said = asked(ConsequencesRequest, request)
        organization = choose_organization(person(request), said.get("organization_id"), Act.READ)
        check_points("points", said["points"], LEAST_UNSEEN, MOST_ACCEPT)
        figures = Figures(organization, month_of(said))
        offers, judged = figures.offers, figures.judged
        shown = consequence_body(consequence(offers, judged, said["points"]))
        shown["bands"] = [consequence_body(one) for one in bands(offers, judged)]
        return Response(ConsequencesSerializer(shown).data, headers=FRESH)


class AcceptancesView(APIView):
    """Looking at what accepting many suggestions would book."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}

    @extend_schema(request=AcceptanceRequest, responses={201: AcceptanceSerializer})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Mostra o que seria aceito, sem gravar nada; o aceite se confirma com o `id`."""
        said, user = read(AcceptanceRequest, request), person(request)
        organization = choose_organization(user, said.get("organization_id"), Act.DECIDE)
        row = preview_acceptance(
            organization, points=said["points"], user=user, month=month_of(said)
        )
        return Response(AcceptanceSerializer(row).data, status=201, headers=FRESH)


class AcceptanceView(APIView):
    """What was seen, and what became of it."""

    @extend_schema(responses=AcceptanceSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Mostra o que foi visto e, se já foi aceito, o que foi feito."""
        return Response(AcceptanceSerializer(find_acceptance(pk)).data, headers=FRESH)


class ConfirmAcceptanceView(APIView):
    """Carry out what was seen; said again, it changes nothing."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}

    @extend_schema(request=None, responses=AcceptanceSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        """Concilia o que ainda está como foi visto; o que mudou é contado e fica."""
        done = carry_out_acceptance(pk, user=person(request))
        return Response(AcceptanceSerializer(done).data, headers=FRESH)
