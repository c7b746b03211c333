"""Deciding links over HTTP: accepting, taking back, and dividing a payment by hand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.roles import Act
from reconciliation.allocating import Allocation
from reconciliation.decisions import Share
from reconciliation.models import Reconciliation
from reconciliation.serializers import (
    AcceptRequest,
    AllocateRequest,
    BookedLinkSerializer,
    UndoRequest,
)
from reconciliation.services import accept_link, allocate, undo_link
from reconciliation.views import person


def shown(rows: Sequence[Reconciliation]) -> dict[str, Any]:
    link = rows[0].link if rows else None
    return dict(BookedLinkSerializer({"link": link, "reconciliations": rows}).data)


def shares_of(said: Iterable[Mapping[str, Any]]) -> dict[UUID, Share]:
    return {
        one["reconciliation_id"]: Share(one["amount"], one["difference"], one["difference_kind"])
        for one in said
    }


class AcceptView(GenericAPIView[Reconciliation]):
    """Accept a proposal with all of its link, with the amounts shown or with others."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}
    queryset = Reconciliation.objects.select_related("organization")
    serializer_class: type[serializers.Serializer[Any]] = AcceptRequest

    @extend_schema(request=AcceptRequest, responses={200: BookedLinkSerializer})
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        asked = AcceptRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        shares = shares_of(asked.validated_data.get("allocations", ()))
        rows = accept_link(self.get_object(), user=person(request), shares=shares)
        return Response(shown(rows))


class UndoView(GenericAPIView[Reconciliation]):
    """Take a link back, all of it, whatever was decided since."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.REOPEN_OWN}
    queryset = Reconciliation.objects.select_related("organization")
    serializer_class: type[serializers.Serializer[Any]] = UndoRequest

    @extend_schema(request=UndoRequest, responses={200: BookedLinkSerializer})
    @idempotent()
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(shown(undo_link(self.get_object(), user=person(request))))


class AllocateView(APIView):
    """Divide a payment by hand: one line for many notes, many lines for one, or both."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.DECIDE}

    @extend_schema(
        request=AllocateRequest, responses={200: BookedLinkSerializer, 201: BookedLinkSerializer}
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        asked = AllocateRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        user = person(request)
        organization = choose_organization(user, said.get("organization_id"), Act.DECIDE)
        parts = [as_allocation(one) for one in said["allocations"]]
        rows, is_new = allocate(organization, parts, user=user, note=said["note"])
        headers = {"Location": reverse("reconciliation", args=[rows[0].pk])}
        return Response(shown(rows), status=201 if is_new else 200, headers=headers)


def as_allocation(said: Mapping[str, Any]) -> Allocation:
    return Allocation(
        said["transaction_id"],
        said["document_id"],
        said["installment"],
        said.get("amount"),
        said["difference"],
        said["difference_kind"],
    )
