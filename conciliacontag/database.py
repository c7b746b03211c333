"""Row-level security sessions, and bulk writing by COPY."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.transaction import atomic
from psycopg import sql

from conciliacontag.visibility import EVERY, visible

__all__ = [
    "EVERY",
    "NULL",
    "be_patient",
    "copy_rows",
    "copy_text",
    "lock",
    "lookup",
    "session",
    "show",
    "spelled",
]

NULL = "\\N"  # as COPY reads it
ESCAPED = {ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}
Then = Callable[[CursorWrapper, sql.Composable], object]
BATCH = 5_000  # rows the server takes in at once


def show(organizations: str | Iterable[UUID]) -> None:
    """Let the current work see these organizations, from the open transaction on."""
    text = organizations if isinstance(organizations, str) else ",".join(map(str, organizations))
    visible.set(text)
    if connection.in_atomic_block:
        connection.set_visible(text)  # type: ignore[attr-defined]


@contextmanager
def session(organizations: str | Iterable[UUID]) -> Iterator[None]:
    """One transaction that sees these organizations and no other."""
    before = visible.get()
    with atomic():
        show(organizations)
        try:
            yield
        finally:
            visible.set(before)
        if connection.in_atomic_block:
            connection.set_visible(before)  # type: ignore[attr-defined]


def be_patient(seconds: int) -> None:
    """Let the open transaction stay idle so long, while this process computes."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{int(seconds)}s'")


def lock(name: str) -> None:
    """Wait for the advisory lock of this name; it falls with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def lookup(
    table: type[models.Model], column: str, values: Sequence[str], **narrowed: Any
) -> set[str]:
    """Which of these values the rows of a table already hold, in one query."""
    rows = table._default_manager.filter(**{f"{column}__in": values}, **narrowed)
    return set(rows.values_list(column, flat=True))


def copy_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    conflict: Sequence[str] = (),
    returning: str = "id",
) -> list[Any]:
    """Insert rows by COPY through a temporary table; rows that are already there stay as they are.

    Args:
        columns: names of the table's columns (`organization_id`, `key`, …).
        conflict: columns of the unique constraint that says a row is already known; without
            them every row is new.
        returning: the column whose value is returned for each row that was really inserted.
    """
    target = sql.Identifier(model._meta.db_table)
    staging = sql.Identifier(f"incoming_{model._meta.db_table}")
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    arbiter = sql.SQL(", ").join(map(sql.Identifier, conflict))
    known = sql.SQL("ON CONFLICT ({}) DO NOTHING").format(arbiter) if conflict else sql.SQL("")
    with atomic(), connection.cursor() as cursor:
        create = "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0"
        cursor.execute(sql.SQL(create).format(staging, listed, target))
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(staging, listed)) as stream:
            for row in rows:
                stream.write_row(row)
        insert = "INSERT INTO {} ({}) SELECT {} FROM {} {} RETURNING {}"
        cursor.execute(
            sql.SQL(insert).format(
                target, listed, listed, staging, known, sql.Identifier(returning)
            )
        )
        inserted = [row[0] for row in cursor.fetchall()]
        cursor.execute(sql.SQL("DROP TABLE {}").format(staging))
    return inserted


def copy_text(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[str],
    *,
    same: Mapping[str, Any],
    then: Then = lambda *_: None,
) -> int:
    """Insert rows that are spelled already, and count them; none of them may be there.

    The server takes one batch in, and checks it, while the next is spelled: the rows may not ask
    the database for anything. At most two batches are held at once.
    COPY itself may not write to a table behind row-level security, hence the temporary one.

    Args:
        rows: each ends its line, its values separated by tabs and `spelled` where they are text.
        same: values that all rows share, by column.
        then: what else to ask of the server, by this cursor, once the rows of a batch are in; they
            stand in the table named.
    """
    target = sql.Identifier(model._meta.db_table)
    staging = sql.Identifier(f"incoming_{model._meta.db_table}")
    told, shared = (sql.SQL(", ").join(map(sql.Identifier, names)) for names in (columns, same))
    values = sql.SQL(", ").join(map(sql.Literal, same.values()))
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(staging, told)
    insert = sql.SQL("INSERT INTO {} ({}, {}) SELECT {}, {} FROM {}").format(
        target, told, shared, told, values, staging
    )
    # The connection belongs to this thread; a cursor of it may be used in another.
    with atomic(), connection.cursor() as cursor, at_once():
        create = "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0"
        cursor.execute(sql.SQL(create).format(staging, told, target))
        asked = (copy, insert, staging, then)
        count = sum(beside(lambda batch: take(cursor, batch, *asked), batches(rows)))
        cursor.execute(sql.SQL("DROP TABLE {}").format(staging))
    return count


def take(
    cursor: CursorWrapper,
    batch: str,
    copy: sql.Composable,
    insert: sql.Composable,
    staging: sql.Composable,
    then: Then,
) -> int:
    """One batch into the temporary table, and from there into its own; how many rows it had."""
    with cursor.db.wrap_database_errors, cursor.copy(copy) as stream:
        stream.write(batch)
    cursor.execute(insert)
    count = int(cursor.rowcount)
    then(cursor, staging)
    cursor.execute(sql.SQL("TRUNCATE {}").format(staging))
    return count


@contextmanager
def at_once() -> Iterator[None]:
    """Check foreign keys with each statement, not at the commit; a rollback forgets it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def batches(rows: Iterable[str]) -> Iterator[str]:
    lines = iter(rows)
    while batch := "".join(islice(lines, BATCH)):
        yield batch


def beside(work: Callable[[str], int], items: Iterable[str]) -> Iterator[int]:
    """What the work makes of each item, in a thread, while the next item is made in this one."""
    with ThreadPoolExecutor(1) as thread:
        under_way: Future[int] | None = None
        for item in items:
            if under_way:
                yield under_way.result()
            under_way = thread.submit(work, item)
        if under_way:
            yield under_way.result()


def spelled(text: str) -> str:
    """A text as COPY reads it."""
    if text.isprintable() and "\\" not in text:
        return text
    return text.translate(ESCAPED)
