"""The databases of tests: one migrated template, and copies of it that come and go."""

from contextlib import suppress
from functools import cache as once
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import connect, sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import ObjectInUse

from tests.data.ground import Ground

ground = Ground()


def owner(database: str) -> Any:
    """A connection of the role that owns the databases, outside Django."""
    return link("owner", database)


def link(role: str, database: str) -> Any:
    address = settings.DATABASES[role]
    info = make_conninfo(
        host=address["HOST"],
        port=address["PORT"] or None,
        user=address["USER"],
        password=address["PASSWORD"],
        dbname=database,
    )
    return connect(info, autocommit=True)


@once
def template_name() -> str:
    """Named after the migrations, so that a change of them makes a new template."""
    digest = sha256()
    for path in sorted(Path(settings.ROOT_FOLDER).glob("*/migrations/*.py")) + sorted(
        Path(settings.ROOT_FOLDER).glob("*/*/migrations/*.py")
    ):
        digest.update(path.read_bytes())
    return f"template_{digest.hexdigest()[:16]}"


def make_template(main: str, name: str) -> None:
    """Migrate one database for all workers; the others wait at the lock."""
    with owner(main) as database:
        database.execute("SELECT pg_advisory_lock(hashtextextended('test template', 0))")
        found = database.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]
        ).fetchone()
        if found:
            return
        quoted = sql.Identifier(name)
        database.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(quoted))
        database.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
        point_at(name)
        call_command("migrate", verbosity=0)
        connections.close_all()
        database.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(quoted))


def point_at(name: str) -> None:
    ground.leave()
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def clone(main: str, name: str) -> None:
    """A copy of the template. Tests kill processes, never the machine: commits need no disk."""
    quoted = sql.Identifier(name)
    with owner(main) as database:
        database.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(quoted))
        database.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                quoted, sql.Identifier(template_name())
            )
        )
        database.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(quoted))


def drop(main: str, name: str) -> None:
    """Remove a copy; threads that still hold connections to it lose them first."""
    leave = "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
    with link("default", main) as database:
        database.execute(f"{leave} WHERE datname = %s AND usename = current_user", [name])
    with owner(main) as database, suppress(ObjectInUse):
        database.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
