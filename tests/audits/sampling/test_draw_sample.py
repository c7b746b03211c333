"""Decided cards are drawn by lot, each of them once."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from audits.models import Batch, Card, Sample, SecondReading, Verdict
from audits.sampling import agreement_of, counted_samples, draw_sample, next_reading
from audits.services import decide_card, reopen_card
from conciliacontag.errors import Conflict, InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role
from tests.data.file_batches import make_answers


def drawn(sample: Sample) -> list[int]:
    return list(sample.readings.order_by("card__line").values_list("card__line", flat=True))


def test_a_share_of_the_decided_cards_is_drawn(batch: Batch, manager: User) -> None:
    sample, created = draw_sample(batch.pk, percent="50", seed=7, user=manager)

    assert (created, sample.population, len(drawn(sample))) == (True, 4, 2)
    assert (sample.percent, sample.seed, sample.drawn_by) == (Decimal(50), 7, manager)
    assert AuditLog.objects.get(action="sample.drawn").diff["drawn"] == 2


def test_the_same_draw_again_changes_nothing(batch: Batch, manager: User) -> None:
    first, _ = draw_sample(batch.pk, percent="50", seed=7, user=manager)
    again, created = draw_sample(batch.pk, percent="50,00", seed=7, user=manager)

    assert (again, created) == (first, False)
    assert SecondReading.objects.count() == 2
    assert AuditLog.objects.filter(action="sample.drawn").count() == 1


def test_the_same_seed_draws_the_same_lines(
    organization: Organization, batch: Batch, auditor: User, manager: User
) -> None:
    twin = make_answers(organization, ("AB", "B", "C"), ("AC", "B", "C"), ("A", "", "C"),
                        ("A", "F", "D"), name="Outro")  # fmt: skip
    for card in twin.cards.all():
        decide_card(card.pk, author=auditor, version=1, verdict=Verdict.AS_READ)
    lines = [drawn(draw_sample(one.pk, percent=50, seed=3, user=manager)[0])
             for one in (batch, twin)]  # fmt: skip

    assert lines[0] == lines[1]


def test_a_second_draw_takes_only_what_was_not_drawn(batch: Batch, manager: User) -> None:
    first, _ = draw_sample(batch.pk, percent=50, user=manager)
    second, created = draw_sample(batch.pk, percent=100, user=manager)

    assert (created, second.population) == (True, 2)
    assert sorted(drawn(first) + drawn(second)) == [1, 2, 3, 4]
    with pytest.raises(Conflict) as refused:
        draw_sample(batch.pk, percent=10, user=manager)
    assert refused.value.code == "nothing_to_draw"


def test_open_cards_are_not_drawn(batch: Batch, auditor: User, manager: User) -> None:
    card = batch.cards.get(line=2)
    reopen_card(card.pk, author=auditor, version=2)
    sample, _ = draw_sample(batch.pk, percent=100, user=manager)

    assert drawn(sample) == [1, 3, 4]


def test_the_answer_that_stands_is_kept(readings: list[SecondReading], auditor: User) -> None:
    assert [reading.first_values for reading in readings] == [
        {"q1": "A"},
        {"q1": "C"},
        {"q2": ""},
        {"q2": "E", "q3": "D"},
    ]
    assert {reading.first_author for reading in readings} == {auditor}


@pytest.mark.parametrize("percent", [0, -1, "100.01", "muito", "", "NaN", "Infinity", None, "1e9"])
def test_impossible_shares_are_refused(batch: Batch, manager: User, percent: Any) -> None:
    with pytest.raises(InvalidInput, match="percentual"):
        draw_sample(batch.pk, percent=percent, user=manager)


@pytest.mark.parametrize("seed", [-1, 1 << 63])
def test_impossible_seeds_are_refused(batch: Batch, manager: User, seed: int) -> None:
    with pytest.raises(InvalidInput, match="semente"):
        draw_sample(batch.pk, percent=1, seed=seed, user=manager)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR, Role.VIEWER])
def test_who_may_not_decide_draws_and_reads_nothing(
    batch: Batch, person: Callable[..., User], organization: Organization, role: Role
) -> None:
    user = person(role, organization)
    with pytest.raises(NotAllowed):
        draw_sample(batch.pk, percent=10, user=user)
    with pytest.raises(NotAllowed):
        next_reading(batch.pk, user)


def test_somebody_elses_batch_is_not_there(batch: Batch, stranger: User) -> None:
    with pytest.raises(NotFound):
        draw_sample(batch.pk, percent=10, user=stranger)
    with pytest.raises(NotFound):
        next_reading(batch.pk, stranger)


def test_nobody_reads_what_they_have_answered(
    readings: list[SecondReading], batch: Batch, auditor: User, second: User
) -> None:
    assert next_reading(batch.pk, auditor) is None
    assert next_reading(batch.pk, second) == readings[0]


def test_also_not_what_they_answered_before_somebody_else(
    readings: list[SecondReading], batch: Batch, auditor: User, manager: User
) -> None:
    card = readings[0].card
    reopen_card(card.pk, author=manager, version=2)
    decide_card(card.pk, author=manager, version=3, verdict=Verdict.AS_READ)

    assert next_reading(batch.pk, auditor) is None
    assert next_reading(batch.pk, manager) == readings[1]


def test_a_reopened_card_waits_for_its_decision_first(
    readings: list[SecondReading], batch: Batch, auditor: User, second: User
) -> None:
    reopen_card(readings[0].card_id, author=auditor, version=2)

    assert next_reading(batch.pk, second) == readings[1]


def test_draws_are_counted(readings: list[SecondReading], batch: Batch) -> None:
    (sample,) = counted_samples(batch)

    assert (sample.drawn, sample.read, sample.disagreements) == (4, 0, 0)  # type: ignore[attr-defined]
    assert (agreement_of(batch).drawn, agreement_of(batch).waiting) == (4, 4)


def test_many_cards_are_drawn_in_few_queries(
    batch: Batch, manager: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    Card.objects.filter(batch=batch).update(file_id="x")
    with django_assert_max_num_queries(40):
        draw_sample(batch.pk, percent=100, user=manager)
