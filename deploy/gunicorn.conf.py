"""Gunicorn's settings; the command line names the address and the number of workers."""

import os
from pathlib import Path
from typing import Any

worker_class = "gthread"
threads = 4
timeout = 120
graceful_timeout = 30
keepalive = 5
max_requests = 5000
max_requests_jitter = 500


def child_exit(server: Any, worker: Any) -> None:
    """Take a dead worker's gauges out of /metrics; its counters stay, or sums would fall."""
    data = os.environ.get("CONCILIACONTAG_DATA", ".data")
    folder = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", Path(data) / "metrics"))
    for file in folder.glob(f"gauge_live*_{worker.pid}.db"):
        file.unlink(missing_ok=True)
