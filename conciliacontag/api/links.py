"""Stored bytes behind a signed link that dies after an hour."""

from django.core import signing
from django.db.transaction import non_atomic_requests
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from conciliacontag.errors import DomainError, NotFound
from conciliacontag.storage import open_stored, read_link


class LinkGone(DomainError):
    code = "link_expired"
    status = 410
    message = "Este link venceu. Volte à página de onde ele veio e peça outro."


@require_safe
@non_atomic_requests
def stored_file(request: HttpRequest, token: str) -> FileResponse:
    """Stream the bytes as a download; a browser runs nothing that is inside."""
    try:
        key, name = read_link(token)
    except signing.SignatureExpired as fault:
        raise LinkGone from fault
    except signing.BadSignature as fault:
        raise NotFound("Este link não é válido. Copie-o inteiro.", code="link_invalid") from fault
    try:
        file = open_stored(key)
    except FileNotFoundError as fault:
        raise LinkGone("Este arquivo já foi removido.", code="file_removed") from fault
    response = FileResponse(
        file, as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
