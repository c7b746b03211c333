"""Rows go to the server batch by batch, in a thread, as if it were one statement of this one."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import current_thread, main_thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError, OperationalError, ProgrammingError, connection
from django.db.transaction import atomic

from conciliacontag import database
from conciliacontag.database import copy_text, session
from conciliacontag.organizations.models import Organization
from reconciliation.models import Reconciliation
from tests.data.faults import failing
from tests.data.rows import make_transaction

BATCH = 3
COLUMNS = ("id", "transaction_id", "installment", "status", "amount", "score", "reason", "evidence")
SAME = {
    "alert": "",
    "content_hash": "",
    "created_at": datetime(2026, 10, 5, tzinfo=UTC),
    "difference": 0,
    "difference_kind": "",
}

Spell = Callable[[str], str]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BATCH", BATCH)


@pytest.fixture
def spell(organization: Organization) -> Spell:
    """A row of a line without a note, spelled."""
    line = make_transaction(organization, "10.00")
    return lambda reason: f"{uuid4()}\t{line.pk}\t\tunmatched\t10.00\t0.00\t{reason}\t[]\n"


def copied(organization: Organization, rows: Iterator[str]) -> int:
    return copy_text(
        Reconciliation, COLUMNS, rows, same={"organization_id": organization.pk, **SAME}
    )


def told() -> list[str]:
    return sorted(Reconciliation.objects.values_list("reason", flat=True))


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 1, 3 * BATCH])
def test_every_row_is_there_once(organization: Organization, spell: Spell, count: int) -> None:
    reasons = [f"{number:02}" for number in range(count)]

    assert copied(organization, map(spell, reasons)) == count
    assert told() == reasons


def test_it_is_called_twice_in_one_transaction(organization: Organization, spell: Spell) -> None:
    assert copied(organization, map(spell, "abcd")) == 4
    assert copied(organization, map(spell, "efgh")) == 4

    assert told() == list("abcdefgh")


def test_the_server_works_in_a_thread_and_at_most_two_batches_are_held(
    organization: Organization, spell: Spell
) -> None:
    taken: list[bool] = []
    ahead: list[int] = []

    def watch(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        done = execute(sql, *rest)
        if not isinstance(sql, str) and sql.as_string().startswith("INSERT"):
            taken.append(current_thread() is main_thread())
        return done

    def rows() -> Iterator[str]:
        for number in range(5 * BATCH):
            ahead.append(number // BATCH - len(taken))
            yield spell(str(number))

    with connection.execute_wrapper(watch):
        assert copied(organization, rows()) == 5 * BATCH
    assert taken == [False] * 5
    assert max(ahead) <= 2


@pytest.mark.parametrize("place", [0, BATCH, 3 * BATCH])
def test_what_the_server_cannot_read_fails_here(
    organization: Organization, spell: Spell, place: int
) -> None:
    rows = [spell(str(number)) for number in range(4 * BATCH)]
    rows[place] = "no row at all\n"

    with pytest.raises(DataError, match="invalid input syntax"), atomic():
        copied(organization, iter(rows))
    assert told() == []
    assert copied(organization, map(spell, "a")) == 1


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_connection_that_breaks_in_the_thread_fails_here(
    organization: Organization, spell: Spell, at: int
) -> None:
    with failing(at, always=False), pytest.raises(OperationalError, match="was cut"), atomic():
        copied(organization, map(spell, "abcdefg"))

    assert told() == []


@pytest.mark.parametrize("place", [0, 1, BATCH, 2 * BATCH + 1])
def test_rows_that_end_in_an_error_leave_nothing(
    organization: Organization, spell: Spell, place: int
) -> None:
    def rows() -> Iterator[str]:
        for number in range(place):
            yield spell(str(number))
        raise LookupError("no word for it")

    with pytest.raises(LookupError, match="no word"), atomic():
        copied(organization, rows())
    assert told() == []
    assert copied(organization, map(spell, "abcd")) == 4


def test_what_is_linked_must_be_there_when_it_is_written(organization: Organization) -> None:
    lost = f"{uuid4()}\t{uuid4()}\t\tunmatched\t10.00\t0.00\tperdida\t[]\n"

    with pytest.raises(IntegrityError, match="foreign key"), atomic():
        copied(organization, iter([lost]))
    assert told() == []


def test_later_statements_are_checked_at_the_commit_as_always(
    organization: Organization, spell: Spell
) -> None:
    copied(organization, map(spell, "a"))

    with pytest.raises(IntegrityError, match="foreign key"), atomic():
        Reconciliation.objects.update(transaction=uuid4())
        assert not Reconciliation.objects.filter(transaction__date="2026-10-05").exists()
        connection.check_constraints()


def test_rows_of_an_organization_that_is_not_seen_are_refused(
    organization: Organization, other_organization: Organization, spell: Spell
) -> None:
    with (
        session([organization.pk]),
        pytest.raises(ProgrammingError, match="row-level security"),
        atomic(),
    ):
        copied(other_organization, map(spell, "abcd"))

    assert told() == []
