"""Bells of the queue `reconciliation`: they carry identifiers and call one service."""

from uuid import UUID

from celery import shared_task

from reconciliation import services
from reconciliation.rules import simulation


@shared_task(name="reconciliation.execute_run")
def execute_run(organization_id: str, run_id: str) -> None:
    """Carry out one run."""
    services.execute_run(UUID(organization_id), UUID(run_id))


@shared_task(name="reconciliation.sweep_runs")
def sweep_runs() -> None:
    """Find runs whose worker died, organizations with rows no run has seen, and simulations."""
    services.sweep_runs()
    simulation.sweep_simulations()


@shared_task(name="reconciliation.simulate_rule")
def simulate_rule(organization_id: str, simulation_id: str) -> None:
    """Carry out one simulation of a rule."""
    simulation.execute_simulation(UUID(organization_id), UUID(simulation_id))
