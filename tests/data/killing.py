"""Real processes that work in the test's own database until they are killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

# Small chunks make many moments between two commits, so that no month of files is needed.
CALL = """
import sys, uuid, django
django.setup()
from ingestion import reading
from {module} import {function}
reading.CHUNK_READINGS = 10
{function}(*map(uuid.UUID, sys.argv[1:]))
"""

Process = subprocess.Popen[bytes]


def start_call(work: Callable[..., Any], *ids: Any, data: Path) -> Process:
    """Start a process that calls a service with these identifiers."""
    program = CALL.format(module=work.__module__, function=work.__name__)
    return start(["-c", program, *map(str, ids)], data)


def start(arguments: list[str], data: Path, **more: str) -> Process:
    """Start Python with these arguments; `more` goes into its environment."""
    address = connection.settings_dict
    environment = os.environ | {
        "DATABASE_URL": (
            f"postgresql://{address['USER']}:{quote(address['PASSWORD'])}@/{address['NAME']}"
            f"?host={quote(address['HOST'], safe='')}"
        ),
        "CONCILIACONTAG_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "conciliacontag.settings",
    }
    return subprocess.Popen([sys.executable, *arguments], env=environment | more)


def kill_after(count: int, done: Callable[[], int], process: Process) -> int:
    """Kill the process once it has done so much; return how much it has done."""
    while done() < count:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return done()
