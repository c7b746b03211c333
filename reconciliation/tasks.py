"""Bells of the queue `reconciliation`: they carry identifiers and call one service."""

from uuid import UUID

from celery import shared_task

from reconciliation import services


@shared_task(name="reconciliation.execute_run")
def execute_run(organization_id: str, run_id: str) -> None:
    """Carry out one run."""
    services.execute_run(UUID(organization_id), UUID(run_id))


@shared_task(name="reconciliation.sweep_runs")
def sweep_runs() -> None:
    """Find runs whose worker died, and organizations with rows that no run has seen."""
    services.sweep_runs()
