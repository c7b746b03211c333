"""The desk's queue, lines and acts below /v1."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.api.pagination import read_limit
from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.access import as_uuids, choose_organization
from conciliacontag.organizations.roles import Act
from conciliacontag.scope import as_month
from ingestion.models import Transaction
from reconciliation.api.answers import (
    CandidateSerializer,
    CountSerializer,
    DeskLineSerializer,
    ProposedEntrySerializer,
    ReachedSerializer,
    RowSerializer,
    found_body,
    line_body,
    reached_body,
)
from reconciliation.api.requests import (
    AlikeLinesRequest,
    DeskRequest,
    DeskSearchRequest,
    LineDecisionRequest,
    LineUndoRequest,
)
from reconciliation.desk.deciding import decide_line, undo_line
from reconciliation.desk.entering import suggest
from reconciliation.desk.queue import Queue, tally
from reconciliation.desk.search import documents_for
from reconciliation.desk.standing import find_line, standing_of
from reconciliation.desk.together import (
    Reached,
    decide_alike,
    preview_alike,
    undo_together,
)
from reconciliation.views import person


def queue_of(request: Request) -> Queue:
    """The queue that the query names."""
    asked = DeskRequest(data=request.query_params)
    asked.is_valid(raise_exception=True)
    said = asked.validated_data
    organization = choose_organization(person(request), said.get("organization_id"), Act.READ)
    month = as_month(said["period"]) or date.min
    return Queue(organization, month, said["state"], said["order"])


class DeskView(APIView):
    """The lines of a month that are left to people, in the order of the desk."""

    @extend_schema(
        parameters=[
            DeskRequest,
            OpenApiParameter("limit", int, description="Linhas por página, de 1 a 200."),
            OpenApiParameter("cursor", str, description="O next_cursor da página anterior."),
        ],
        responses=RowSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        queue = queue_of(request)
        limit = read_limit(request.query_params.get("limit", ""))
        rows = queue.rows()
        if cursor := request.query_params.get("cursor", ""):
            rows = queue.after(self.last(queue, cursor))
        found = list(rows[: limit + 1])
        more = len(found) > limit
        shown = RowSerializer(found[:limit], many=True).data
        following = str(found[limit - 1].pk) if more else None
        return Response({"data": shown, "has_more": more, "next_cursor": following})

    def last(self, queue: Queue, cursor: str) -> Transaction:
        mine = Transaction.objects.money().filter(organization=queue.organization)
        line = mine.filter(pk__in=as_uuids(cursor)).first()
        if line is None:
            raise InvalidInput("Use o next_cursor da página anterior desta mesma lista.")
        return line


class DeskCountsView(APIView):
    """How many lines, and how much money, each state of the month holds."""

    @extend_schema(parameters=[DeskRequest], responses=CountSerializer(many=True))
    def get(self, request: Request) -> Response:
        told = tally(queue_of(request))
        rows = [{"state": state, **told[state]} for state in told]
        return Response({"data": CountSerializer(rows, many=True).data})


class DeskLineView(APIView):
    """One line with its candidates, what each would settle, and its version."""

    @extend_schema(responses=DeskLineSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(DeskLineSerializer(line_body(standing_of(find_line(pk)))).data)


class DeskSearchView(APIView):
    """Open documents for a line, by number, amount, name, CNPJ or key."""

    @extend_schema(parameters=[DeskSearchRequest], responses=CandidateSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        line = find_line(pk)  # first: of another's line nothing is said, not even what lacks
        asked = DeskSearchRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = found_body(standing_of(line), documents_for(line, asked.validated_data["q"]))
        return Response({"data": CandidateSerializer(rows, many=True).data})


class DeskEntryView(APIView):
    """What a ledger entry of the line may begin with; `decision` with `entry` writes one."""

    @extend_schema(responses=ProposedEntrySerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(ProposedEntrySerializer(suggest(find_line(pk))).data)


class DeskDecisionView(APIView):
    """Decide one line; the version that was seen goes with it."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}

    @extend_schema(request=LineDecisionRequest, responses=DeskLineSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        asked = LineDecisionRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        stands = decide_line(
            pk,
            author=person(request),
            version=asked.validated_data["version"],
            decision=asked.as_decision(),
        )
        return Response(DeskLineSerializer(line_body(stands)).data)


class DeskUndoView(APIView):
    """Take back what was last said of a line."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.REOPEN_OWN}

    @extend_schema(request=LineUndoRequest, responses=DeskLineSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        asked = LineUndoRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        version = asked.validated_data["version"]
        stands = undo_line(pk, author=person(request), version=version)
        return Response(DeskLineSerializer(line_body(stands)).data)


class DeskAlikeView(APIView):
    """The same answer for all lines of the month that are like this one."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}

    @extend_schema(request=AlikeLinesRequest, responses=ReachedSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        asked = AlikeLinesRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        line = find_line(pk)
        queue = Queue(line.organization, line.date.replace(day=1))
        named: dict[str, Any] = {"author": person(request), "decision": asked.as_decision()}
        if asked.validated_data["dry_run"]:
            found = preview_alike(queue, pk, **named)
            reached = Reached([one for one, _ in found.answers], left=found.left)
            body = reached_body(reached, found.doubtful)
        else:
            version = asked.validated_data["version"]
            body = reached_body(decide_alike(queue, pk, version=version, **named))
        return Response(ReachedSerializer(body).data)


class DeskUndoTogetherView(APIView):
    """Take one act on many lines back from all that still stand as it left them."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.REOPEN_OWN}

    @extend_schema(request=None, responses=ReachedSerializer)
    @idempotent()
    def post(self, request: Request, together: UUID) -> Response:
        reached = undo_together(together, author=person(request))
        return Response(ReachedSerializer(reached_body(reached)).data)
