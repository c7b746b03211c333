"""A new statement is compared with what it can reach, and says what a run over everything says."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization
from ingestion.models import Transaction
from reconciliation.engine import Candidate, Outcome, match
from reconciliation.learned import known_of
from reconciliation.models import Reconciliation, Run
from reconciliation.news import news_of
from reconciliation.reach import Reach, reach_of
from reconciliation.services import execute_run, start_run
from reconciliation.thresholds.options import options_of
from reconciliation.versions import ENGINE, rules_version
from tests.data.rows import DAY, make_document, make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if some twenty lines were too many to compare whole."""
    monkeypatch.setattr("reconciliation.remembered.LEAST", 0)
    monkeypatch.setattr("reconciliation.reach.MOST", 0.6)


@pytest.fixture
def books(organization: Organization, reconcile: Reconcile, small: None) -> None:
    """Certain pairs, doubts of several amounts, lines without any note; looked at once."""
    for number in range(12):
        make_pair(organization, f"{100 + number}.10")
        make_transaction(organization, f"-{40 + number}.33")
    for amount in ("800.00", "810.00", "820.00", "830.00"):
        make_doubt(organization, amount)
    reconcile(organization)


def asked(organization: Organization, **named: Any) -> Run:
    run, _ = start_run(organization, requested_by=None, **named)
    options = options_of(organization)
    run.engine, run.rules = ENGINE, rules_version(organization)
    run.accept_at, run.propose_at = options.accept_at, options.propose_at
    return run


def look(run: Run) -> Reach:
    return reach_of(run, known_of(run), news_of(run))


def test_only_rivals_are_looked_at(organization: Organization, books: None) -> None:
    new = make_transaction(organization, "800.00")

    near = look(asked(organization))

    older = Transaction.objects.exclude(pk=new.pk).get(amount=Decimal(800))
    assert not near.is_all
    assert near.told == frozenset({new.pk, older.pk})
    spoken = near.spoken_of(Outcome())
    assert {Decimal(800)} <= {row.total for row in spoken.documents}
    assert len(spoken.documents) < len(near.documents)


def test_a_line_that_takes_back_an_older_one_reaches_it(
    organization: Organization, books: None
) -> None:
    older = Transaction.objects.get(amount=Decimal("-40.33"))
    new = make_transaction(organization, "40.33", memo="ESTORNO TED RECEBIDA")

    near = look(asked(organization))

    assert near.told == frozenset({new.pk, older.pk})


def test_few_lines_are_compared_whole(
    organization: Organization,
    books: None,
    reconcile: Reconcile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reconciliation.remembered.LEAST", 2_000)
    reconcile(organization, force=True)
    make_transaction(organization, "800.00")

    assert look(asked(organization)).is_all


def test_what_is_not_known_is_learned_from_everything(
    organization: Organization, books: None
) -> None:
    make_transaction(organization, "800.00")

    run = asked(organization)

    assert reach_of(run, None, news_of(run)).is_all


@pytest.mark.parametrize(
    "happened",
    [
        lambda organization: make_document(organization, "55.00"),
        lambda organization: record(organization, "match.undone", organization, actor=None),
        lambda organization: Run.objects.update(rules="others"),
    ],
)
def test_anything_else_that_happened_is_looked_at_whole(
    organization: Organization, books: None, happened: Callable[[Organization], object]
) -> None:
    make_transaction(organization, "800.00")
    happened(organization)

    assert look(asked(organization)).is_all


def test_force_looks_at_everything(organization: Organization, books: None) -> None:
    make_transaction(organization, "800.00")

    assert look(asked(organization, force=True)).is_all


def told(outcome: Outcome, lines: set[str]) -> dict[str, Any]:
    """What an outcome says of these lines."""
    booked = {one.transaction_id: said(one) for one in outcome.matches}
    doubts = {
        doubt.transaction_id: tuple(said(one) for one in doubt.candidates)
        for doubt in outcome.doubts
    }
    return {line: booked.get(line, doubts.get(line)) for line in lines}


def said(one: Candidate) -> tuple[Any, ...]:
    return one.document_id, one.installment, one.amount, one.score


@pytest.mark.parametrize("seed", range(4))
def test_it_says_what_a_run_over_everything_says(
    organization: Organization,
    reconcile: Reconcile,
    small: None,
    seed: int,
) -> None:
    chance = Random(seed)
    amounts = [f"{chance.randrange(100, 130)}.00" for _ in range(25)]
    for amount in amounts:
        make_document(organization, amount, issue_date=DAY - timedelta(chance.randrange(30)))
    for amount in chance.sample(amounts, 15):
        make_transaction(organization, amount, date=DAY + timedelta(chance.randrange(10)))
    reconcile(organization)
    for amount in chance.sample(amounts, 2):
        make_transaction(organization, amount)
    run = asked(organization)
    known = known_of(run)

    near = look(run)
    whole = reach_of(run, known, None)
    lines = {str(pk) for pk in near.told or ()}
    less, more = (
        match(one.documents, one.transactions, known=known, about=one.about, near=one.near)
        for one in (near, whole)
    )

    assert whole.is_all and len(lines) >= 2
    assert told(less, lines) == told(more, lines)


def test_a_run_of_that_reach_touches_nothing_else(organization: Organization, books: None) -> None:
    before = set(Reconciliation.objects.values_list("pk", flat=True))
    paid = make_document(organization, "990.00")
    execute_run(organization.pk, start_run(organization, requested_by=None)[0].pk)
    memo = f"PIX NF {paid.number} {paid.receiver_cnpj}"
    line = make_transaction(organization, "990.00", memo=memo)

    run, _ = start_run(organization, requested_by=None)
    execute_run(organization.pk, run.pk)

    run.refresh_from_db()
    line.refresh_from_db()
    waiting = Transaction.objects.exclude(status="reconciled").count()
    assert (run.matched, run.written) == (1, 1)
    assert run.transactions < waiting
    assert line.status == "reconciled"
    assert before <= set(Reconciliation.objects.values_list("pk", flat=True))
