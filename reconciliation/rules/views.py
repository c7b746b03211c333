"""Rules over HTTP: listing, writing, trying, enabling, disabling, forgetting."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import RetrieveAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from ingestion.originals import as_csv
from reconciliation.rules.classifying import HEADER, classified_lines
from reconciliation.rules.figures import figures_of, suggestions_for
from reconciliation.rules.following import follows_rules
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.ordering import move_rule, order_of
from reconciliation.rules.serializers import (
    RuleMoveRequest,
    RuleRequest,
    RuleSerializer,
    RulesRequest,
    SimulationRequest,
    SimulationSerializer,
    SuggestionSerializer,
)
from reconciliation.rules.services import (
    disable_rule,
    enable_rule,
    find_rule,
    forget_rule,
    newest_versions,
    save_rules,
)
from reconciliation.rules.simulation import start_simulation, stop_simulation
from reconciliation.serializers import FindingsRequest, RunSerializer
from reconciliation.views import SECONDS_TO_WAIT, person


def drawn(*rules: Rule) -> list[dict[str, object]]:
    known = {"figures": figures_of(rules), "versions": newest_versions(rules)}
    return [dict(row) for row in RuleSerializer(rules, many=True, context=known).data]


def listed(organization: Organization, rules: list[Rule]) -> dict[str, object]:
    """Rules in their order, the name of that order, and whether the books follow them."""
    return {
        "data": drawn(*rules),
        "order": order_of(rules),
        "applied": follows_rules(organization),
    }


class RulesView(APIView):
    """The rules of an organization in their order; writing new ones."""

    acts: ClassVar[dict[str, Act]] = {"GET": Act.READ, "POST": Act.CONFIGURE}

    @extend_schema(parameters=[RulesRequest], responses=RuleSerializer(many=True))
    def get(self, request: Request) -> Response:
        asked = RulesRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        named = asked.validated_data.get("organization_id")
        organization = choose_organization(person(request), named, Act.READ)
        kept = Rule.objects.filter(organization=organization).kept()
        rules = list(kept.select_related("enabled"))
        return Response(listed(organization, rules))

    @extend_schema(request=RuleRequest, responses={200: RuleSerializer, 201: RuleSerializer})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Write a version of each rule of the text; what is there already is not written again."""
        asked = RuleRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said, user = asked.validated_data, person(request)
        organization = choose_organization(user, said.get("organization_id"), Act.CONFIGURE)
        saved = save_rules(
            organization, said["text"], user=user, note=said["note"], seen=said.get("version")
        )
        status = 201 if any(is_new for _, is_new in saved) else 200
        return Response({"data": drawn(*(rule for rule, _ in saved))}, status=status)


class RuleView(APIView):
    """One rule: reading it, and forgetting it."""

    acts: ClassVar[dict[str, Act]] = {"GET": Act.READ, "DELETE": Act.CONFIGURE}

    @extend_schema(responses=RuleSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(drawn(find_rule(pk))[0])

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        forget_rule(find_rule(pk), user=person(request))
        return Response(status=204)


class MoveView(APIView):
    """Put a rule at another place in the order."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CONFIGURE}

    @extend_schema(request=RuleMoveRequest, responses=RuleSerializer(many=True))
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        rule = find_rule(pk)
        asked = RuleMoveRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        moved = move_rule(rule, user=person(request), **asked.validated_data)
        return Response(listed(rule.organization, moved))


class SimulateView(APIView):
    """Try the newest version of a rule, or point at the simulation already under way."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CONFIGURE}

    @extend_schema(
        request=SimulationRequest,
        responses={200: SimulationSerializer, 202: SimulationSerializer},
    )
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        rule = find_rule(pk)
        asked = SimulationRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        row, created = start_simulation(
            rule, user=person(request), first=said.get("first"), last=said.get("last")
        )
        headers = {
            "Location": reverse("rule-simulation", args=[row.pk]),
            "Retry-After": SECONDS_TO_WAIT,
        }
        status = 202 if created else 200
        return Response(SimulationSerializer(row).data, status=status, headers=headers)


class SimulationView(RetrieveAPIView[RuleSimulation]):
    """One simulation; ask again while it is active."""

    queryset = RuleSimulation.objects.select_related("version")
    serializer_class = SimulationSerializer


class StopView(APIView):
    """Give up a simulation that waits or works."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CONFIGURE}

    @extend_schema(request=None, responses=SimulationSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        rows = RuleSimulation.objects.select_related("organization")
        row = stop_simulation(get_object_or_404(rows, pk=pk), user=person(request))
        return Response(SimulationSerializer(row).data)


class EnableView(APIView):
    """Put the simulated version to work; the run that applies it is started."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CONFIGURE}

    @extend_schema(request=None, responses=RuleSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        rule, run = enable_rule(find_rule(pk), user=person(request))
        return Response({**drawn(rule)[0], "run": RunSerializer(run).data if run else None})


class DisableView(APIView):
    """Put a rule to rest."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CONFIGURE}

    @extend_schema(request=None, responses=RuleSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(drawn(disable_rule(find_rule(pk), user=person(request)))[0])


class ClassifiedView(APIView):
    """The lines of a month in the accounts that rules give them."""

    acts: ClassVar[dict[str, Act]] = {"GET": Act.READ}

    @extend_schema(parameters=[FindingsRequest], responses=OpenApiResponse(bytes))
    def get(self, request: Request) -> HttpResponseBase:
        """Baixa os lançamentos classificados do mês: débito, crédito, histórico, data, valor."""
        asked = FindingsRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        named = said.get("organization_id")
        organization = choose_organization(person(request), named, Act.READ)
        return classified_file(organization, date.fromisoformat(f"{said['period']}-01"))


def classified_file(organization: Organization, month: date) -> HttpResponseBase:
    """The classified lines of a month as accounting systems import them."""
    rows = [HEADER, *(one.row for one in classified_lines(organization, month))]
    return as_csv(rows, f"classificados_{organization.tenant_key}_{month:%Y-%m}.csv")


class SuggestionsView(APIView):
    """Rules that people's decisions suggest, with their proof."""

    acts: ClassVar[dict[str, Act]] = {"GET": Act.READ}

    @extend_schema(parameters=[RulesRequest], responses=SuggestionSerializer(many=True))
    def get(self, request: Request) -> Response:
        asked = RulesRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        named = asked.validated_data.get("organization_id")
        organization = choose_organization(person(request), named, Act.READ)
        found = suggestions_for(organization)
        return Response({"data": SuggestionSerializer(found, many=True).data})
