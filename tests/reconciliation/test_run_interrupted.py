"""A run delivered many times at once, or cut at any write, has one effect."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import count
from threading import Barrier
from uuid import UUID

import pytest
import time_machine
from django.db import OperationalError, connections
from django.utils import timezone

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import AuditLog, Organization
from conciliacontag.visibility import visible
from ingestion.models import Document, MatchStatus, Transaction
from reconciliation.models import Reconciliation, Run, RunStatus
from reconciliation.services import execute_run, start_run
from tests.conftest import make_organization
from tests.data.faults import failing
from tests.data.rows import make_doubt, make_pair

THREADS = 5


@pytest.fixture
def organization(committed: None) -> Organization:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        make_pair(organization)
        make_doubt(organization)
    return organization


def check_one_effect(run_id: UUID) -> None:
    with session(EVERY):
        assert Run.objects.get(pk=run_id).status == RunStatus.DONE
        rows = Reconciliation.objects.values_list("status", "run_id")
        assert sorted(rows) == [("matched", run_id), ("partial", run_id), ("partial", run_id)]
        assert Document.objects.filter(status=MatchStatus.RECONCILED).count() == 1
        assert AuditLog.objects.filter(action="run.finished", entity_id=run_id).count() == 1


def test_delivered_five_times_at_once_it_works_once(organization: Organization) -> None:
    run, _ = start_run(organization, requested_by=None)
    barrier = Barrier(THREADS)

    def deliver(_: int) -> None:
        visible.set("")
        barrier.wait()
        execute_run(organization.pk, run.pk)
        connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(deliver, range(THREADS)))

    check_one_effect(run.pk)
    with session(EVERY):
        assert Run.objects.get().attempts == 1


def test_cut_at_any_write_the_next_worker_finishes(organization: Organization) -> None:
    for at in count(1):
        # With force every round decides again, and writes what is not there.
        with session(EVERY):
            Reconciliation.objects.all().delete()
            Document.objects.update(status=MatchStatus.PENDING)
            Transaction.objects.update(status=MatchStatus.PENDING)
        run, created = start_run(organization, requested_by=None, force=True)
        with failing(at, always=False) as faults, suppress(OperationalError):
            execute_run(organization.pk, run.pk)
        with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=True):
            execute_run(organization.pk, run.pk)
            execute_run(organization.pk, run.pk)
        assert created
        check_one_effect(run.pk)
        if not faults.struck:
            break
    assert 5 < at < 40
