"""Deciding cards, taking decisions back, leaving cards for later, remarking on them."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db.transaction import non_atomic_requests
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from audits.api.behalf import AUDIT_USER, audit_user
from audits.api.requests import (
    AlikeRequest,
    DecisionRequest,
    NoteRequest,
    NotesRequest,
    UndoTogetherRequest,
    VersionedRequest,
)
from audits.models import Card
from audits.serializers import CardDetailSerializer
from audits.services import (
    decide_alike,
    decide_card,
    note_card,
    reopen_card,
    skip_card,
    undo_decision,
    undo_together,
)
from conciliacontag.api.idempotency import idempotent, replayed
from conciliacontag.organizations.roles import Act
from reconciliation.views import person


class CardAct(GenericAPIView[Card]):
    """One act on one card: what was asked is checked, the card is answered as it now stands."""

    serializer_class: type[serializers.Serializer[Any]] = VersionedRequest

    def carry_out(self, request: Request, pk: UUID, act: Callable[..., Card]) -> Response:
        card = act(pk, **self.asked(request))
        return Response(CardDetailSerializer(card, context=self.get_serializer_context()).data)

    def asked(self, request: Request) -> dict[str, Any]:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        named = {"author": person(request), "on_behalf_of": audit_user(request)}
        return {**asked.validated_data, **named}


class DecisionView(CardAct):
    """Decide one card; the version that was seen goes with it."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}
    serializer_class = DecisionRequest

    @extend_schema(parameters=[AUDIT_USER], responses=CardDetailSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        return self.carry_out(request, pk, decide_card)


class ReopenView(CardAct):
    """Take a decision back: the card waits again."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.REOPEN_OWN}

    @extend_schema(parameters=[AUDIT_USER], responses=CardDetailSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        return self.carry_out(request, pk, reopen_card)


class UndoView(CardAct):
    """Take the newest decision back and restore what stood before it; again, the one before."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.REOPEN_OWN}

    @extend_schema(parameters=[AUDIT_USER], responses=CardDetailSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        return self.carry_out(request, pk, undo_decision)


class SkipView(CardAct):
    """Leave a card for later; its version stays."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}
    serializer_class = NotesRequest

    @extend_schema(parameters=[AUDIT_USER], responses=CardDetailSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        return self.carry_out(request, pk, skip_card)


class NoteView(CardAct):
    """Write a note on a card and change nothing else."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}
    serializer_class = NoteRequest

    @extend_schema(parameters=[AUDIT_USER], responses=CardDetailSerializer)
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        return self.carry_out(request, pk, note_card)


class ReachedCard(serializers.Serializer[Any]):
    """A card that one answer for many reached."""

    id = serializers.UUIDField()
    line = serializers.IntegerField()
    file_id = serializers.CharField()
    status = serializers.CharField()
    version = serializers.IntegerField()


class RefusedCard(serializers.Serializer[Any]):
    """A card that was left as it is, and why."""

    id = serializers.UUIDField(source="card.pk")
    line = serializers.IntegerField(source="card.line")
    code = serializers.CharField()
    message = serializers.CharField()


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of each card; a dry run says what would become of it."""

    decided = ReachedCard(many=True)
    refused = RefusedCard(many=True)
    left = serializers.IntegerField(help_text="Quantos cartões iguais ficam para outra chamada.")
    together = serializers.UUIDField(
        allow_null=True, help_text="Com ele, POST /v1/audits/together/{together}/undo desfaz tudo."
    )


# Cards are decided in portions, each in a transaction of its own: what is decided stays.
@method_decorator(non_atomic_requests, name="dispatch")
class AlikeView(CardAct):
    """Decide a card and all that raise the same doubts; `dry_run` only names them."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}
    serializer_class = AlikeRequest

    @extend_schema(parameters=[AUDIT_USER], responses=OutcomeSerializer)
    @replayed
    def post(self, request: Request, pk: UUID) -> Response:
        outcome = decide_alike(pk, **self.asked(request))
        return Response(OutcomeSerializer(outcome).data)


# As above: cards are taken back in portions, each in a transaction of its own.
@method_decorator(non_atomic_requests, name="dispatch")
class UndoTogetherView(CardAct):
    """Take back what one answer said about many cards; `dry_run` only names them."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.REOPEN_OWN}
    serializer_class = UndoTogetherRequest

    @extend_schema(parameters=[AUDIT_USER], responses=OutcomeSerializer)
    @replayed
    def post(self, request: Request, together: UUID) -> Response:
        outcome = undo_together(together, **self.asked(request))
        return Response(OutcomeSerializer(outcome).data)
