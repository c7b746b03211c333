"""One shape for every refusal: `{"code", "message", "details"}`, or a page for a browser.

Everything that can go wrong becomes a `DomainError` first; its message is Portuguese, whatever
the library said.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core import exceptions as django_errors
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework import exceptions as rest
from rest_framework.fields import get_error_detail
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback
from structlog import get_logger

from conciliacontag.errors import DomainError, InvalidInput, NotAllowed, NotFound, Unavailable
from conciliacontag.postgres.refusals import refusal_of

Handler = Callable[[HttpRequest], HttpResponse]
API = ("/v1/", "/api/", "/healthz", "/readyz", "/metrics")
PAGES = {400: "400.html", 403: "403.html", 404: "404.html", 413: "413.html", 500: "500.html"}
SECONDS_TO_WAIT = 5

log = get_logger(__name__)

UNEXPECTED = DomainError(
    "Algo falhou do nosso lado e já foi registrado. Tente de novo; se persistir, informe o número "
    "do pedido ao suporte.",
    code="internal_error",
    status=500,
)
FORGED = DomainError(
    "A página ficou aberta tempo demais ou o pedido veio de outro site. Volte, recarregue a página "
    "e envie de novo.",
    code="csrf_failed",
    status=403,
)
STORAGE_DOWN = (
    Unavailable.status,
    "storage_down",
    "O armazenamento de arquivos não respondeu. Espere alguns segundos e tente de novo.",
)
# What the framework raises, in our words: class, status, code, message.
KNOWN: tuple[tuple[type[Exception], int, str, str], ...] = (
    (Http404, 404, "not_found", NotFound.message),
    (django_errors.RequestDataTooBig, 413, "too_large", "O corpo enviado é grande demais."),
    (
        django_errors.TooManyFilesSent,
        413,
        "too_many_files",
        "Há arquivos demais em um só envio. Envie menos de cada vez, ou um ZIP.",
    ),
    (
        django_errors.TooManyFieldsSent,
        413,
        "too_many_fields",
        "Há campos demais em um só envio. Envie menos de cada vez.",
    ),
    (
        django_errors.DisallowedHost,
        400,
        "host_unknown",
        "Este endereço não é atendido aqui. Confira o nome do site.",
    ),
    (django_errors.BadRequest, 400, "malformed", "O pedido não pôde ser entendido."),
    (django_errors.SuspiciousOperation, 400, "malformed", "O pedido não pôde ser entendido."),
    (django_errors.PermissionDenied, 403, "permission_denied", NotAllowed.message),
    (
        rest.NotAuthenticated,
        401,
        "not_authenticated",
        "Entre primeiro: envie o token de acesso em Authorization: Bearer.",
    ),
    (
        rest.AuthenticationFailed,
        401,
        "token_not_valid",
        "O token não é aceito: está vencido, foi retirado ou não é nosso. Entre de novo.",
    ),
    (rest.PermissionDenied, 403, "permission_denied", NotAllowed.message),
    (rest.NotFound, 404, "not_found", NotFound.message),
    (rest.MethodNotAllowed, 405, "method_not_allowed", "Este endereço não aceita este método."),
    (rest.NotAcceptable, 406, "not_acceptable", "Não temos a resposta no formato pedido."),
    (
        rest.UnsupportedMediaType,
        415,
        "unsupported_media_type",
        "O tipo de conteúdo enviado não é aceito aqui. Confira o cabeçalho Content-Type.",
    ),
    (
        rest.Throttled,
        429,
        "throttled",
        "Há pedidos demais em pouco tempo. Espere os segundos indicados e tente de novo.",
    ),
    (rest.ParseError, 400, "malformed", "O corpo do pedido não pôde ser lido."),
    (OperationalError, Unavailable.status, Unavailable.code, Unavailable.message),
    (InterfaceError, Unavailable.status, Unavailable.code, Unavailable.message),
    (BotoCoreError, *STORAGE_DOWN),
    (ClientError, *STORAGE_DOWN),
    (Boto3Error, *STORAGE_DOWN),
)


def as_refusal(fault: BaseException | None) -> DomainError | None:
    """Say a known fault in our words; None when nobody foresaw it."""
    if isinstance(fault, DomainError):
        return fault
    if refusal := refusal_of(fault):
        return refusal
    if isinstance(fault, rest.PermissionDenied) and str(fault.detail).startswith("CSRF"):
        return FORGED
    if isinstance(fault, django_errors.ValidationError):
        fault = rest.ValidationError(get_error_detail(fault))
    if isinstance(fault, rest.ValidationError):
        return InvalidInput(details={"fields": fields_of(fault.get_full_details())})
    for kind, status, code, message in KNOWN:
        if isinstance(fault, kind):
            return DomainError(message, code=code, status=status, details=details_of(fault))
    return None


def details_of(fault: Exception) -> dict[str, Any]:
    if isinstance(fault, rest.Throttled):
        return {"retry_after": int(getattr(fault, "wait", None) or 1)}
    return {}


def fields_of(found: Any, place: str = "") -> dict[str, list[dict[str, str]]]:
    """Flatten nested validation messages into `{"lines.0.amount": [{"code", "message"}]}`."""
    if isinstance(found, Mapping) and not is_message(found):
        pairs = [(str(name), inner) for name, inner in found.items()]
    elif isinstance(found, Sequence) and not all(map(is_message, found)):
        pairs = [(str(number), inner) for number, inner in enumerate(found)]
    else:
        said = found if isinstance(found, Sequence) else [found]
        return {place or "non_field_errors": [as_message(one) for one in said]}
    flat: dict[str, list[dict[str, str]]] = {}
    for name, inner in pairs:
        if inner:
            flat |= fields_of(inner, f"{place}.{name}" if place else name)
    return flat


def is_message(found: Any) -> bool:
    return isinstance(found, Mapping) and {"code", "message"} == set(found)


def as_message(found: Mapping[str, Any]) -> dict[str, str]:
    return {"code": str(found["code"]), "message": str(found["message"])}


def body_of(refusal: DomainError, request: HttpRequest) -> dict[str, Any]:
    identifier = request.META.get("REQUEST_ID", "")
    return {
        "code": refusal.code,
        "message": refusal.message,
        "details": {**refusal.details, "request_id": identifier},
    }


def headers_of(refusal: DomainError) -> dict[str, str]:
    """`Retry-After` for whoever should come back, and no memory of the answer."""
    headers = {"Cache-Control": "no-store"}
    wait = refusal.details.get("retry_after")
    if wait or refusal.status == Unavailable.status:
        headers["Retry-After"] = str(wait or SECONDS_TO_WAIT)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return headers


def answer_error(fault: Exception, context: Mapping[str, Any]) -> Response | None:
    """What the API answers instead of an exception; None lets the unforeseen reach the log."""
    refusal = as_refusal(fault)
    if refusal is None:
        return None
    request: Request = context["request"]
    set_rollback()
    if refusal.status >= 500:
        log.error("refused", code=refusal.code, fault=type(fault).__name__)
    body = body_of(refusal, request._request)
    return Response(body, status=refusal.status, headers=headers_of(refusal))


def wants_json(request: HttpRequest) -> bool:
    """Programs get JSON, browsers get a page."""
    if request.path.startswith(API) or request.content_type == "application/json":
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def answer(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The answer to a refusal outside the API's own views."""
    body = body_of(refusal, request)
    if wants_json(request):
        plain = {"ensure_ascii": False}
        response: HttpResponse = JsonResponse(body, status=refusal.status, json_dumps_params=plain)
    else:
        page = PAGES.get(refusal.status, "refusal.html")
        response = render(request, page, body, status=refusal.status)
    for name, value in headers_of(refusal).items():
        response.headers[name] = value
    return response


def refusals(handle: Handler) -> Handler:
    """Answer what screens raise, and the bare refusals of the framework, in the one shape."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = handle(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            bare = answer(request, as_refusal(rest.MethodNotAllowed("")) or UNEXPECTED)
            bare.headers["Allow"] = response.headers.get("Allow", "")
            return bare
        return response

    def process_exception(request: HttpRequest, fault: Exception) -> HttpResponse | None:
        refusal = fault if isinstance(fault, DomainError) else refusal_of(fault)
        return answer(request, refusal) if refusal else None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, as_refusal(exception) or UNEXPECTED)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotAllowed())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the exception is being handled: a database that is down is not our bug."""
    return answer(request, as_refusal(sys.exc_info()[1]) or UNEXPECTED)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the right CSRF token."""
    return answer(request, FORGED)
