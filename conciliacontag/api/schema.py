"""The OpenAPI description: canonical paths only, and the error envelope on every operation."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

Endpoint = tuple[str, str, str, Any]
CANONICAL = "/v1/"

ERROR: dict[str, Any] = {
    "type": "object",
    "description": "O formato de toda recusa, de 400 a 599.",
    "required": ["code", "message", "details"],
    "properties": {
        "code": {"type": "string", "description": "Estável; decida por ele."},
        "message": {"type": "string", "description": "Em português, para pessoas."},
        "details": {
            "type": "object",
            "required": ["request_id"],
            "properties": {
                "request_id": {"type": "string"},
                "retry_after": {"type": "integer"},
                "known": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Com `unknown_parameter`: os parâmetros que existem.",
                },
                "nearest": {
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                    "description": "Com `unknown_parameter`: o que se quis dizer, se se adivinha.",
                },
                "fields": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["code", "message"],
                            "properties": {
                                "code": {"type": "string"},
                                "message": {"type": "string"},
                            },
                        },
                    },
                },
            },
        },
    },
}


class Schema(AutoSchema):
    """Adds what every operation shares to what its view says."""

    def get_override_parameters(self) -> list[Any]:
        method = getattr(self.view, self.method.lower(), None)
        required = getattr(method, "idempotency_required", None)
        parameters = list(super().get_override_parameters())
        if required is not None:
            parameters.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    str,
                    OpenApiParameter.HEADER,
                    required=required,
                    description="Um valor novo por pedido; o mesmo valor repete a mesma resposta.",
                )
            )
        return parameters


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "conciliacontag.organizations.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class ScreenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "conciliacontag.organizations.authentication.ScreenAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def only_canonical_paths(endpoints: list[Endpoint], **kwargs: Any) -> list[Endpoint]:
    """Leave out the alias: the same views answer there, the description names each once."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(CANONICAL)]


def describe_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say on every operation that refusals come in the one shape."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    components["responses"] = {"Error": {"description": "Recusa.", "content": content}}
    for path in result["paths"].values():
        for operation in path.values():
            for statuses in ("4XX", "5XX"):
                operation["responses"][statuses] = {"$ref": "#/components/responses/Error"}
    return result
