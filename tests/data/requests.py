"""Requests in a test's own transaction, which a refusal must not take down with it."""

from typing import Any

from django.db import transaction
from django.test import Client


def post(client: Client, path: str, **body: Any) -> Any:
    return forgiven(client.post(path, body, content_type="application/json"))


def get(client: Client, path: str, query: dict[str, Any] | None = None) -> Any:
    return forgiven(client.get(path, query))


def body_of(answer: Any) -> bytes:
    """The bytes of an answer that may stream."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def forgiven(response: Any) -> Any:
    """Outside the tests a view without a transaction has none that its refusal could roll back."""
    transaction.set_rollback(False)
    return response
