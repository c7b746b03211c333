"""Layouts over HTTP: what there is, a new version, a trial on a file before it is saved."""

import json
import re
from typing import Any, ClassVar

from django.db.transaction import atomic, non_atomic_requests
from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from msgspec import to_builtins
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.layout_preview import MOST_ROWS
from audits.layout_trials import try_layout
from audits.layout_words import differences
from audits.own_layouts import (
    KnownLayout,
    Version,
    batches_by_version,
    find_layout,
    find_version,
    layouts_of,
    save_layout,
)
from conciliacontag.api.idempotency import idempotent
from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.organizations.views import read
from ingestion.api.multipart import UploadParser
from reconciliation.views import person

REPLAYED = {"Idempotent-Replayed": "true"}
ORGANIZATION = OpenApiParameter("organization_id", str, description="Quando há mais de uma.")
VERSION = OpenApiParameter("version", int, description="Sem ela, a que vale agora.")
VERSION_NUMBER = re.compile(r"[0-9]{1,9}")


class VersionSerializer(serializers.Serializer[Any]):
    """One version; the shipped one was saved by nobody."""

    version = serializers.IntegerField(source="number")
    name = serializers.CharField(source="definition.name")
    note = serializers.CharField(source="row.note", default="")
    created_by = serializers.EmailField(source="row.created_by.email", default=None)
    created_at = serializers.DateTimeField(source="row.created_at", default=None)
    is_shipped = serializers.SerializerMethodField()

    def get_is_shipped(self, version: Version) -> bool:
        return version.row is None


class KnownLayoutSerializer(serializers.Serializer[Any]):
    """A layout as lists show it."""

    key = serializers.CharField()
    name = serializers.CharField(source="newest.definition.name")
    version = serializers.IntegerField(source="newest.number")
    is_shipped = serializers.BooleanField(help_text="Vem com o produto.")
    is_own = serializers.BooleanField(help_text="A empresa tem versão própria.")


class KnownLayoutsSerializer(serializers.Serializer[Any]):
    layouts = KnownLayoutSerializer(many=True)


class KnownLayoutDetailSerializer(KnownLayoutSerializer):
    """One version of a layout whole, and the list of all its versions."""

    definition = serializers.DictField()
    changes = serializers.ListField(
        child=serializers.CharField(), help_text="O que mudou desde a versão anterior."
    )
    versions = VersionSerializer(many=True)
    batches = serializers.DictField(
        child=serializers.IntegerField(), help_text="Lotes abertos com cada versão."
    )


class VersionRequest(serializers.Serializer[Any]):
    """What `POST /v1/layouts/{key}/versions` takes."""

    definition = serializers.DictField(help_text="Como em GET /v1/layouts/{key}.")
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=512)
    organization_id = serializers.UUIDField(required=False)


class TrialRequest(serializers.Serializer[Any]):
    """What `POST /v1/layouts/{key}/preview` takes, as multipart/form-data."""

    file = serializers.FileField(required=False, allow_empty_file=True, help_text="Não é guardado.")
    batch_id = serializers.UUIDField(required=False, help_text="Em vez de file: o original dele.")
    definition = serializers.CharField(
        required=False, help_text="A definição em JSON; sem ela, a que vale agora."
    )
    organization_id = serializers.UUIDField(required=False)


class ColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    becomes = serializers.CharField(help_text="O campo que a coluna passa a ser; vazio: nenhum.")
    was = serializers.CharField()


class KindSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField(source="label")
    count = serializers.IntegerField()
    was = serializers.IntegerField()


class DoubtfulRowSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    name = serializers.CharField()
    issues = serializers.ListField(child=serializers.CharField())


class TrialSerializer(serializers.Serializer[Any]):
    """What a definition makes of a file, beside what the present one makes of it."""

    faults = serializers.ListField(child=serializers.CharField(), source="trial.faults")
    rows = serializers.IntegerField(
        source="trial.rows", help_text=f"As que foram lidas: no máximo {MOST_ROWS}."
    )
    cards = serializers.IntegerField(source="trial.cards")
    cards_now = serializers.IntegerField(source="present.cards", default=None, allow_null=True)
    new_cards = serializers.IntegerField(help_text="Linhas que passam a ser cartões.")
    lost_cards = serializers.IntegerField(help_text="Linhas que deixam de ser cartões.")
    columns = ColumnSerializer(many=True)
    issues = KindSerializer(many=True, source="kinds")
    first = DoubtfulRowSerializer(
        many=True, source="trial.first", help_text="Os primeiros 20 cartões."
    )


