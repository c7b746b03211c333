"""What the sweep of this app finds when it looks down."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from audits.exports.cleanup import carry_out_removals
from audits.models import Batch, Export, ExportStatus, Removal
from audits.rows import promise_removal
from audits.services import open_batch
from audits.sweeping import close_dead_exports, runs_without_batch
from audits.tasks import sweep_storage
from conciliacontag.celery import app
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import arriving, is_stored, keep
from reconciliation.models import Run
from tests.data.rows import make_doubt, make_pair


def stored(organization: Organization, name: str, *, after: timedelta) -> str:
    key = f"{organization.pk}/2026/11/{name}"
    with arriving([b"abc"], most=10) as arrived:
        keep(arrived.path, key)
    promise_removal(organization.pk, key, after=after)
    return key


def test_promised_removals_are_carried_out_when_due(organization: Organization) -> None:
    due = stored(organization, "a", after=timedelta(0))
    young = stored(organization, "b", after=timedelta(hours=1))

    assert (carry_out_removals(), carry_out_removals()) == (1, 0)
    assert (is_stored(due), is_stored(young)) == (False, True)
    assert Removal.objects.get().key == young


def test_a_file_that_is_gone_already_is_no_trouble(organization: Organization) -> None:
    key = stored(organization, "a", after=timedelta(0))
    (Path(settings.FILES_ROOT) / key).unlink()

    assert carry_out_removals() == 1
    assert not Removal.objects.exists()


def test_only_so_many_are_removed_at_once(organization: Organization) -> None:
    for name in "abc":
        stored(organization, name, after=timedelta(0))

    assert [carry_out_removals(limit=2), carry_out_removals(limit=2)] == [2, 1]


def test_a_run_with_doubts_and_no_batch_is_found(
    organization: Organization, finished: Callable[[Organization], Run]
) -> None:
    make_pair(organization)
    assert finished(organization).pk and runs_without_batch() == []
    make_doubt(organization)
    run = finished(organization)

    assert runs_without_batch() == [(organization.pk, run.pk)]
    open_batch(organization.pk, run.pk)
    assert runs_without_batch() == []


def test_a_dead_export_lets_go_of_the_batch(review: Any, manager: User) -> None:
    values = {
        "organization": review.batch.organization,
        "batch": review.batch,
        "revision": 1,
        "requested_by": manager,
        "csv_path": "x",
    }
    moment = timezone.now() - timedelta(seconds=1)
    dead = Export.objects.create(locked_until=moment, **values)

    assert (close_dead_exports(), close_dead_exports()) == (1, 0)
    dead.refresh_from_db()
    assert dead.status == ExportStatus.FAILED
    assert Removal.objects.get().key == "x"


def test_the_task_does_all_of_it(organization: Organization, review: Any) -> None:
    stored(organization, "a", after=timedelta(0))

    sweep_storage()

    assert not Removal.objects.exists()
    assert Batch.objects.count() == 1


def test_every_periodic_task_is_known_to_the_worker() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled <= set(app.tasks)
    assert {"audits.sweep_batches", "audits.sweep_storage"} <= scheduled
