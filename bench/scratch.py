"""A database and a folder of their own for one benchmark, gone afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from psycopg import connect, sql
from psycopg.conninfo import make_conninfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conciliacontag.settings")
django.setup()

from django.conf import settings  # noqa: E402 - settings exist after setup
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402


@contextmanager
def scratch() -> Iterator[Path]:
    """Migrate a new database, point the project at it and at a temporary folder of files."""
    main = settings.DATABASES["owner"]["NAME"]
    name = sql.Identifier(f"bench_{os.getpid()}")
    with (
        connect(owner_of(main), autocommit=True) as owner,
        tempfile.TemporaryDirectory(dir=settings.DATA) as folder,
    ):
        owner.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            for alias in connections:
                connections[alias].settings_dict["NAME"] = f"bench_{os.getpid()}"
            settings.FILES_ROOT = Path(folder) / "files"
            call_command("migrate", verbosity=0)
            yield Path(folder)
        finally:
            connections.close_all()
            owner.execute(sql.SQL("DROP DATABASE {}").format(name))


def owner_of(database: str) -> str:
    address = settings.DATABASES["owner"]
    return make_conninfo(
        host=address["HOST"],
        port=address["PORT"] or None,
        user=address["USER"],
        password=address["PASSWORD"],
        dbname=database,
    )


def gather_statistics() -> None:
    """What the server does by itself within a minute after many rows were written."""
    with connect(owner_of(f"bench_{os.getpid()}"), autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE)")
