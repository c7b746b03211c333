"""Beliefs share themselves between rivals as the sum over all assignments would."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.engine.beliefs import Variants
from reconciliation.engine.links import PAIR, Links, Parts, Room, chosen


def links(*pairs: tuple[int, float, tuple[int, ...]], variants: Variants | None = None) -> Links:
    """Links as (line, weight, items)."""
    row = np.array([line for line, _, _ in pairs])
    weight = np.array([weight for _, weight, _ in pairs])
    member = np.array([place for place, (_, _, items) in enumerate(pairs) for _ in items])
    item = np.array([item for _, _, items in pairs for item in items])
    size = len(pairs)
    items = max([int(item.max()), *(variants.item.tolist() if variants else [])]) + 1
    room = Room(int(row.max()) + 1, items, variants)
    return Links(room, row, weight, np.full(size, PAIR), member, item, np.zeros(size, bool))


Pairs = tuple[tuple[int, float, tuple[int, ...]], ...]


def exact(pairs: Pairs, variants: Variants | None = None) -> list[float]:
    """Marginals by counting every set of links that exclude nothing."""
    total, mine = 0.0, [0.0] * len(pairs)
    for size in range(len(pairs) + 1):
        for subset in combinations(range(len(pairs)), size):
            rows = [pairs[place][0] for place in subset]
            items = [item for place in subset for item in pairs[place][2]]
            if len(set(rows)) == len(rows) and len(set(items)) == len(items):
                weight = float(np.prod([pairs[place][1] for place in subset]))
                weight *= in_one_way(items, variants) if variants else 1
                total += weight
                for place in subset:
                    mine[place] += weight
    return [weight / total for weight in mine]


def in_one_way(items: list[int], variants: Variants) -> float:
    """What a note's prior adds: once for its way, though every link of it has it in its weight."""
    used = [way for item, (_, way) in variants.by_item().items() if item in items]
    if len(set(used)) > 1:
        return 0.0
    return float(variants.prior[used[0]] ** (1 - len(used))) if used else 1.0


# A note that is paid whole (item 0) or in halves (items 1 and 2).
WHOLE_OR_HALVES = Variants(
    np.array([0, 1, 2]), np.array([0, 1, 1]), np.array([0, 0]), np.array([0.9, 0.1])
)


def test_two_equal_candidates_share_their_probability() -> None:
    told = links((0, 1e9, (0,)), (0, 1e9, (1,)))

    assert told.believe()[0] == pytest.approx([0.5, 0.5], abs=1e-3)


def test_a_line_with_a_better_use_leaves_its_rival_free() -> None:
    told = links((0, 1e3, (0,)), (0, 1e8, (1,)), (1, 1e3, (0,)))

    assert told.believe()[0][2] > 0.99


def test_a_payment_for_two_items_needs_both() -> None:
    told = links((0, 1e4, (0, 1)), (1, 1e9, (1,)))
    both, single = told.believe()[0]

    assert both < 0.01
    assert single > 0.99


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0.05, 50), st.integers(0, 9)), max_size=5))
def test_on_trees_they_are_the_exact_marginals(rows: list[tuple[int, float, int]]) -> None:
    tree = tuple((line, weight, (10 * line + item,)) for line, weight, item in rows)
    tree = tuple({(line, items): (line, w, items) for line, w, items in tree}.values())
    found = links(*tree).believe()[0] if tree else np.array([])

    assert found == pytest.approx(exact(tree), abs=2e-3)


def test_a_choice_uses_no_line_and_no_item_twice() -> None:
    told = links((0, 1.0, (0,)), (0, 1.0, (1,)), (1, 1.0, (0,)))

    assert chosen(told, np.array([0.6, 0.7, 0.5]), 0.1).tolist() == [1, 2]


def test_five_thousand_equal_pairs_end_in_bounded_time() -> None:
    size = 70  # lines times items
    rows = ((place // size, 1e6, (place % size,)) for place in range(size * size))
    found = links(*rows).believe()[0]

    assert found.max() - found.min() < 1e-9
    assert 0 < found.max() <= 1 / size


def test_halves_of_a_note_exclude_the_whole() -> None:
    pairs = ((0, 1e5, (0,)), (1, 1e5, (1,)))
    found = links(*pairs, variants=WHOLE_OR_HALVES).believe()[0]

    assert found == pytest.approx([0.5, 0.5], abs=1e-3)
    assert chosen(links(*pairs, variants=WHOLE_OR_HALVES), found, 0.1).tolist() == [0]


def test_halves_of_a_note_confirm_each_other() -> None:
    pairs = ((0, 2.0, (1,)), (1, 1e6, (2,)))
    alone = links(pairs[0], variants=WHOLE_OR_HALVES).believe()[0][0]
    told = links(*pairs, variants=WHOLE_OR_HALVES)
    found = told.believe()[0]

    assert found[0] > 0.9 > 0.7 > alone
    assert chosen(told, found, 0.1).tolist() == [0, 1]


@pytest.mark.parametrize("weights", [(3.0, 2.0, 5.0), (0.1, 40.0, 0.5), (900.0, 30.0, 30.0)])
def test_ways_of_a_note_are_the_exact_marginals(weights: tuple[float, ...]) -> None:
    pairs = tuple((place, weight, (place,)) for place, weight in enumerate(weights))
    found = links(*pairs, variants=WHOLE_OR_HALVES).believe()[0]

    assert found == pytest.approx(exact(pairs, WHOLE_OR_HALVES), abs=1e-6)


def in_parts(*pairs: tuple[int, float, tuple[int, ...]], weight: float) -> Links:
    """Links of which the first two are parts of one item."""
    return replace(links(*pairs), parts=Parts(np.array([0]), np.array([1]), np.array([weight])))


def test_two_parts_of_an_item_stand_together() -> None:
    told = in_parts((0, 5.0, (0,)), (1, 0.001, (0,)), weight=1e6)
    found, together = told.believe()

    assert together == pytest.approx([1], abs=1e-4)
    assert found == pytest.approx([1, 1], abs=1e-4)
    assert chosen(told, found, 0.3).tolist() == [0, 1]


def test_a_part_whose_line_has_a_better_use_leaves_the_other_alone() -> None:
    told = in_parts((0, 5.0, (0,)), (1, 0.001, (0,)), (1, 1e9, (1,)), weight=1e3)
    found, together = told.believe()

    assert together[0] < 1e-3
    assert found[0] == pytest.approx(5 / 6, abs=1e-2)
    assert found[2] > 0.999


def test_an_item_takes_two_parts_and_no_third() -> None:
    told = in_parts((0, 1.0, (0,)), (1, 1.0, (0,)), (2, 1.0, (0,)), weight=1.0)

    assert chosen(told, np.array([0.9, 0.8, 0.85]), 0.3).tolist() == [0, 1]
    assert chosen(told, np.array([0.8, 0.7, 0.9]), 0.3).tolist() == [2]
