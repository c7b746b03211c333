"""`Idempotency-Key`: a call that is sent again is answered again, not carried out again.

The answer is written in the transaction that does the work, so both exist or neither does. A
refusal stores nothing: the corrected call may use the same key. Keys live for seven days
(draft-ietf-httpapi-idempotency-key-header).
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.db.transaction import atomic
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from conciliacontag.database import EVERY, session
from conciliacontag.errors import Busy, DomainError, InvalidInput
from conciliacontag.organizations.models import IdempotencyKey, User

Method = TypeVar("Method", bound=Callable[..., Any])
KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT = timedelta(days=7)


class KeyReused(DomainError):
    code = "idempotency_key_reused"
    status = 422
    message = (
        "Esta Idempotency-Key já foi usada em outro pedido. Use uma chave nova para cada pedido."
    )


def idempotent(*, required: bool = False) -> Callable[[Method], Method]:
    """Make a view's method honour `Idempotency-Key`; `required` refuses calls without one."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def handle(view: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
            key = read_key(request, required=required)
            if not key or not isinstance(request.user, User):
                return method(view, request, *args, **kwargs)
            with atomic():
                return answer_once(key, request, lambda: method(view, request, *args, **kwargs))

        handle.idempotency_required = required  # type: ignore[attr-defined]
        return cast("Method", handle)

    return decorate


def replayed(method: Method) -> Method:
    """Like `idempotent`, for work that may take minutes and is harmless when it is done twice.

    No transaction is held while it goes on: two calls at once do the same work, and the first to
    end writes the answer.
    """

    @wraps(method)
    def handle(view: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        key = read_key(request, required=False)
        if not key or not isinstance(request.user, User):
            return method(view, request, *args, **kwargs)
        fingerprint = fingerprint_of(request)
        if answer := stored_answer(request.user, key, fingerprint):
            return answer
        response = method(view, request, *args, **kwargs)
        if isinstance(response, Response) and response.status_code < 400:
            with atomic():
                reserve(request.user, key)
                if stored_answer(request.user, key, fingerprint) is None:
                    store(request.user, key, fingerprint, response)
        return response

    return cast("Method", handle)


def read_key(request: Request, *, required: bool) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if required and not key:
        raise InvalidInput(
            "Envie o cabeçalho Idempotency-Key, com um valor novo para cada pedido.",
            code="idempotency_key_required",
        )
    if key and not KEY.fullmatch(key):
        raise InvalidInput(
            "A Idempotency-Key tem de 1 a 255 caracteres visíveis, sem acentos nem espaços.",
            code="idempotency_key_invalid",
        )
    return key


def answer_once(key: str, request: Request, work: Callable[[], Any]) -> Any:
    """Give the stored answer, or do the work and store its answer."""
    user = cast("User", request.user)
    reserve(user, key)
    fingerprint = fingerprint_of(request)
    if answer := stored_answer(user, key, fingerprint):
        return answer
    response = work()
    if isinstance(response, Response) and response.status_code < 400:
        store(user, key, fingerprint, response)
    return response


def stored_answer(user: User, key: str, fingerprint: str) -> Response | None:
    """The answer this key has had before.

    Raises:
        KeyReused: it was given to another call.
    """
    with session(EVERY):
        IdempotencyKey.objects.filter(user=user, created_at__lt=timezone.now() - KEPT).delete()
        stored = IdempotencyKey.objects.filter(user=user, key=key).first()
    if stored is None:
        return None
    if stored.fingerprint != fingerprint:
        raise KeyReused
    headers = {"Idempotent-Replayed": "true"}
    if stored.location:
        headers["Location"] = stored.location
    return Response(stored.body, status=stored.status, headers=headers)


def reserve(user: User, key: str) -> None:
    """Hold the key until the transaction ends; somebody else holding it is at the same work."""
    name = f"idempotency {user.pk} {key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        (held,) = cursor.fetchone() or (False,)
    if not held:
        raise Busy(
            "Um pedido com esta Idempotency-Key ainda está em andamento. Repita em instantes.",
            code="idempotency_key_in_use",
            details={"retry_after": 1},
        )


def store(user: User, key: str, fingerprint: str, response: Response) -> None:
    # No organization is called like a person: other sessions never see these rows.
    with session(EVERY):
        IdempotencyKey.objects.create(
            user=user,
            key=key,
            fingerprint=fingerprint,
            status=response.status_code,
            body=json.loads(JSONRenderer().render(response.data) or b"null"),
            location=response.headers.get("Location", ""),
        )


def fingerprint_of(request: Request) -> str:
    """SHA-256 of method, path and body; files count by their bytes."""
    digest = sha256(f"{request.method} {request.get_full_path()}\n".encode())
    for part in parts_of(request.data):
        digest.update(part)
    return digest.hexdigest()


def parts_of(data: Any) -> Iterator[bytes]:
    if not hasattr(data, "lists"):
        yield json.dumps(data, sort_keys=True, default=str).encode()
        return
    for name, values in sorted(data.lists()):
        for value in values:
            yield f"\n{name}=".encode()
            if isinstance(value, UploadedFile):
                yield f"{value.name}\n".encode()
                yield from value.chunks()
                value.seek(0)
            else:
                yield str(value).encode()
