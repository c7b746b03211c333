"""A checked file becomes a batch: its row, its cards by COPY, its images. Once for each file."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils import timezone
from msgspec import to_builtins

from audits.evidence.names import Picture
from audits.evidence.packages import write_evidence
from audits.gathering import Table
from audits.issues import severity_of
from audits.layouts import Definition
from audits.models import Batch, BatchStatus, Card, CardStatus
from audits.opening import CARD_COLUMNS, CHUNK, as_json
from audits.receiving import claim
from audits.result_rows import Contents, Doubtful, answers_of, doubtful_rows
from audits.rows import locked_batch
from conciliacontag.database import copy_rows, session
from conciliacontag.keys import new_id
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import Arrived
from reconciliation.ledger import books

TOLD_LEFT_OUT = 100
LONGEST_TOLD = 200
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Opening:
    """Who opens what in which organization, with the layout that counts now."""

    organization: Organization
    opened_by: User | None
    version: int
    definition: Definition
    name: str

    def called(self, filename: str, *, alone: bool) -> str:
        """The name of the batch of one file, which is all of what was sent or a part of it."""
        whole = f"{self.name} · {filename}" if self.name and not alone else self.name
        return (whole or filename)[:LONGEST_NAME]


@dataclass(frozen=True, slots=True)
class Images:
    """A package of images in the storage; `left_out` of it is told on the batch."""

    key: str
    pictures: tuple[Picture, ...]
    left_out: tuple[str, ...]


def write_batch(
    opening: Opening, table: Table, contents: Contents, key: str, images: Images, *, name: str
) -> tuple[Batch, bool]:
    """Write a batch, or find the one that somebody faster has written of the same bytes."""
    with session([opening.organization.pk]):
        batch, created = Batch.objects.get_or_create(
            organization=opening.organization,
            original_sha256=table.arrived.sha256,
            layout=opening.definition.key,
            run=None,
            defaults=facts_of(opening, table, contents)
            | {"name": name, "original_path": key, "left_out": told(images)},
        )
        if created:
            claim(key)
            fill(batch, table.arrived, contents, images, opening.opened_by)
    return batch, created


def facts_of(opening: Opening, table: Table, contents: Contents) -> dict[str, Any]:
    return {
        "layout_version": opening.version,
        "definition": to_builtins(opening.definition),
        "header": list(contents.layout.header),
        "filename": table.filename,
        "rows": contents.rows,
        "original_size": table.arrived.size,
        "opened_by": opening.opened_by,
    }


def told(images: Images) -> list[str]:
    return [name[:LONGEST_TOLD] for name in images.left_out[:TOLD_LEFT_OUT]]


def fill(
    batch: Batch, arrived: Arrived, contents: Contents, images: Images, actor: User | None
) -> None:
    """The cards and images of a new batch; without cards there is nothing to review."""
    count = 0
    with arrived.path.open("rb") as file:
        cards = card_rows(batch, contents, doubtful_rows(file, contents))
        while chunk := list(islice(cards, CHUNK)):
            count += len(copy_rows(Card, CARD_COLUMNS, chunk, conflict=["id"]))
    if not count:
        batch.status = BatchStatus.READY
        batch.save(update_fields=["status", "updated_at"])
    added = add_images(batch, images)
    facts = {
        "rows": contents.rows,
        "cards": count,
        "images": added,
        "original_sha256": arrived.sha256,
    }
    record(batch.organization, "batch.opened", batch, actor=actor, diff=facts)


def card_rows(batch: Batch, contents: Contents, rows: Iterator[Doubtful]) -> Iterator[list[Any]]:
    now = timezone.now()
    for row in rows:
        yield [
            new_id(),
            batch.organization_id,
            batch.pk,
            row.number,
            row.name,
            None,
            as_json(to_builtins(row.issues)),
            as_json(answers_of(contents.layout, row)),
            "[]",
            CardStatus.PENDING.value,
            severity_of(row.issues),
            1,
            "",
            now,
            now,
        ]


def add_images(batch: Batch, images: Images) -> int:
    """The images that the batch does not have yet; their package stays when there are any."""
    added = write_evidence(batch, images.key, images.pictures) if images.pictures else 0
    if added:
        claim(images.key)
    return added


def attach(batch: Batch, images: Images, actor: User | None) -> int:
    """Images that come after their batch was opened; return how many are new."""
    if not images.pictures:
        return 0
    with books(batch.organization_id):
        held = locked_batch(batch.pk)
        added = add_images(held, images)
        if added:
            record(
                held.organization, "batch.images_added", held, actor=actor, diff={"images": added}
            )
    return added
