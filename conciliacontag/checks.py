"""What the database must keep before this program may serve: asked by `check --deploy`.

Row-level security is silently void for a superuser, for a role with BYPASSRLS and, without FORCE,
for the owner of a table; an append-only table is one only while its triggers are enabled.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Model

APPEND_ONLY = ("organizations_auditlog", "audits_decision", "audits_closingrecord")
TRIGGERS = ("append_only", "append_only_truncate")
HINT = "Rode `manage.py migrate` e confira DATABASE_URL."


def check_database(**kwargs: Any) -> list[CheckMessage]:
    """Everything below in one visit; a database that is away is an error of its own."""
    try:
        found = [*weak_role(), *open_tables(), *changeable_trails()]
    except DatabaseError as fault:
        return [
            Error(f"O banco de dados não pôde ser conferido: {fault}", id="conciliacontag.E001")
        ]
    return found


def check_address(**kwargs: Any) -> list[CheckMessage]:
    """Links in files and mails start with PUBLIC_URL: behind TLS it says https."""
    if settings.SECURE_SSL_REDIRECT and not settings.PUBLIC_URL.startswith("https://"):
        return [
            Warning(
                "PUBLIC_URL não começa com https://, mas o site exige TLS.",
                hint="Informe o endereço público do site em PUBLIC_URL.",
                id="conciliacontag.W001",
            )
        ]
    return []


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def weak_role() -> Iterator[CheckMessage]:
    """The application's role must be subject to the policies."""
    ((superuser, bypasses),) = rows(
        "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    if superuser or bypasses:
        yield Error(
            "O papel da aplicação é superusuário ou tem BYPASSRLS: o isolamento não vale.",
            hint="Use um papel NOSUPERUSER NOBYPASSRLS em DATABASE_URL.",
            id="conciliacontag.E002",
        )
    owned = rows(
        "SELECT tablename FROM pg_tables WHERE tableowner = current_user AND schemaname = 'public'"
    )
    if owned:
        yield Error(
            f"O papel da aplicação é dono de {len(owned)} tabelas e poderia mudar a trilha.",
            hint="As tabelas são do papel de DATABASE_OWNER_URL.",
            id="conciliacontag.E003",
        )


def carries_organization(model: type[Model]) -> bool:
    return any(field.name == "organization" for field in model._meta.concrete_fields)


def open_tables() -> Iterator[CheckMessage]:
    """Tables with an organization whose policy is missing or not forced."""
    kept = {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
            "WHERE relrowsecurity AND relforcerowsecurity"
        )
    }
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if carries_organization(model) and table not in kept:
            yield Error(
                f"A tabela {table} não está isolada por empresa.",
                hint=HINT,
                id="conciliacontag.E004",
            )


def changeable_trails() -> Iterator[CheckMessage]:
    """Append-only tables without an enabled trigger, or writable by the application's role."""
    enabled = set(
        rows(
            "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE tgenabled IN ('O', 'A') AND tgname = ANY (%s)",
            list(TRIGGERS),
        )
    )
    for table in APPEND_ONLY:
        missing = [trigger for trigger in TRIGGERS if (table, trigger) not in enabled]
        ((writable,),) = rows("SELECT has_table_privilege(%s, 'UPDATE, DELETE')", table)
        if missing or writable:
            yield Error(
                f"A tabela {table} pode ser alterada depois de escrita.",
                hint=HINT,
                id="conciliacontag.E005",
            )
