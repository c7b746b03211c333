"""Rows of a batch as a whole: locking it, removing it, and the files that have to follow."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from audits.models import Batch, Removal
from conciliacontag.errors import NotFound

# The change trail stays: Django's own deletion would write one more history row for each of them.
DELETE_BATCH = (
    "DELETE FROM audits_secondreading USING audits_sample "
    "WHERE sample_id = audits_sample.id AND audits_sample.batch_id = %s",
    "DELETE FROM audits_sample WHERE batch_id = %s",
    "DELETE FROM audits_evidence WHERE batch_id = %s",
    "DELETE FROM audits_response USING audits_card "
    "WHERE audits_response.card_id = audits_card.id AND audits_card.batch_id = %s",
    "DELETE FROM audits_card WHERE batch_id = %s",
    "DELETE FROM audits_export WHERE batch_id = %s",
    "DELETE FROM audits_batch WHERE id = %s",
)
NOW = timedelta(0)


class NoBatch(NotFound):
    """There is none with this number, or it is another organization's."""

    message = "Este lote não existe. Confira o número e a empresa escolhida."


def delete_rows(batch: Batch) -> None:
    """Remove a batch with its cards, responses and exports, in a handful of statements."""
    with connection.cursor() as cursor:
        for statement in DELETE_BATCH:
            cursor.execute(statement, [batch.pk])


def promise_removal(organization_id: UUID, key: str, *, after: timedelta = NOW) -> None:
    """Write down that a stored object has to go once this is committed, at the earliest `after`."""
    if key:
        Removal.objects.get_or_create(
            key=key,
            defaults={"organization_id": organization_id, "due_at": timezone.now() + after},
        )


def promise_removals(organization_id: UUID, keys: Iterable[str]) -> None:
    """As `promise_removal`, for many objects that have to go at once."""
    promises = (Removal(organization_id=organization_id, key=key) for key in keys)
    Removal.objects.bulk_create(promises, ignore_conflicts=True)


def organization_of(batch_id: UUID) -> UUID | None:
    """The organization whose books have to be taken before the batch; None without a batch."""
    return Batch.objects.filter(pk=batch_id).values_list("organization_id", flat=True).first()


def locked_batch(batch_id: UUID) -> Batch:
    """The batch, held until the transaction ends.

    Raises:
        NoBatch: there is none, or it is another organization's.
    """
    held = Batch.objects.select_for_update(of=("self",)).select_related(
        "organization", "exported_by"
    )
    batch = held.filter(pk=batch_id).first()
    if batch is None:
        raise NoBatch
    return batch
