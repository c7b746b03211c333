"""Addresses of the embedded services, as the settings read them.

A person's own variable always wins, one by one: who sets DATABASE_URL keeps the embedded
Valkey, and the embedded PostgreSQL is not even started.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from conciliacontag.development.folder import ROOT, DataFolder, DevelopmentError, write_private

DATABASE = ("DATABASE_URL", "DATABASE_OWNER_URL")
QUEUE = ("CELERY_BROKER_URL", "CACHE_URL")


def data_path(default: str = ".data") -> Path:
    """CONCILIACONTAG_DATA, or a folder below the project's root."""
    chosen = os.environ.get("CONCILIACONTAG_DATA")
    return Path(chosen).expanduser() if chosen else ROOT / default


def needs_postgres(given: Mapping[str, str] = os.environ) -> bool:
    """Whether nobody named another database.

    Raises:
        DevelopmentError: an owner's address without the application's own.
    """
    if given.get("DATABASE_OWNER_URL") and not given.get("DATABASE_URL"):
        raise DevelopmentError(
            "dev.banco_incompleto",
            "DATABASE_OWNER_URL foi definida sem DATABASE_URL. Defina as duas, ou nenhuma "
            "para usar o PostgreSQL embutido.",
        )
    return not given.get("DATABASE_URL")


def needs_valkey(given: Mapping[str, str] = os.environ) -> bool:
    """Whether the queue or the cache still depends on the embedded server."""
    return not all(given.get(name) for name in QUEUE)


def environment(data: Path, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables nobody set: addresses of the embedded services and the data folder."""
    folder = DataFolder(data)
    sockets = folder.sockets()
    words = folder.passwords()
    database = f"/conciliacontag?host={sockets}"
    embedded = {
        "DATABASE_URL": f"postgresql://conciliacontag_app:{words['conciliacontag_app']}@{database}",
        "DATABASE_OWNER_URL": (
            f"postgresql://conciliacontag_owner:{words['conciliacontag_owner']}@{database}"
        ),
        "CELERY_BROKER_URL": f"redis+socket://{sockets}/valkey.sock?virtual_host=0",
        "CACHE_URL": f"unix://{sockets}/valkey.sock?db=1",
    }
    if not needs_postgres(given):
        embedded = {name: embedded[name] for name in QUEUE}
    free = {name: value for name, value in embedded.items() if not given.get(name)}
    return free | {"CONCILIACONTAG_DATA": str(folder.path)}


def write_environment(data: Path, values: dict[str, str]) -> None:
    """Leave the addresses in `<data>/environment` for a manage.py started by hand."""
    write_private(data / "environment", values)
