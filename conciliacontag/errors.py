"""Refusals that a person can act on. One type, one shape, for screens, API and commands."""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """The product says no: a stable code, an HTTP status, a sentence in Portuguese, details."""

    code = "refused"
    status = 409
    message = "A operação não pode ser feita agora."

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        status: int = 0,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.status = status or self.status
        self.details = dict(details or {})
        super().__init__(self.message)


class NotFound(DomainError):
    """Also the answer for a row of another organization: nobody learns that it exists."""

    code = "not_found"
    status = 404
    message = "Não encontramos o que foi pedido. Confira o identificador e a empresa escolhida."


class NotAllowed(DomainError):
    """The role held in this organization does not include the act."""

    code = "permission_denied"
    status = 403
    message = "Seu papel nesta empresa não permite esta ação. Peça a quem administra a empresa."


class InvalidInput(DomainError):
    """A value that cannot be used; `details["fields"]` names each one."""

    code = "invalid"
    status = 400
    message = "Há valores que não podem ser usados. Corrija-os e envie de novo."


class Conflict(DomainError):
    """The state of the row does not allow the act, or somebody else was faster."""

    code = "conflict"
    status = 409


class Busy(DomainError):
    """The same work is under way elsewhere."""

    code = "busy"
    status = 409


class Unavailable(DomainError):
    """A part of ours is down or full; the sender did nothing wrong and may try again."""

    code = "unavailable"
    status = 503
    message = "Um de nossos serviços não respondeu. Nada se perdeu; tente de novo em instantes."
