"""Who serves a data folder: one command at a time, and anybody may ask which and where."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from conciliacontag.development.daemon import wait_until
from conciliacontag.development.folder import DataFolder, DevelopmentError


@contextmanager
def only_server(data: Path) -> Iterator[Callable[[str], None]]:
    """Hold the folder's serving lock; gives the function that writes the address into it."""
    file = DataFolder(data).path / "serving.lock"
    with file.open("a+") as lock:
        # Who only looks holds the lock for an instant, hence the second of patience.
        if not wait_until(lambda: _lock(lock, fcntl.LOCK_EX), seconds=1):
            raise DevelopmentError(
                "dev.ja_no_ar",
                f"Esta pasta de dados já está em uso por outro `dev run` ou `dev demo` "
                f"({served_at(data) or 'iniciando'}). Encerre-o com `python3 dev stop` ou use "
                "outra pasta com CONCILIACONTAG_DATA.",
            )

        def announce(address: str) -> None:
            lock.truncate(0)
            lock.write(f"{os.getpid()} {address}")
            lock.flush()

        announce("")
        yield announce
        lock.truncate(0)


def server_of(data: Path) -> tuple[int, str] | None:
    """Process and address of the command that serves this folder, or None."""
    file = data / "serving.lock"
    if not file.exists():
        return None
    with file.open() as lock:
        if _lock(lock, fcntl.LOCK_SH):
            return None
        process, _, address = lock.read().partition(" ")
        return (int(process), address) if process else None


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def served_at(data: Path) -> str | None:
    """Address of the site that already serves this folder, or None."""
    server = server_of(data)
    return (server[1] or None) if server else None
