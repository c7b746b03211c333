"""Lists by keyset: a page starts after the last row of the page before, however long the list."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from conciliacontag.errors import InvalidInput

if TYPE_CHECKING:
    from rest_framework.views import APIView  # it reads the settings that name this module

SALT = "list cursor"
DEFAULT_LIMIT, HIGHEST_LIMIT = 50, 200
LIMIT = re.compile(r"[0-9]{1,4}")


class Keyset(BasePagination):
    """`{"data", "has_more", "next_cursor"}`; a view names its order in `ordering`.

    The order ends in a unique column, its columns are never null, and "-" turns one around.
    """

    ordering: tuple[str, ...] = ("created_at", "id")

    def paginate_queryset(  # type: ignore[override]
        self, queryset: "QuerySet[Any]", request: Request, view: "APIView | None" = None
    ) -> list[Any]:
        self.request = request
        ordering = tuple(getattr(view, "ordering", None) or self.ordering)
        limit = read_limit(request.query_params.get("limit", ""))
        if cursor := request.query_params.get("cursor", ""):
            queryset = queryset.filter(after(ordering, read_cursor(cursor, ordering, queryset)))
        rows = list(queryset.order_by(*ordering)[: limit + 1])
        self.next_cursor = write_cursor(ordering, rows[limit - 1]) if len(rows) > limit else None
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        body = {
            "data": data,
            "has_more": self.next_cursor is not None,
            "next_cursor": self.next_cursor,
        }
        headers = {}
        if self.next_cursor:
            here = self.request.build_absolute_uri()
            address = replace_query_param(here, "cursor", self.next_cursor)
            headers["Link"] = f'<{address}>; rel="next"'
        return Response(body, headers=headers)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["data", "has_more", "next_cursor"],
            "properties": {
                "data": schema,
                "has_more": {"type": "boolean"},
                "next_cursor": {"type": ["string", "null"]},
            },
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT}
        return [
            parameter("limit", "Linhas por página.", {**limit, "default": DEFAULT_LIMIT}),
            parameter("cursor", "O next_cursor da página anterior.", {"type": "string"}),
        ]


def parameter(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": dict(schema),
    }


def read_limit(text: str) -> int:
    if not text:
        return DEFAULT_LIMIT
    if not LIMIT.fullmatch(text) or not 1 <= int(text) <= HIGHEST_LIMIT:
        raise refused("limit", f"Informe um número inteiro de 1 a {HIGHEST_LIMIT}.")
    return int(text)


def write_cursor(ordering: tuple[str, ...], row: Model) -> str:
    """The values of a row's order, signed; it does not expire and says nothing to its holder."""
    fields = [column_of(type(row), name) for name in ordering]
    values = [field.value_to_string(row) for field in fields]
    return signing.dumps([list(ordering), values], salt=SALT, compress=True)


def read_cursor(cursor: str, ordering: tuple[str, ...], queryset: "QuerySet[Any]") -> list[Any]:
    """The values a cursor of ours carries, in their types; one of another list is refused."""
    try:
        of, values = signing.loads(cursor, salt=SALT)
        fields = [column_of(queryset.model, name) for name in ordering]
        if tuple(of) == ordering:
            return [field.to_python(text) for field, text in zip(fields, values, strict=True)]
    except (signing.BadSignature, ValidationError, ValueError) as fault:
        raise cursor_refused() from fault
    raise cursor_refused()


def column_of(model: type[Model], name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", model._meta.get_field(name.lstrip("-")))


def cursor_refused() -> InvalidInput:
    return refused("cursor", "Use o next_cursor da página anterior desta mesma lista, sem mudá-lo.")


def refused(field: str, message: str) -> InvalidInput:
    return InvalidInput(details={"fields": {field: [{"code": "invalid", "message": message}]}})


def after(ordering: tuple[str, ...], values: list[Any]) -> Q:
    """Rows that follow these values: greater in one column and equal in all before it."""
    following, equal = Q(), Q()
    for name, value in zip(ordering, values, strict=True):
        column, compare = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        following |= equal & Q(**{f"{column}__{compare}": value})
        equal &= Q(**{column: value})
    # The first column alone lets the index skip to the page; the rest decides among equals.
    first, compare = ordering[0].lstrip("-"), "lte" if ordering[0].startswith("-") else "gte"
    return Q(**{f"{first}__{compare}": values[0]}) & following
