"""What a run learns of an organization stays for the next ones."""

from collections.abc import Callable
from typing import Any

import pytest

from conciliacontag.organizations.models import Organization
from reconciliation.learned import keep, known_of
from reconciliation.models import Learned, Reconciliation, Run
from tests.data.rows import make_document, make_doubt, make_pair

Reconcile = Callable[..., Run]


def test_the_first_run_keeps_what_it_learned(
    organization: Organization, reconcile: Reconcile
) -> None:
    make_pair(organization)

    run = reconcile(organization)

    kept = Learned.objects.get(organization=organization)
    assert (kept.engine, kept.rows) == (run.engine, 2)
    assert known_of(run) is not None


def test_keeping_twice_leaves_one(organization: Organization, reconcile: Reconcile) -> None:
    make_pair(organization)
    known = known_of(reconcile(organization))
    assert known is not None

    keep(organization, known)
    keep(organization, known)

    assert Learned.objects.filter(organization=organization).count() == 1


def test_an_empty_side_teaches_nothing(organization: Organization, reconcile: Reconcile) -> None:
    make_document(organization)

    run = reconcile(organization)

    assert not Learned.objects.exists()
    assert known_of(run) is None


@pytest.mark.parametrize(("more", "is_learned_again"), [(1, False), (12, True)])
def test_a_fifth_more_rows_are_learned_from(
    organization: Organization, reconcile: Reconcile, more: int, is_learned_again: bool
) -> None:
    for number in range(20):
        make_pair(organization, f"{100 + number}.10")
    reconcile(organization)
    before = Learned.objects.get().rows
    for number in range(more):
        make_pair(organization, f"{500 + number}.10")

    reconcile(organization)

    assert (Learned.objects.get().rows > before) == is_learned_again


def test_another_engine_learns_for_itself(organization: Organization, reconcile: Reconcile) -> None:
    make_pair(organization)
    reconcile(organization)
    Learned.objects.update(engine="an older one", content=b"in other words")
    make_pair(organization, "77.00")

    run = reconcile(organization)

    assert run.status == "done"
    assert Learned.objects.get().engine == run.engine


def test_force_learns_anew(organization: Organization, reconcile: Reconcile) -> None:
    make_pair(organization)
    reconcile(organization)
    Learned.objects.update(rows=10_000)

    assert known_of(Run(organization=organization, force=True)) is None
    reconcile(organization, force=True)
    assert Learned.objects.get().rows == 2


def test_what_a_new_statement_brings_moves_nothing_else(
    organization: Organization, reconcile: Reconcile
) -> None:
    for number in range(10):
        make_pair(organization, f"{100 + number}.10")
    make_doubt(organization)
    reconcile(organization)
    before: list[Any] = list(Reconciliation.objects.order_by("pk").values())
    make_pair(organization, "990.00")

    run = reconcile(organization)

    added = Reconciliation.objects.filter(run=run)
    assert (run.written, added.count()) == (1, 1)
    assert list(Reconciliation.objects.exclude(run=run).order_by("pk").values()) == before
