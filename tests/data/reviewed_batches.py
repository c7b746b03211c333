"""Batches of any size, read and decided in bulk: for exports that take a while."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.utils import timezone

from audits.exports.services import export_batch
from audits.models import Batch, BatchStatus, Card, CardStatus, Response
from audits.opening_files import open_batch_from_file
from conciliacontag.database import EVERY, copy_rows, session
from conciliacontag.keys import new_id
from conciliacontag.organizations.access import look_around
from conciliacontag.organizations.models import Organization, User

NAMED = ("file_id", "input_path", "output_path", "score", "matricula", "lingua")
DOUBTS = {"q1": "AB", "q2": "", "q3": "?"}
ANSWERS = "ABCDE"
CHUNK = 2000


def answer_cards(rows: int, questions: int, every: int) -> Iterator[bytes]:
    """A file as a reading of answer cards writes it; three doubts on each `every`-th row."""
    names = [*NAMED, *(f"q{number}" for number in range(1, questions + 1))]
    yield quoted(names)
    for row in range(1, rows + 1):
        image = f"c{row:06d}.png"
        said = [ANSWERS[(row + place) % 5] for place in range(questions)]
        if row % every == 0:
            said[: len(DOUBTS)] = DOUBTS.values()
        yield quoted([image, f"in/{image}", f"out/{image}", "0", f"{row:06d}", "PT", *said])


def quoted(cells: Sequence[str]) -> bytes:
    return ('"' + '","'.join(cells) + '"\n').encode()


def open_reviewed(
    organization: Organization, user: User, *, rows: int, questions: int, every: int
) -> Batch:
    """Open a batch and decide all of its cards: each doubt becomes a C."""
    batch, _ = open_batch_from_file(
        organization.pk,
        answer_cards(rows, questions, every),
        filename="Results_10AM.csv",
        layout="omr",
        opened_by=user,
    )
    with session([organization.pk]):
        cards = Card.objects.filter(batch=batch)
        decided = responses(organization.pk, cards.values_list("pk", flat=True))
        while chunk := list(islice(decided, CHUNK)):
            write(chunk, user)
        cards.update(status=CardStatus.RESOLVED)
        Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.READY)
        batch.refresh_from_db()
    return batch


def responses(organization_id: UUID, cards: Any) -> Iterator[dict[str, Any]]:
    for card in list(cards):
        for field, read in DOUBTS.items():
            yield {
                "id": new_id(),
                "organization_id": organization_id,
                "card_id": card,
                "field": field,
                "read_value": read or None,
                "corrected_value": "C",
                "updated_at": timezone.now(),
            }


def write(rows: list[dict[str, Any]], user: User) -> None:
    said = {"history_date": timezone.now(), "history_type": "+", "history_user_id": user.pk}
    said["history_change_reason"] = "conferido na folha"
    columns = list(rows[0])
    copy_rows(Response, columns, [list(row.values()) for row in rows])
    history = [[*row.values(), *said.values()] for row in rows]
    copy_rows(Response.history.model, [*columns, *said], history, returning="history_id")


def export_as(batch_id: UUID, user_id: UUID) -> None:
    """Export in somebody's name, from a process of its own."""
    with session(EVERY):
        user = User.objects.get(pk=user_id)
    look_around(user)
    export_batch(batch_id, requested_by=user)
