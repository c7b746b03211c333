"""Django's `migrate`, run by the role that owns the tables, followed by the grants."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql

GRANTS = """
GRANT USAGE ON SCHEMA public TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app};
"""
APPEND_ONLY = """
SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname = 'append_only'
"""


class Command(migrate.Command):
    """The application's role reads and writes rows; it owns no table and changes no trail."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == DEFAULT_DB_ALIAS:
            options["database"] = "owner"
        super().handle(*args, **options)
        self.grant(options["database"])

    def grant(self, alias: str) -> None:
        role = sql.Identifier(settings.DATABASES[DEFAULT_DB_ALIAS]["USER"])
        with connections[alias].cursor() as cursor:
            cursor.execute(sql.SQL(GRANTS).format(app=role))
            cursor.execute(APPEND_ONLY)
            for (table,) in cursor.fetchall():
                revoke = sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}")
                cursor.execute(revoke.format(sql.Identifier(table), role))
