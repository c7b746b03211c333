"""What every request carries: an identifier that names it in answers and in logs."""

import re
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

Handler = Callable[[HttpRequest], HttpResponse]
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id(handle: Handler) -> Handler:
    """Take the caller's `Request-Id` when it is harmless, make one otherwise, and answer it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_REQUEST_ID", "")
        identifier = given if GIVEN.fullmatch(given) else uuid4().hex
        request.META["REQUEST_ID"] = identifier
        request.META["HTTP_X_REQUEST_ID"] = identifier  # where the request log looks for it
        with bound_contextvars(request_id=identifier):
            response = handle(request)
        response["Request-Id"] = identifier
        return response

    return middleware
