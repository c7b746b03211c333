"""Who starts the embedded services and who stops them.

Each command that needs them holds a shared lock on the data folder while it works. The
last one to leave stops them; a killed one leaves its lock to the kernel, so it never keeps
them alive and never stops somebody else's.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from conciliacontag.development.environment import (
    environment,
    needs_postgres,
    needs_valkey,
    write_environment,
)
from conciliacontag.development.folder import DataFolder
from conciliacontag.development.postgres import Postgres
from conciliacontag.development.valkey import Valkey


@contextmanager
def embedded_services(path: Path, *, lasting: bool = True) -> Iterator[dict[str, str]]:
    """Start what nobody replaced, give the variables that point there, stop what is unused.

    Where nothing has to last, as in tests, the database does not wait for the disk.
    """
    data = DataFolder(path)
    with (data.path / "users.lock").open("a") as users:
        try:
            with data.locked():
                fcntl.flock(users, fcntl.LOCK_SH)
                values = start_services(data, lasting=lasting)
            yield values
        finally:
            with data.locked():
                if _is_last(users):
                    stop_services(data)


def start_services(data: DataFolder, *, lasting: bool = True) -> dict[str, str]:
    """Start or reuse each embedded service and write where it is; the caller holds the lock."""
    needed = needed_services(data, lasting=lasting)
    for service in needed:
        service.launch()
    for service in needed:
        service.wait()
    values = environment(data.path)
    write_environment(data.path, values)
    return values


def needed_services(data: DataFolder, *, lasting: bool = True) -> list[Postgres | Valkey]:
    """The services that nobody replaced by an address of their own."""
    needed: list[Postgres | Valkey] = []
    if needs_valkey():
        needed.append(Valkey(data))
    if needs_postgres():
        needed.append(Postgres(data, lasting=lasting))
    return needed


def revive_services(data: DataFolder) -> list[str]:
    """Start again what died meanwhile, and give its names; usually finds nothing to do."""
    dead = [one.name for one in needed_services(data) if one.main_process() is None]
    if dead:
        with data.locked():
            start_services(data)
    return dead


def stop_services(data: DataFolder) -> list[str]:
    """Stop what runs in the folder and give its names."""
    running = [one for one in (Postgres(data), Valkey(data)) if one.main_process() is not None]
    for service in running:
        service.stop()
    return [service.name for service in running]


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(users, fcntl.LOCK_UN)
        return False
    return True