def told(organization: Organization, layout: KnownLayout, version: Version) -> dict[str, Any]:
    place = layout.versions.index(version)
    before = layout.versions[place + 1 :]
    changes = differences(before[0].definition, version.definition) if before else []
    body = {
        "key": layout.key,
        "newest": version,
        "is_shipped": layout.is_shipped,
        "is_own": layout.is_own,
        "definition": to_builtins(version.definition),
        "changes": changes,
        "versions": layout.versions,
        "batches": {
            str(number): count
            for number, count in batches_by_version(organization, layout.key).items()
        },
    }
    return dict(KnownLayoutDetailSerializer(body).data)


def version_in(request: Request, layout: KnownLayout) -> Version:
    asked = request.query_params.get("version", "")
    if not asked:
        return layout.newest
    if not VERSION_NUMBER.fullmatch(asked):
        raise InvalidInput("A versão do leiaute é um número inteiro, como 2.")
    return find_version(layout, int(asked))


class LayoutsView(APIView):
    """The layouts of an organization."""

    @extend_schema(
        operation_id="layouts_list", parameters=[ORGANIZATION], responses=KnownLayoutsSerializer
    )
    def get(self, request: Request) -> Response:
        """Lista os leiautes da empresa: os que vêm com o produto e os próprios."""
        named = request.query_params.get("organization_id")
        organization = choose_organization(person(request), named, Act.READ)
        return Response(KnownLayoutsSerializer({"layouts": layouts_of(organization)}).data)


class LayoutView(APIView):
    """One layout."""

    @extend_schema(parameters=[ORGANIZATION, VERSION], responses=KnownLayoutDetailSerializer)
    def get(self, request: Request, key: str) -> Response:
        """Mostra uma versão do leiaute e a lista de todas."""
        named = request.query_params.get("organization_id")
        organization = choose_organization(person(request), named, Act.READ)
        layout = find_layout(organization, key)
        return Response(told(organization, layout, version_in(request, layout)))


class VersionsView(APIView):
    """Versions of one layout, written once each."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CONFIGURE}

    @extend_schema(
        request=VersionRequest,
        responses={200: KnownLayoutDetailSerializer, 201: KnownLayoutDetailSerializer},
    )
    @idempotent()
    def post(self, request: Request, key: str) -> Response:
        """Grava a próxima versão; a mesma definição de novo não grava nada."""
        asked, user = read(VersionRequest, request), person(request)
        organization = choose_organization(user, asked.get("organization_id"), Act.CONFIGURE)
        _, created = save_layout(
            organization,
            key=key,
            definition=asked["definition"],
            name=asked["name"],
            note=asked["note"],
            user=user,
        )
        layout = find_layout(organization, key)
        headers = {} if created else REPLAYED
        body = told(organization, layout, layout.newest)
        return Response(body, status=201 if created else 200, headers=headers)


# A large file is read while no transaction is held open.
@method_decorator(non_atomic_requests, name="dispatch")
class TrialView(APIView):
    """A layout tried on a file."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.CONFIGURE}
    parser_classes = [UploadParser]

    @extend_schema(request={"multipart/form-data": TrialRequest}, responses=TrialSerializer)
    def post(self, request: Request, key: str) -> Response:
        """Diz o que a definição faria de um arquivo; nada é guardado."""
        asked, user = read(TrialRequest, request), person(request)
        file = asked.get("file")
        with atomic():
            organization = choose_organization(user, asked.get("organization_id"), Act.CONFIGURE)
            definition = definition_in(asked.get("definition", ""), organization, key)
        seen = try_layout(
            organization,
            key=key,
            definition=definition,
            user=user,
            content=file.chunks() if file else None,
            filename=file.name or "" if file else "",
            batch_id=asked.get("batch_id"),
        )
        return Response(TrialSerializer(seen).data, headers={"Cache-Control": "no-store"})


def definition_in(text: str, organization: Organization, key: str) -> Any:
    """The definition that was sent, or the one that counts."""
    if not text:
        return find_layout(organization, key).newest.definition
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        problem = {"code": "invalid", "message": "O texto não é JSON."}
        raise InvalidInput(details={"fields": {"definition": [problem]}}) from fault
