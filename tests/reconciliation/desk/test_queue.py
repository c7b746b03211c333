"""The queue of a month: which lines wait for people, in what order, which one is next."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from conciliacontag.organizations.models import Organization, User
from reconciliation.desk import queue as queues
from reconciliation.desk.deciding import HOLD, NO_DOCUMENT, Decision, decide_line
from reconciliation.desk.queue import HIGHEST, STATES, Queue, newest_month, tally
from reconciliation.desk.standing import standing_of
from reconciliation.models import Run
from tests.data.rows import make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]
MONTH = date(2026, 10, 1)


@pytest.fixture
def mixed(organization: Organization, auditor: User, reconcile: Reconcile) -> dict[str, object]:
    """A month with one line in each state."""
    _, doubt = make_doubt(organization)
    make_pair(organization, "55.00")
    bare, held, refused = (make_transaction(organization, text) for text in ("7", "-9", "-11"))
    make_transaction(organization, "13.00", source="ledger")
    make_transaction(organization, "17.00", date=date(2026, 9, 30))
    reconcile(organization)
    for line, verdict in ((held, HOLD), (refused, NO_DOCUMENT)):
        seen = standing_of(line).version
        decide_line(line.pk, author=auditor, version=seen, decision=Decision(verdict))
    return {"com-sugestao": doubt, "sem-sugestao": bare, "a-verificar": held, "sem-nota": refused}


def test_each_line_is_in_its_state(organization: Organization, mixed: dict[str, object]) -> None:
    for state, line in mixed.items():
        assert list(Queue(organization, MONTH, state).rows()) == [line]
    assert Queue(organization, MONTH).rows().count() == 2


def test_counts_and_sums_are_those_of_the_lists(
    organization: Organization, mixed: dict[str, object]
) -> None:
    told = tally(Queue(organization, MONTH))
    for state in STATES:
        rows = list(Queue(organization, MONTH, state).rows())
        assert told[state] == {
            "count": len(rows),
            "sum": sum((abs(row.amount) for row in rows), Decimal(0)),
        }


def test_oldest_or_highest_first(organization: Organization) -> None:
    amounts = [("-50.00", 3), ("20.00", 1), ("90.00", 2), ("-20.00", 1)]
    for amount, day in amounts:
        make_transaction(organization, amount, date=date(2026, 10, day))

    def order(name: str) -> list[int]:
        return [int(row.amount) for row in Queue(organization, MONTH, order=name).rows()]

    assert order("data") == [20, -20, 90, -50]
    assert order(HIGHEST) == [90, -50, 20, -20]


@pytest.mark.parametrize("order", ["data", HIGHEST])
def test_the_way_goes_through_every_line_and_round_the_end(
    organization: Organization, order: str
) -> None:
    for amount, day in (("5.00", 2), ("5.00", 2), ("-5.00", 1), ("8.00", 9)):
        make_transaction(organization, amount, date=date(2026, 10, day))
    queue = Queue(organization, MONTH, order=order)
    rows = list(queue.rows())
    ahead = [queue.next(row)[0] for row in rows]
    back = [queue.previous(row) for row in rows]

    assert ahead == [*rows[1:], rows[0]]
    assert back == [rows[-1], *rows[:-1]]


def test_the_next_is_found_after_the_line_has_left(
    organization: Organization, auditor: User
) -> None:
    lines = [make_transaction(organization, amount) for amount in ("1.00", "2.00", "3.00")]
    queue = Queue(organization, MONTH)
    seen = standing_of(lines[1]).version
    decide_line(lines[1].pk, author=auditor, version=seen, decision=Decision(NO_DOCUMENT))

    assert queue.next(lines[1], 3) == [lines[2], lines[0]]
    assert queue.previous(lines[1]) == lines[0]


def test_the_last_month_that_waits(
    organization: Organization, other_organization: Organization
) -> None:
    assert newest_month(organization) is None
    make_transaction(organization, "3.00", date=date(2026, 8, 7))
    make_transaction(other_organization, "3.00", date=date(2026, 12, 7))

    assert newest_month(organization) == date(2026, 8, 1)
    assert queues.WAITING in STATES


def test_the_size_of_the_month_does_not_change_how_often_the_database_is_asked(
    organization: Organization, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    lines = [make_transaction(organization, "1.00") for _ in range(30)]
    with django_assert_max_num_queries(2):  # type: ignore[attr-defined]
        tally(Queue(organization, MONTH))
        Queue(organization, MONTH).next(lines[3], 3)
