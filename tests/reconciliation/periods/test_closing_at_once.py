"""A month is closed while others write: nothing slips into it between the look and the lock.

A closing is held up half-way, at a table that it reads for its checklist, while another thread
works; nothing of ours is replaced.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection

from conciliacontag.database import EVERY, session
from conciliacontag.errors import Conflict
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from conciliacontag.visibility import visible
from ingestion.models import Document, SourceFile, Transaction
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from reconciliation.ledger import books
from reconciliation.models import Closing, Reconciliation, Run
from reconciliation.periods.changes import changes_after, count_late
from reconciliation.periods.services import close_period
from reconciliation.services import confirm_match, execute_run, start_run
from tests.conftest import make_organization, make_person
from tests.data.files import invoices, xml
from tests.data.rows import make_doubt, make_pair

READ_BY_CLOSING = "ingestion_statement"
PATIENCE = 20  # seconds until a thread must wait where it is expected to
WAITS = (
    "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
    " WHERE NOT granted AND datname = current_database()"
)


@pytest.fixture
def organization(committed: None) -> Organization:
    with session(EVERY):
        return make_organization("Padaria Aurora Ltda", 1)


@pytest.fixture
def manager(organization: Organization) -> User:
    with session(EVERY):
        return make_person(Role.MANAGER, organization)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as pool:
        yield pool


def aside(threads: ThreadPoolExecutor, work: Callable[[], Any]) -> "Future[Any]":
    """Do it in another thread, on a connection of its own."""

    def alone() -> Any:
        visible.set("")
        try:
            return work()
        finally:
            connection.close()

    return threads.submit(alone)


@contextmanager
def nobody_reads(table: str) -> Iterator[None]:
    with session(EVERY), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def wait_for(count: int) -> None:
    """Until so many connections stand still at a lock."""
    end = monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while monotonic() < end:
            cursor.execute(WAITS)
            if cursor.fetchone() == (count,):
                return
            sleep(0.05)
    raise AssertionError(f"{count} connections should be waiting")


def close(organization: Organization, month: date, user: User) -> Closing:
    return close_period(organization, month, user=user, reason="Conferido", accept_open=True)[0]


def send(organization: Organization) -> SourceFile:
    content = xml(invoices(1)[0])
    file, _ = receive_file(organization, uploader=None, filename="a.xml", chunks=[content])
    process_file(organization.pk, file.pk)
    return file


def month_of_the_file() -> date:
    return date.fromisoformat(str(invoices(1)[0].issued_at)[:10]).replace(day=1)


def test_what_arrives_during_the_closing_is_told_as_late(
    organization: Organization, manager: User, threads: ThreadPoolExecutor
) -> None:
    month = month_of_the_file()
    with nobody_reads(READ_BY_CLOSING):
        closing = aside(threads, lambda: close(organization, month, manager))
        wait_for(1)
        aside(threads, lambda: send(organization)).result()
    done = closing.result()

    with session(EVERY):
        assert count_late(done) == Document.objects.count() == 1
        assert [one.code for one in changes_after(done)] == ["late_document"]


def test_a_file_that_is_read_meanwhile_keeps_the_month_open(
    organization: Organization, manager: User
) -> None:
    content = xml(invoices(1)[0])
    receive_file(organization, uploader=None, filename="a.xml", chunks=[content])

    with pytest.raises(Conflict) as refusal:
        close(organization, month_of_the_file(), manager)
    assert refusal.value.code == "period_busy"


def test_a_run_that_read_before_the_closing_writes_nothing_after_it(
    organization: Organization, manager: User, threads: ThreadPoolExecutor
) -> None:
    with session(EVERY):
        make_pair(organization)
        make_doubt(organization)
    with nobody_reads(READ_BY_CLOSING):
        closing = aside(threads, lambda: close(organization, date(2026, 10, 1), manager))
        wait_for(1)
        run, _ = start_run_beside(organization, threads)
        running = aside(threads, lambda: execute_run(organization.pk, run.pk))
        wait_for(2)  # the run has compared everything and waits for the books
    closing.result()
    running.result()

    with session(EVERY):
        run.refresh_from_db()
        assert (run.status, run.written, run.error) == ("done", 0, "")
        assert not Reconciliation.objects.exists()
        assert set(Transaction.objects.values_list("status", flat=True)) == {"pending"}


def start_run_beside(organization: Organization, threads: ThreadPoolExecutor) -> tuple[Run, bool]:
    found: tuple[Run, bool] = aside(
        threads, lambda: start_run(organization, requested_by=None)
    ).result()
    return found


def test_a_closing_waits_for_a_run_that_writes_and_counts_what_it_booked(
    organization: Organization, manager: User, threads: ThreadPoolExecutor
) -> None:
    with session(EVERY):
        make_pair(organization)
    run, _ = start_run(organization, requested_by=None)
    with books(organization.pk):
        running = aside(threads, lambda: execute_run(organization.pk, run.pk))
        wait_for(1)
        closing = aside(threads, lambda: close(organization, date(2026, 10, 1), manager))
        wait_for(2)
    running.result()
    done = closing.result()

    assert done.figures["transactions"]["reconciled"]["count"] == 1
    with session(EVERY):
        assert Reconciliation.objects.get().status == "matched"


def test_a_decision_during_the_closing_is_refused_in_words(
    organization: Organization, manager: User, threads: ThreadPoolExecutor
) -> None:
    with session(EVERY):
        make_doubt(organization)
    run, _ = start_run(organization, requested_by=None)
    execute_run(organization.pk, run.pk)
    with session(EVERY):
        row = Reconciliation.objects.order_by("pk")[0]
        assert row.organization
    with nobody_reads(READ_BY_CLOSING):
        closing = aside(threads, lambda: close(organization, date(2026, 10, 1), manager))
        wait_for(1)
        deciding = aside(threads, lambda: confirm_match(row, user=manager))
        wait_for(2)
    closing.result()

    with pytest.raises(Conflict) as refusal:
        deciding.result()
    assert refusal.value.code == "period_closed"
    with session(EVERY):
        assert not Reconciliation.objects.matched().exists()


def test_two_who_close_at_once_make_one_closing(
    organization: Organization, manager: User, threads: ThreadPoolExecutor
) -> None:
    with session(EVERY):
        make_pair(organization)
    with nobody_reads(READ_BY_CLOSING):
        both = [
            aside(threads, lambda: close(organization, date(2026, 10, 1), manager))
            for _ in range(2)
        ]
        wait_for(2)
    first, second = (one.result() for one in both)

    assert first.pk == second.pk
    with session(EVERY):
        assert Closing.objects.count() == 1
