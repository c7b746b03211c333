"""`X-Audit-User`: whom a client's program names as the person at its screen.

The author of an act is always the person the token belongs to. Programs that serve many people
say here which of them it was; the name is kept beside the author's and proves nothing.
"""

import re

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from conciliacontag.errors import InvalidInput

HEADER = "X-Audit-User"
NAME = re.compile(r"[A-Za-z0-9@._-]{1,64}")
AUDIT_USER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Quem está à frente do seu programa: fica gravado ao lado do autor, que é sempre a "
    "pessoa do token. Letras, dígitos e @ . _ -, até 64.",
)


def audit_user(request: Request) -> str:
    """Whom the call names beside its author, "" when it names nobody.

    Raises:
        InvalidInput: `invalid_audit_user`: a name that is none, or one without a token beside it.
    """
    said = request.headers.get(HEADER)
    if said is None:
        return ""
    if not NAME.fullmatch(said):
        raise InvalidInput(
            f"O cabeçalho {HEADER} tem só letras, dígitos e @ . _ -, de 1 a 64 caracteres.",
            code="invalid_audit_user",
        )
    if request.auth is None:
        raise InvalidInput(
            f"O cabeçalho {HEADER} só vale junto de um token de acesso em Authorization: Bearer.",
            code="invalid_audit_user",
        )
    return said
