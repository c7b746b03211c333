"""The answers on a card: what was read, what a person says instead, and the trail of both."""

from collections.abc import Iterable, Mapping

from audits.models import Card, Response
from audits.shipped import DOCUMENT_COLUMNS
from conciliacontag.organizations.models import User

ABOUT_THE_MATCH = (*DOCUMENT_COLUMNS, "situacao")


def current_values(card: Card, fields: Iterable[str]) -> dict[str, str]:
    """What these fields say now: the correction where there is one, else what was read."""
    rows = card.responses.exclude(corrected_value=None)
    corrected = dict(rows.values_list("field", "corrected_value"))
    return {name: str(corrected.get(name, read(card, name))) for name in fields}


def read(card: Card, field: str) -> str:
    return str(card.raw_answers.get(field, ""))


def write_responses(card: Card, values: Mapping[str, str], *, author: User, reason: str) -> None:
    """Keep each value that differs from what was read; each change leaves one history row."""
    known = {response.field: response for response in card.responses.all()}
    for name, value in values.items():
        said = read(card, name)
        response = known.get(name)
        wanted = None if value == said else value
        if response is None and wanted is not None:
            save(new_response(card, name, said, wanted), author, reason)
        elif response is not None and response.corrected_value != wanted:
            response.corrected_value = wanted
            save(response, author, reason)


def new_response(card: Card, name: str, said: str, wanted: str) -> Response:
    return Response(
        organization_id=card.organization_id,
        card=card,
        field=name,
        read_value=said or None,
        corrected_value=wanted,
    )


def withdraw_match(card: Card, *, author: User, reason: str) -> None:
    """Take back what was said about the document; accounts stay as a draft for the next one."""
    said = {name: read(card, name) for name in ABOUT_THE_MATCH}
    write_responses(card, said, author=author, reason=reason)


def save(row: Card | Response, author: User, reason: str) -> None:
    """Save one tracked row, its history naming who and why."""
    row._history_user = author  # type: ignore[union-attr]
    row._change_reason = reason  # type: ignore[union-attr]
    row.save()
