"""What the review's module sends, understood, and how it is answered when the product says no."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse

from audits.models import Verdict
from conciliacontag.errors import DomainError, InvalidInput
from conciliacontag.organizations.access import as_uuids

SAID = (Verdict.ACCEPT, Verdict.NO_DOCUMENT, Verdict.CORRECT, Verdict.AS_READ)
LONGEST_NOTE = 512


@dataclass(frozen=True, slots=True)
class Said:
    """One answer to a card."""

    version: int
    verdict: Verdict
    document_id: UUID | None = None
    installment: str = ""
    note: str = ""
    corrections: dict[str, str] = field(default_factory=dict)
    ahead: tuple[str, int] | None = None  # the card that the page holds to show next: id, version


def read_answer(request: HttpRequest) -> Said:
    """The body of a decision.

    Raises:
        InvalidInput: `malformed`: it is not what this page sends.
    """
    said = read_body(request)
    corrections = said.get("corrections", {})
    verdict = str(said.get("verdict", ""))
    if verdict not in SAID or not is_text_by_text(corrections):
        raise malformed()
    return Said(
        version=version_in(said),
        verdict=Verdict(verdict),
        document_id=next(iter(as_uuids(str(said.get("document_id", "")))), None),
        installment=str(said.get("installment", "")),
        note=note_in(said),
        corrections=corrections,
        ahead=ahead_in(said),
    )


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


def is_text_by_text(corrections: Any) -> bool:
    return isinstance(corrections, dict) and all(isinstance(v, str) for v in corrections.values())


def version_in(said: Mapping[str, Any]) -> int:
    version = said.get("version")
    return version if isinstance(version, int) else 0


def ahead_in(said: Mapping[str, Any]) -> tuple[str, int] | None:
    held = said.get("ahead")
    return (str(held.get("card")), version_in(held)) if isinstance(held, dict) else None


def note_in(said: Mapping[str, Any]) -> str:
    note = str(said.get("note", "")).strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"O motivo passa de {LONGEST_NOTE} letras: encurte-o.")
    return note


def malformed() -> InvalidInput:
    return InvalidInput("A resposta não pôde ser entendida: recarregue a página e tente de novo.",
                        code="malformed")  # fmt: skip


def refusal_of(refusal: DomainError) -> JsonResponse:
    """The refusal in the shape that programs know."""
    body = {"code": refusal.code, "message": refusal.message, "details": refusal.details}
    return JsonResponse(body, status=refusal.status)
