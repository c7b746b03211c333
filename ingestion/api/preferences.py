"""Suppliers' preferences over the API: how the notes of each are booked."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.errors import NotFound
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.roles import Act
from conciliacontag.organizations.views import read
from ingestion.api.filters import SupplierPreferenceFilter
from ingestion.api.views import person
from ingestion.models import Operation, SupplierPreference
from ingestion.services.preferences import FIELDS, remove_preference, save_preference


class PreferenceSerializer(serializers.ModelSerializer[SupplierPreference]):
    """How the notes of one supplier are booked."""

    class Meta:
        model = SupplierPreference
        fields = ["id", "organization_id", "supplier", *FIELDS, "created_at", "updated_at"]


class ChangeSerializer(serializers.Serializer[Any]):
    """What may be said of a supplier's notes; the service checks the values together."""

    operation = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=100,
        help_text=", ".join(f"{value}: {name.lower()}" for value, name in Operation.choices),
    )
    cfop = serializers.CharField(required=False, allow_blank=True, max_length=100)
    debit = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="Até 13 algarismos."
    )
    credit = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="Até 13 algarismos."
    )
    history_code = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="Até 9 algarismos."
    )


class NewPreferenceSerializer(ChangeSerializer):
    """The same, with the supplier and the organization it is about."""

    supplier = serializers.CharField(max_length=100, help_text="CNPJ ou CPF, com ou sem máscara.")
    organization_id = serializers.UUIDField(required=False)


class PreferencesView(ListAPIView[SupplierPreference]):
    """Suppliers' preferences, by supplier; saving one."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CONFIGURE}
    serializer_class = PreferenceSerializer
    filterset_class = SupplierPreferenceFilter
    ordering = ("supplier", "id")

    def get_queryset(self) -> QuerySet[SupplierPreference]:
        return SupplierPreference.objects.all()

    @extend_schema(
        request=NewPreferenceSerializer,
        responses={200: PreferenceSerializer, 201: PreferenceSerializer},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Guarda a preferência de um fornecedor; se já há uma, os campos enviados a alteram."""
        given = read(NewPreferenceSerializer, request)
        user, named = person(request), given.pop("organization_id", None)
        organization = choose_organization(user, named, Act.CONFIGURE)
        saved, created = save_preference(
            organization, user=user, supplier=given.pop("supplier"), values=given
        )
        return Response(PreferenceSerializer(saved).data, status=201 if created else 200)


class PreferenceView(APIView):
    """One supplier's preference."""

    acts: ClassVar[dict[str, Act]] = {"PATCH": Act.CONFIGURE, "DELETE": Act.CONFIGURE}

    @extend_schema(responses=PreferenceSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Mostra a preferência de um fornecedor."""
        return Response(PreferenceSerializer(find(pk)).data)

    @extend_schema(request=ChangeSerializer, responses=PreferenceSerializer)
    @idempotent()
    def patch(self, request: Request, pk: UUID) -> Response:
        """Altera só os campos enviados."""
        row = find(pk)
        saved, _ = save_preference(
            row.organization,
            user=person(request),
            supplier=row.supplier,
            values=read(ChangeSerializer, request),
        )
        return Response(PreferenceSerializer(saved).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove a preferência; o que já foi contabilizado por ela permanece."""
        remove_preference(find(pk), user=person(request))
        return Response(status=204)


def find(pk: UUID) -> SupplierPreference:
    row = SupplierPreference.objects.select_related("organization").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row
