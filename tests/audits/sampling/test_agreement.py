"""Lots and proportions, without a database."""

from decimal import Decimal

import pytest

from audits.agreement import Agreement, Difference, compare, draw, rate_told, wilson

CARDS = list(range(200))


def test_the_same_seed_draws_the_same_in_the_order_of_the_file() -> None:
    once, again = draw(CARDS, Decimal(10), 7), draw(CARDS, Decimal(10), 7)

    assert once == again == sorted(once)
    assert len(set(once)) == 20
    assert draw(CARDS, Decimal(10), 8) != once


@pytest.mark.parametrize(
    ("size", "percent", "wanted"), [(1, "0.01", 1), (3, "50", 2), (40, "2.5", 1), (41, "2.5", 2),
                                    (9, "100", 9), (0, "10", 0)],
)  # fmt: skip
def test_a_share_is_rounded_up(size: int, percent: str, wanted: int) -> None:
    assert len(draw(CARDS[:size], Decimal(percent), 1)) == wanted


def test_every_card_can_be_drawn() -> None:
    seen = {card for seed in range(60) for card in draw(CARDS[:20], Decimal(20), seed)}

    assert seen == set(CARDS[:20])


# Figures of R's binom.confint(method = "wilson").
@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    [(2, 40, 0.0138, 0.1650), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 50, 0.0435, 0.2136)],
)
def test_wilsons_interval(found: int, of: int, low: float, high: float) -> None:
    assert list(wilson(found, of)) == pytest.approx([low, high], abs=5e-5)


@pytest.mark.parametrize(("found", "of"), [(0, 0), (2, 1), (-1, 4)])
def test_impossible_counts_have_no_interval(found: int, of: int) -> None:
    with pytest.raises(ValueError, match=str(of)):
        wilson(found, of)


def test_the_rate_is_told_with_its_interval() -> None:
    assert rate_told(2, 40) == (
        "Discordância: 2 de 40 (5,0 %; entre 1,4 % e 16,5 % com 95 % de confiança)"
    )
    assert rate_told(0, 0) == "Discordância: nenhuma segunda leitura ainda"


def test_nothing_read_has_no_rate() -> None:
    empty, some = Agreement(5), Agreement(5, 4, 1)

    assert (empty.rate, empty.interval, empty.waiting) == (None, None, 5)
    assert (some.rate, some.waiting) == (0.25, 1)


def test_answers_differ_field_by_field() -> None:
    first, second = {"q1": "A", "q2": ""}, {"q1": "B", "q2": "", "q3": "C"}

    assert compare(first, second) == [Difference("q1", "A", "B"), Difference("q3", "", "C")]
    assert compare(first, dict(first)) == []
