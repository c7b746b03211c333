"""What the modules of a work screen send, and how they are told that the product says no."""

import json
from typing import Any

from django.http import HttpRequest, JsonResponse

from conciliacontag.errors import DomainError, InvalidInput
from conciliacontag.organizations.models import User


def author(request: HttpRequest) -> User:
    """The logged-in person; the admin has let nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError(request.user)
    return request.user


def read_body(request: HttpRequest) -> dict[str, Any]:
    """What the page sent, of texts that the database can keep: no NUL, no half characters.

    Raises:
        InvalidInput: `malformed`.
    """
    try:
        said = json.loads(request.body or b"{}")
        written = json.dumps(said, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise malformed() from fault
    if not isinstance(said, dict) or b"\\u0000" in written:
        raise malformed()
    return said


def malformed() -> InvalidInput:
    return InvalidInput("A resposta não pôde ser entendida: recarregue a página e tente de novo.",
                        code="malformed")  # fmt: skip


def refusal_of(refusal: DomainError) -> JsonResponse:
    """The refusal in the shape that programs know."""
    body = {"code": refusal.code, "message": refusal.message, "details": refusal.details}
    return JsonResponse(body, status=refusal.status)
