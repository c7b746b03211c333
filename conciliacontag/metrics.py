"""Every figure the product publishes at /metrics, by name.

Web and worker processes write into files of one folder, and whoever is scraped adds them up.
"""

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from celery import Task
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

Handler = Callable[[HttpRequest], HttpResponse]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

# The library decides at its own import, long before the settings are read: decide again here.
settings.PROMETHEUS_FOLDER.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.PROMETHEUS_FOLDER)
values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]

REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds", "Time to answer a request", ["method", "route", "status"]
)
PROCESS_FILE_SECONDS = Histogram(
    "process_file_duration_seconds", "Time to read one file to its end", ["kind"]
)
DOCUMENTS_PROCESSED = Counter("documents_processed_total", "Fiscal documents read", ["doc_type"])
FILES_PROCESSED = Counter("files_processed_total", "Files read to their end", ["kind", "status"])
FILES_INFECTED = Counter(
    "files_infected_total", "Files kept out by the scanner for malware", ["at"]
)
SOURCE_ITEMS = Counter("source_items_total", "Items of automatic entries", ["kind", "status"])
RECONCILIATIONS = Counter("reconciliations_total", "Pairs and doubts stored by runs", ["status"])
TASK_FAILURES = Counter("celery_task_failures_total", "Tasks that raised", ["task"])
EXPORTS = Counter("exports_total", "Exports by outcome", ["format", "status"])
EXPORT_SECONDS = Histogram("export_processing_seconds", "Time to write one export", ["format"])


class EveryProcess(Collector):
    """The figures of all processes, but of one that died before it wrote its first byte."""

    def collect(self) -> Iterable[Metric]:
        files = settings.PROMETHEUS_FOLDER.glob("*.db")
        written = [str(file) for file in files if file.stat().st_size]
        return MultiProcessCollector.merge(written)  # type: ignore[no-untyped-call,no-any-return]


def collect() -> bytes:
    """The sum over all processes, in the text format."""
    registry = CollectorRegistry()
    registry.register(EveryProcess())
    return generate_latest(registry)


def measure_requests(handle: Handler) -> Handler:
    """Time each answer under its route, never under the address with its identifiers."""

    def middleware(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = handle(request)
        route = request.resolver_match.route if request.resolver_match else "unknown"
        method = request.method if request.method in METHODS else "other"
        timer = REQUEST_SECONDS.labels(method, route, str(response.status_code))
        timer.observe(time.perf_counter() - start)
        return response

    return middleware


def count_task_failure(sender: Task[Any, Any] | None = None, **kwargs: Any) -> None:
    """Receives Celery's own signal for a task that raised."""
    TASK_FAILURES.labels(sender.name if sender else "unknown").inc()
