"""The task queue. Rows are the truth; a message only rings the bell."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from kombu.exceptions import OperationalError
from structlog import get_logger

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conciliacontag.settings")

app = Celery("conciliacontag")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

log = get_logger(__name__)

# A broker that is down must not hold a web request: two quick tries, then the sweep does it.
FAIL_FAST = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2}


@setup_logging.connect  # Celery's own configuration would replace the project's
def keep_logging(**kwargs: Any) -> None:
    """Leave the log as Django set it up."""


def ring(task: str, *ids: str) -> None:
    """Wake a worker for rows that are committed; a bell that nobody hears is rung by the sweep."""
    try:
        app.send_task(task, args=ids, retry=True, retry_policy=FAIL_FAST)
    except OperationalError as fault:
        log.warning("bell_not_heard", task=task, ids=ids, fault=type(fault).__name__)
