"""Probes: alive without anything, ready with everything, counters of every process."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.signals import task_failure
from django.conf import settings as project
from django.db import connection
from django.test import Client

from conciliacontag.celery import app
from conciliacontag.metrics import TASK_FAILURES
from conciliacontag.organizations.models import User
from tests.data.databases import point_at
from tests.data.envelope import refusal

Api = Callable[..., Client]


@pytest.mark.django_db
def test_ready_names_its_parts(api: Api) -> None:
    answer = api().get("/readyz")

    assert answer.status_code == 200, answer.content
    assert answer.json()["parts"] == dict.fromkeys(
        ["database", "migrations", "broker", "storage"], "ok"
    )


@pytest.fixture
def no_database(committed: None) -> Iterator[None]:
    name = str(connection.settings_dict["NAME"])
    point_at("nowhere")
    yield
    point_at(name)


def test_without_a_database_alive_and_not_ready(no_database: None, api: Api) -> None:
    assert api().get("/healthz").json() == {"status": "alive"}
    parts = refusal(api().get("/readyz"), 503, "unavailable")["parts"]

    assert parts["database"] == parts["migrations"] == "OperationalError"
    assert parts["storage"] == "ok"


@pytest.mark.django_db
def test_a_storage_that_cannot_be_written_is_named(api: Api, settings: Any, tmp_path: Any) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    settings.FILES_ROOT = blocked
    parts = refusal(api().get("/readyz"), 503, "unavailable")["parts"]

    assert (parts["storage"], parts["database"]) == ("FileExistsError", "ok")


@pytest.mark.django_db
def test_a_missing_migration_is_named(api: Api) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'organizations'")
    parts = refusal(api().get("/readyz"), 503, "unavailable")["parts"]

    assert parts["migrations"] == "MigrationsMissing"


@pytest.mark.django_db
def test_a_broker_that_is_away_is_named(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    parts = refusal(api().get("/readyz"), 503, "unavailable")["parts"]

    assert parts["broker"] != "ok"


@pytest.fixture
def figures(settings: Any, tmp_path: Path) -> Path:
    """A folder with the figures of this process, and without those of all that ran before it."""
    TASK_FAILURES.labels("tests.none").inc(0)  # the first figure makes the file of a process
    for file in settings.PROMETHEUS_FOLDER.glob(f"*_{os.getpid()}.db"):
        (tmp_path / file.name).symlink_to(file)
    settings.PROMETHEUS_FOLDER = tmp_path
    return tmp_path


def scraped(client: Client) -> dict[str, float]:
    lines = client.get("/metrics").content.decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def test_requests_are_timed_under_their_route(api: Api, operator: User, figures: Path) -> None:
    name = (
        'http_request_duration_seconds_count{method="GET",route="v1/organizations/<uuid:pk>",'
        'status="200"}'
    )
    client = api(operator)
    before = scraped(client).get(name, 0)
    client.get(f"/v1/organizations/{next(iter(operator.roles))}")

    assert scraped(client)[name] == before + 1


@pytest.mark.django_db
def test_counters_of_other_processes_are_added_up(api: Api, figures: Path) -> None:
    name = 'exports_total{format="csv",status="probe"}'
    before = scraped(api()).get(name, 0)
    program = "from conciliacontag.metrics import EXPORTS; EXPORTS.labels('csv', 'probe').inc(2)"
    told = {"DJANGO_SETTINGS_MODULE": "conciliacontag.settings"}
    environment = {**os.environ, **told, "PROMETHEUS_MULTIPROC_DIR": str(figures)}
    folder = project.ROOT_FOLDER
    subprocess.run([sys.executable, "-c", program], env=environment, cwd=folder, check=True)

    assert scraped(api())[name] == before + 2


def test_a_process_killed_before_its_first_figure_hides_no_others(api: Api, figures: Path) -> None:
    (figures / "counter_999999999.db").touch()

    assert api().get("/metrics").status_code == 200


@pytest.mark.django_db
def test_a_task_that_raises_is_counted(api: Api, figures: Path) -> None:
    @app.task(name="tests.raises")
    def fail() -> None:
        raise ValueError

    name = 'celery_task_failures_total{task="tests.raises"}'
    before = scraped(api()).get(name, 0)
    task_failure.send(sender=fail)

    assert scraped(api())[name] == before + 1
