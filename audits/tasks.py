"""Bells of the queue `exports`: they carry identifiers and call one service."""

from uuid import UUID

from celery import shared_task

from audits import sweeping
from audits.exports import retention
from audits.opening import open_batch as open_one


@shared_task(name="audits.open_batch")
def open_batch(organization_id: str, run_id: str) -> None:
    """Open the batch of one finished run."""
    open_one(UUID(organization_id), UUID(run_id))


@shared_task(name="audits.sweep_batches")
def sweep_batches() -> None:
    """Find finished runs whose doubts have no batch yet."""
    sweeping.sweep_batches()


@shared_task(name="audits.sweep_storage")
def sweep_storage() -> None:
    """Remove what has to go, close exports whose worker died, open batches that are missing."""
    sweeping.sweep_storage()


@shared_task(name="audits.apply_retention")
def apply_retention() -> None:
    """Clean up the batches whose period has run out."""
    retention.apply_retention()
