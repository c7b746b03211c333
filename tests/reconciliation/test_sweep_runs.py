"""Work that the sweep finds when no bell was heard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization
from ingestion.models import SourceFile
from reconciliation.models import Run, RunStatus
from reconciliation.services import execute_run, sweep_runs
from tests.data.rows import make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]


def test_rows_nobody_has_seen_start_a_run(organization: Organization) -> None:
    make_pair(organization)

    assert sweep_runs() == 1
    assert Run.objects.get().requested_by is None
    assert sweep_runs() == 1  # rings again for the run that nobody has claimed
    assert Run.objects.count() == 1


def test_what_a_run_has_seen_starts_no_other(
    organization: Organization, reconcile: Reconcile
) -> None:
    make_pair(organization)
    make_doubt(organization)
    make_transaction(organization, "3.00")
    reconcile(organization)

    assert sweep_runs() == 0


def test_half_an_upload_is_not_matched(organization: Organization) -> None:
    make_pair(organization)
    SourceFile.objects.create(
        organization=organization, filename="notas.zip", size=1, sha256="0" * 64
    )

    assert sweep_runs() == 0


def test_a_failed_run_is_not_repeated_over_the_same_rows(organization: Organization) -> None:
    make_pair(organization)
    Run.objects.create(
        organization=organization, status=RunStatus.FAILED, finished_at=timezone.now()
    )
    assert sweep_runs() == 0

    make_pair(organization, "12.00")
    assert sweep_runs() == 1


@pytest.mark.parametrize(("seconds", "found"), [(-1, 1), (30, 0)])
def test_a_run_is_taken_up_when_its_lease_has_passed(
    organization: Organization, seconds: int, found: int
) -> None:
    Run.objects.create(
        organization=organization,
        status=RunStatus.RUNNING,
        attempts=1,
        locked_until=timezone.now() + timedelta(seconds=seconds),
    )

    assert sweep_runs() == found


def test_a_worker_that_died_is_replaced(organization: Organization) -> None:
    make_pair(organization)
    run = Run.objects.create(
        organization=organization,
        status=RunStatus.RUNNING,
        attempts=1,
        locked_until=timezone.now() - timedelta(seconds=1),
    )
    execute_run(organization.pk, run.pk)
    run.refresh_from_db()

    assert (run.status, run.attempts, run.matched) == (RunStatus.DONE, 2, 1)


def test_where_nothing_was_done_no_row_is_asked_again(
    organization: Organization, reconcile: Reconcile
) -> None:
    make_pair(organization)
    reconcile(organization)
    assert sweep_runs() == 0

    make_pair(organization, "12.00")
    assert sweep_runs() == 0  # it came without a word

    record(organization, "file.processed", organization, actor=None)
    assert sweep_runs() == 1


def test_what_came_without_a_word_is_found_in_time(
    organization: Organization, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciliation.looked_at.KEPT", 0)
    make_pair(organization)
    reconcile(organization)
    assert sweep_runs() == 0

    make_pair(organization, "12.00")
    assert sweep_runs() == 1


def test_an_organization_that_waits_is_looked_at_until_its_run(organization: Organization) -> None:
    make_pair(organization)
    file = SourceFile.objects.create(
        organization=organization, filename="notas.zip", size=1, sha256="0" * 64
    )
    assert sweep_runs() == 0

    file.delete()
    assert sweep_runs() == 1


def test_without_a_cache_everybody_is_looked_at(
    organization: Organization, reconcile: Reconcile, settings: Any
) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere/of-this-test.sock?db=1",
        }
    }
    make_pair(organization)
    reconcile(organization)
    assert sweep_runs() == 0

    make_pair(organization, "12.00")
    assert sweep_runs() == 1
