import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest

from conciliacontag.development.daemon import processes_in, wait_until
from conciliacontag.development.embedded import (
    embedded_services,
    revive_services,
    start_services,
    stop_services,
)
from conciliacontag.development.folder import DataFolder
from conciliacontag.development.postgres import Postgres


@pytest.fixture
def values(shared_data: DataFolder) -> Iterator[dict[str, str]]:
    with embedded_services(shared_data.path) as found:
        yield found


def ask(url: str, sql: str) -> tuple[object, ...]:
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchone() or ()


def test_the_application_is_neither_owner_nor_above_the_rules(values: dict[str, str]) -> None:
    sql = "select rolname, rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = user"

    app, owner = ask(values["DATABASE_URL"], sql), ask(values["DATABASE_OWNER_URL"], sql)

    assert app == ("conciliacontag_app", False, False, False)
    assert owner == ("conciliacontag_owner", False, False, True)


def test_the_application_cannot_create_tables(values: dict[str, str]) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(values["DATABASE_URL"], "create table mine (id int)")


def test_the_application_has_time_limits(values: dict[str, str]) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

    limits = [ask(values["DATABASE_URL"], f"show {name}") for name in names]

    assert limits == [("1min",), ("10s",), ("1min",)]


def test_a_wrong_password_is_refused(values: dict[str, str], shared_data: DataFolder) -> None:
    word = shared_data.passwords()["conciliacontag_app"]

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(values["DATABASE_URL"].replace(word, "wrong"), "select 1")


def test_it_listens_on_a_private_socket_only(
    values: dict[str, str], shared_data: DataFolder
) -> None:
    assert ask(values["DATABASE_URL"], "show listen_addresses") == ("",)
    assert shared_data.sockets().stat().st_mode & 0o077 == 0
    assert (shared_data.services / "postgres").stat().st_mode & 0o077 == 0


def test_portuguese_letters_have_case(values: dict[str, str]) -> None:
    sql = "select lower('AÇÃO'), to_tsvector('portuguese', 'AÇÕES')::text"

    assert ask(values["DATABASE_URL"], sql) == ("ação", "'açõ':1")


def test_it_never_runs_as_root(values: dict[str, str], shared_data: DataFolder) -> None:
    process = Postgres(shared_data).main_process()

    assert process is not None
    assert os.stat(f"/proc/{process}").st_uid != 0  # noqa: PTH116


def test_a_second_user_finds_it_running_and_the_last_one_stops_it(
    shared_data: DataFolder,
) -> None:
    server = Postgres(shared_data)
    with embedded_services(shared_data.path):
        process = server.main_process()
        with embedded_services(shared_data.path):
            assert server.main_process() == process
        assert server.main_process() == process

    assert server.main_process() is None


def test_committed_rows_survive_a_kill_of_everything(shared_data: DataFolder) -> None:
    values = start_services(shared_data)
    with psycopg.connect(values["DATABASE_OWNER_URL"]) as connection:
        connection.execute("create table kept as select 42 as answer")
    cluster = shared_data.services / "postgres"
    for process in processes_in(cluster, shared_data.services):
        with suppress(ProcessLookupError):  # the others leave when the first has died
            os.kill(process, signal.SIGKILL)
    assert wait_until(lambda: not processes_in(cluster, shared_data.services), seconds=10)

    values = start_services(shared_data)

    assert ask(values["DATABASE_OWNER_URL"], "select answer from kept") == (42,)
    stop_services(shared_data)


def test_a_killed_postmaster_is_replaced(shared_data: DataFolder) -> None:
    start_services(shared_data)
    server = Postgres(shared_data)
    first = server.main_process()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: server.main_process() is None, seconds=10)

    values = start_services(shared_data)

    assert server.main_process() not in (None, first)
    assert ask(values["DATABASE_URL"], "select 1") == (1,)
    stop_services(shared_data)


def test_a_server_that_died_in_use_is_revived(shared_data: DataFolder) -> None:
    server = Postgres(shared_data)
    with embedded_services(shared_data.path) as values:
        assert revive_services(shared_data) == []
        process = server.main_process()
        assert process is not None
        os.kill(process, signal.SIGKILL)
        assert wait_until(lambda: server.main_process() is None, seconds=5)

        assert revive_services(shared_data) == ["PostgreSQL"]
        assert ask(values["DATABASE_URL"], "select 1") == (1,)


def test_a_status_file_that_names_a_stranger_does_not_hinder(shared_data: DataFolder) -> None:
    status = shared_data.services / "postgres" / "postmaster.pid"
    status.write_text(f"{os.getpid()}\n{status.parent}\n")

    with embedded_services(shared_data.path) as values:
        assert ask(values["DATABASE_URL"], "select 1") == (1,)


def test_lost_passwords_are_replaced_at_the_next_start(shared_data: DataFolder) -> None:
    (shared_data.path / "secrets" / "database").unlink()

    with embedded_services(shared_data.path) as values:
        assert ask(values["DATABASE_URL"], "select 1") == (1,)


def test_a_warm_start_takes_no_time_worth_naming(shared_data: DataFolder) -> None:
    begin = time.monotonic()
    with embedded_services(shared_data.path):
        seconds = time.monotonic() - begin

    assert seconds < 2  # about 0.1 s; the limit only allows for a crowded machine


def test_an_interrupted_creation_is_begun_anew(data: DataFolder) -> None:
    (data.private("postgres.new") / "half").write_text("made")

    with embedded_services(data.path) as values:
        assert ask(values["DATABASE_URL"], "select 1") == (1,)


def test_two_folders_run_side_by_side(shared_data: DataFolder, closed_data: DataFolder) -> None:
    with embedded_services(shared_data.path) as ours, embedded_services(closed_data.path) as theirs:
        sql = "show data_directory"
        assert ask(ours["DATABASE_OWNER_URL"], "select 1") == (1,)
        assert ask(theirs["DATABASE_OWNER_URL"], "select 1") == (1,)
        assert ours["DATABASE_URL"] != theirs["DATABASE_URL"]
        assert Postgres(shared_data).main_process() != Postgres(closed_data).main_process()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(ours["DATABASE_URL"], sql)


def test_only_where_nothing_has_to_last_the_disk_is_not_waited_for(
    shared_data: DataFolder,
) -> None:
    said = []
    for lasting in (True, False):
        with embedded_services(shared_data.path, lasting=lasting) as values:
            said.append(ask(values["DATABASE_URL"], "show fsync"))

    assert said == [("on",), ("off",)]
