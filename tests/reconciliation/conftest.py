"""A run asked for and carried out, as most tests of this folder need it."""

from collections.abc import Callable

import pytest

from conciliacontag.organizations.models import Organization
from reconciliation.models import Run
from reconciliation.services import execute_run, start_run

Reconcile = Callable[..., Run]


def run_once(organization: Organization, *, force: bool = False) -> Run:
    run, _ = start_run(organization, requested_by=None, force=force)
    execute_run(organization.pk, run.pk)
    run.refresh_from_db()
    return run


@pytest.fixture
def reconcile() -> Reconcile:
    return run_once
