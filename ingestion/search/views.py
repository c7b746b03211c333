"""The search box over the API."""

from typing import Any

from django.core import signing
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.pagination import cursor_refused, read_limit, refused
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.roles import Act
from ingestion.api.views import person
from ingestion.models import Kind
from ingestion.search.cursors import read_place, write_place
from ingestion.services.searching import Found, search

QUERY = "Chave de acesso, CNPJ ou CPF, raiz do CNPJ, número, valor (1.234,56), data ou palavras."


class FoundSerializer(serializers.Serializer[Found]):
    """One thing that was found; `id` is that of the row of its kind."""

    kind = serializers.ChoiceField(choices=Kind.choices, source="hit.kind")
    id = serializers.UUIDField(source="hit.id")
    organization_id = serializers.UUIDField(source="hit.organization_id")
    file_id = serializers.UUIDField(allow_null=True, help_text="Só de páginas: o arquivo delas.")
    title = serializers.CharField(source="hit.title")
    day = serializers.DateField(source="hit.day")
    amount = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    status = serializers.SerializerMethodField()

    def get_status(self, found: Found) -> str | None:
        """A situação de agora: conciliação de notas e lançamentos, leitura de arquivos."""
        return getattr(found.row, "status", None)


class AnswerSerializer(serializers.Serializer[Any]):
    """A page of what was found, newest first."""

    data = FoundSerializer(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True)


class SearchView(APIView):
    """Find documents, bank lines, files and pages of PDF by whatever is known of them."""

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, required=True, description=QUERY),
            OpenApiParameter("organization_id", str, description="Só desta empresa."),
            OpenApiParameter("limit", int, description="Linhas por página, de 1 a 200."),
            OpenApiParameter("cursor", str, description="O next_cursor da página anterior."),
        ],
        responses=AnswerSerializer,
    )
    def get(self, request: Request) -> Response:
        typed = request.query_params.get("q", "").strip()
        if not typed:
            raise refused("q", QUERY)
        user = person(request)
        named = request.query_params.get("organization_id")
        wanted = [choose_organization(user, named, Act.READ).pk] if named else list(user.roles)
        cursor = request.query_params.get("cursor", "")
        try:
            after = read_place(cursor, typed) if cursor else None
        except (signing.BadSignature, ValueError) as fault:
            raise cursor_refused() from fault
        limit = read_limit(request.query_params.get("limit", ""))
        page = search(wanted, typed, limit=limit, after=after)
        following = write_place(page.following, typed) if page.following else None
        body = {"data": page.found, "has_more": bool(following), "next_cursor": following}
        return Response(AnswerSerializer(body).data)
