"""Lists of cards by cursor, as everywhere, or by numbered pages, as older clients ask for them."""

import re
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from conciliacontag.api.pagination import Keyset, parameter, refused

if TYPE_CHECKING:
    from rest_framework.views import APIView  # it reads the settings that name this module

PAGE_SIZE, LARGEST_PAGE, LAST_PAGE = 20, 100, 100_000
NUMBER = re.compile(r"[0-9]{1,6}")


class CardPages(Keyset):
    """`page` or `page_size` in the query asks for numbered pages; otherwise cursors it is."""

    def paginate_queryset(  # type: ignore[override]
        self, queryset: "QuerySet[Any]", request: Request, view: "APIView | None" = None
    ) -> list[Any]:
        self.numbered = bool({"page", "page_size"} & set(request.query_params))
        if not self.numbered:
            return super().paginate_queryset(queryset, request, view)
        self.page = read_number(request, "page", 1, LAST_PAGE)
        self.page_size = read_number(request, "page_size", PAGE_SIZE, LARGEST_PAGE)
        ordering = tuple(getattr(view, "ordering", None) or self.ordering)
        start = (self.page - 1) * self.page_size
        rows = list(queryset.order_by(*ordering)[start : start + self.page_size + 1])
        self.has_more = len(rows) > self.page_size
        return rows[: self.page_size]

    def get_paginated_response(self, data: Any) -> Response:
        if not self.numbered:
            return super().get_paginated_response(data)
        body = {"data": data, "has_more": self.has_more, "next_cursor": None}
        return Response({**body, "page": self.page, "page_size": self.page_size})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        found = super().get_paginated_response_schema(schema)
        counters = ("total", "pending", "resolved", "reopened", "page", "page_size", "total_pages")
        return {
            **found,
            "properties": {**found["properties"], **dict.fromkeys(counters, COUNTER)},
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        whole = {"type": "integer", "minimum": 1}
        return [
            *super().get_schema_operation_parameters(view),
            parameter("page", "Página numerada, em vez de cursor.", {**whole, "default": 1}),
            parameter(
                "page_size",
                "Linhas por página numerada.",
                {**whole, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
            ),
        ]


COUNTER = {"type": "integer"}


def read_number(request: Request, name: str, usual: int, most: int) -> int:
    text = request.query_params.get(name, str(usual))
    if not NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise refused(name, f"Informe um número inteiro de 1 a {most}.")
    return int(text)
