"""What an export would change, over HTTP: the changed cells, page by page, with their totals."""

from typing import Any, ClassVar

from django.core import signing
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.batch_ids import read_batch_id
from audits.exports.preview import START, Place, preview
from audits.models import Batch
from audits.rows import NoBatch
from conciliacontag.api.pagination import (
    DEFAULT_LIMIT,
    HIGHEST_LIMIT,
    cursor_refused,
    read_limit,
)
from conciliacontag.organizations.roles import Act
from reconciliation.views import person

SALT = "export preview"
LIMIT = OpenApiParameter("limit", int, description=f"De 1 a {HIGHEST_LIMIT}; {DEFAULT_LIMIT}.")
CURSOR = OpenApiParameter("cursor", str, description="O next_cursor da página anterior.")


class ChangedCellSerializer(serializers.Serializer[Any]):
    """One cell that would leave otherwise than it was read."""

    line = serializers.IntegerField(help_text="Registro do arquivo; 1 é o primeiro.")
    card_id = serializers.UUIDField()
    identifier = serializers.CharField()
    field = serializers.CharField()
    name = serializers.CharField(source="label")
    before = serializers.CharField()
    after = serializers.CharField()
    who = serializers.CharField()
    decided_at = serializers.DateTimeField()


class PreviewSerializer(serializers.Serializer[Any]):
    """A page of changed cells; the totals are of all pages."""

    data = ChangedCellSerializer(many=True, source="cells")  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True)
    cells = serializers.IntegerField(source="total_cells")
    cards = serializers.IntegerField(source="total_cards")
    equal_rows = serializers.IntegerField()
    pending = serializers.IntegerField(help_text="Cartões sem decisão: sairiam como foram lidos.")
    withheld = serializers.IntegerField(
        help_text="Cartões cujas células não aparecem: esperam segunda leitura que pode ser sua."
    )
    text = serializers.CharField(source="__str__")


class PreviewView(APIView):
    """What `POST …/exports` would write over the original now; nothing is changed by asking."""

    acts: ClassVar[dict[str, Act]] = {"GET": Act.READ}

    @extend_schema(parameters=[LIMIT, CURSOR], responses=PreviewSerializer)
    def get(self, request: Request, batch_id: str) -> Response:
        batch = Batch.objects.filter(pk=read_batch_id(batch_id)).first()
        if batch is None:
            raise NoBatch
        limit = read_limit(request.query_params.get("limit", ""))
        place = read_cursor(request.query_params.get("cursor", ""))
        page = preview(batch, viewer=person(request), after=place, limit=limit)
        cursor = signing.dumps(page.next, salt=SALT) if page.next else None
        said = {name: getattr(page, name) for name in page.__slots__}
        told = said | {"has_more": bool(page.next), "next_cursor": cursor, "__str__": str(page)}
        return Response(PreviewSerializer(told).data, headers={"Cache-Control": "no-store"})


def read_cursor(text: str) -> Place:
    """The place a cursor of ours names.

    Raises:
        InvalidInput: it is none of this list.
    """
    if not text:
        return START
    try:
        line, field = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError) as fault:
        raise cursor_refused() from fault
    return Place(int(line), str(field))
