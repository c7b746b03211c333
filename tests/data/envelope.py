"""The one shape of every refusal, as a JSON schema the tests validate against."""

from typing import Any

from jsonschema import validate

from conciliacontag.api.schema import ERROR

PORTUGUESE = {
    "não",
    "de",
    "o",
    "a",
    "e",
    "ou",
    "este",
    "esta",
    "para",
    "um",
    "uma",
    "em",
    "no",
    "foi",
}


def refusal(response: Any, status: int, code: str) -> dict[str, Any]:
    """Check status, shape, code and language of a refusal; give back its details."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    body: dict[str, Any] = response.json()
    validate(body, ERROR)
    assert set(body) == {"code", "message", "details"}
    assert body["code"] == code
    assert body["details"]["request_id"] == response["Request-Id"]
    assert PORTUGUESE & set(body["message"].lower().replace(",", " ").split()), body["message"]
    details: dict[str, Any] = body["details"]
    return details
