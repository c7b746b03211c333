"""The answers on a card: what was read, and what a person says instead."""

from collections.abc import Iterable, Mapping

from django.utils import timezone

from audits.models import Card, Response
from audits.shipped import DOCUMENT_COLUMNS

ABOUT_THE_MATCH = (*DOCUMENT_COLUMNS, "situacao")


def corrections_on(card: Card) -> dict[str, str]:
    """What people say instead of what was read; rows that were fetched before are used again."""
    rows = card.responses.all()
    return {row.field: row.corrected_value for row in rows if row.corrected_value is not None}


def current_values(card: Card, fields: Iterable[str]) -> dict[str, str]:
    """What these fields say now: the correction where there is one, else what was read."""
    corrected = corrections_on(card)
    return {name: corrected.get(name, read(card, name)) for name in fields}


def read(card: Card, field: str) -> str:
    return str(card.raw_answers.get(field, ""))


def changed_responses(card: Card, values: Mapping[str, str]) -> list[Response]:
    """The rows, new or changed and not yet written, that let the card say these values.

    A row is kept for each value that differs from what was read, or once did.
    """
    known = {response.field: response for response in card.responses.all()}
    changed: list[Response] = []
    for name, value in values.items():
        said = read(card, name)
        response = known.get(name)
        wanted = None if value == said else value
        if response is None and wanted is not None:
            changed.append(new_response(card, name, said, wanted))
        elif response is not None and response.corrected_value != wanted:
            response.corrected_value, response.updated_at = wanted, timezone.now()
            changed.append(response)
    return changed


def new_response(card: Card, name: str, said: str, wanted: str) -> Response:
    return Response(
        organization_id=card.organization_id,
        card=card,
        field=name,
        read_value=said or None,
        corrected_value=wanted,
    )


def withdrawn_match(card: Card) -> list[Response]:
    """What was said about the document, taken back; accounts stay as a draft for the next one."""
    return changed_responses(card, {name: read(card, name) for name in ABOUT_THE_MATCH})
