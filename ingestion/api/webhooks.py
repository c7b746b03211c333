"""`POST /v1/webhooks/uploaded`: a bucket tells that an object arrived.

Whoever calls holds the token of one source, and the source says which organization, bucket and
prefix are meant. The message only rings a bell: what is lost is found by the next round.
"""

from hmac import compare_digest
from typing import Any

from django.db.transaction import on_commit
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conciliacontag.api.parsers import StrictJSONParser
from conciliacontag.api.throttling import TenantThrottle
from conciliacontag.celery import ring
from conciliacontag.database import EVERY, session, show
from conciliacontag.errors import NotFound
from ingestion.models import Source
from ingestion.services.sources import hash_token
from ingestion.sources.notifications import Named, read_notification

NOTED = "Aviso recebido. A leitura começa em instantes."
NOTHING = "Aviso recebido. Não há objeto novo a ler nele."


class PlainTextParser(StrictJSONParser):
    """JSON that says it is text, as Amazon SNS sends it."""

    media_type = "text/plain"


class SourceAuthentication(BaseAuthentication):
    """The token of a source, in the header and nowhere else."""

    def authenticate(self, request: Request) -> tuple[None, Source] | None:
        words = get_authorization_header(request).split()
        if len(words) != 2 or words[0].lower() != b"bearer":
            return None
        hashed = hash_token(words[1].decode("latin-1"))
        with session(EVERY):
            source = Source.objects.filter(token_hash=hashed).first()
        if source is None or not compare_digest(source.token_hash, hashed):
            raise AuthenticationFailed
        show([source.organization_id])
        return None, source

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="webhooks"'


class SourceScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SourceAuthentication
    name = "source"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "O token de uma entrada automática do tipo bucket.",
        }


class HasSource(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Source)


class SourceThrottle(TenantThrottle):
    """Counts with the other calls of the source's organization."""

    def name(self, request: Request) -> str | None:
        source = request.auth
        return f"organization {source.organization_id}" if isinstance(source, Source) else None


NOTIFICATION = inline_serializer(
    "UploadedNotification",
    {
        "bucket": serializers.CharField(required=False),
        "key": serializers.CharField(required=False),
        "Records": serializers.ListField(child=serializers.DictField(), required=False),
    },
)
QUEUED = inline_serializer(
    "UploadedQueued",
    {
        "queued": serializers.ListField(child=serializers.CharField()),
        "message": serializers.CharField(),
    },
)


class UploadedView(APIView):
    """A bucket tells that an object arrived."""

    authentication_classes = (SourceAuthentication,)
    permission_classes = (HasSource,)
    throttle_classes = (SourceThrottle,)
    parser_classes = (StrictJSONParser, PlainTextParser)

    @extend_schema(request=NOTIFICATION, responses={202: QUEUED}, tags=["webhooks"])
    def post(self, request: Request) -> Response:
        """Recebe o aviso de um bucket (S3, MinIO, SNS) ou `{"bucket", "key"}`."""
        source = request.auth
        if not isinstance(source, Source):
            raise TypeError(source)
        named = read_notification(request.data)
        keys = [one.key for one in named if belongs(one, source)]
        if named and not keys:
            raise NotFound(
                "Nenhuma entrada ligada lê este bucket e prefixo com este token. Confira o token, "
                "o bucket e a chave."
            )
        for key in dict.fromkeys(keys):
            queue(source, key)
        answer = {"queued": list(dict.fromkeys(keys)), "message": NOTED if keys else NOTHING}
        return Response(answer, status=202, headers={"Cache-Control": "no-store"})


def belongs(named: Named, source: Source) -> bool:
    said = source.settings
    is_here = named.bucket == said["bucket"] and named.key.startswith(said["key_prefix"])
    return source.enabled and is_here


def queue(source: Source, key: str) -> None:
    ids = str(source.organization_id), str(source.pk), key
    on_commit(lambda: ring("ingestion.fetch_object", *ids))
