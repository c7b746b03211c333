"""What the review's module sends, understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from audits.models import Verdict
from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.access import as_uuids
from conciliacontag.page_calls import malformed, read_body

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
    link: UUID | None = None  # of a candidate that is several notes
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
        link=next(iter(as_uuids(str(said.get("link", "")))), None),
        corrections=corrections,
        ahead=ahead_in(said),
    )


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
