"""What probes ask: is the process alive, can it work, and what has it counted."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError as BrokerDown
from prometheus_client import CONTENT_TYPE_LATEST
from storages.backends.s3 import S3Storage

from conciliacontag.api.envelope import answer
from conciliacontag.celery import app
from conciliacontag.errors import Unavailable
from conciliacontag.metrics import collect
from conciliacontag.storage import storage

FAULTS = (Error, BrokerDown, BotoCoreError, ClientError, OSError)
PATIENCE = 2  # seconds the broker has


class MigrationsMissing(OSError):
    """The database is older than this program."""


@require_safe
@non_atomic_requests
def alive(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "alive"})


@require_safe
@non_atomic_requests
def ready(request: HttpRequest) -> HttpResponse:
    """200 when every part works, else 503 with the parts that do not."""
    parts = {name: state(check) for name, check in PARTS.items()}
    if all(said == "ok" for said in parts.values()):
        return JsonResponse({"status": "ready", "parts": parts})
    broken = ", ".join(name for name, said in parts.items() if said != "ok")
    return answer(
        request, Unavailable(f"Ainda não está pronto: {broken}.", details={"parts": parts})
    )


@require_safe
@non_atomic_requests
def metrics(request: HttpRequest) -> HttpResponse:
    """The counters of every process of this machine, in Prometheus' text format."""
    return HttpResponse(collect(), content_type=CONTENT_TYPE_LATEST)


def state(check: Callable[[], None]) -> str:
    """ "ok", or the kind of fault: its text may hold addresses and stays out of the answer."""
    try:
        check()
    except FAULTS as fault:
        return type(fault).__name__
    return "ok"


def reach_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def compare_migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MigrationsMissing


def reach_broker() -> None:
    with app.connection_for_write(connect_timeout=PATIENCE) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=PATIENCE)


def write_storage() -> None:
    backend = storage()
    if isinstance(backend, S3Storage):
        backend.bucket.meta.client.head_bucket(Bucket=backend.bucket.name)
        return
    folder = Path(settings.FILES_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".ready-") as file:
        file.write(b"ready")
        file.flush()


PARTS: dict[str, Callable[[], None]] = {
    "database": reach_database,
    "migrations": compare_migrations,
    "broker": reach_broker,
    "storage": write_storage,
}
