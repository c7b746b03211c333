"""Beliefs share themselves between rivals as the sum over all assignments would."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.engine.beliefs import beliefs
from reconciliation.engine.links import PAIR, Links, chosen


def links(*pairs: tuple[int, float, tuple[int, ...]]) -> Links:
    """Links as (line, weight, items)."""
    row = np.array([line for line, _, _ in pairs])
    weight = np.array([weight for _, weight, _ in pairs])
    member = np.array([place for place, (_, _, items) in enumerate(pairs) for _ in items])
    item = np.array([item for _, _, items in pairs for item in items])
    size = len(pairs)
    return Links(row, weight, np.full(size, PAIR), member, item, np.zeros(size, bool))


def exact(pairs: tuple[tuple[int, float, tuple[int, ...]], ...]) -> list[float]:
    """Marginals by counting every set of links that exclude nothing."""
    total, mine = 0.0, [0.0] * len(pairs)
    for size in range(len(pairs) + 1):
        for subset in combinations(range(len(pairs)), size):
            rows = [pairs[place][0] for place in subset]
            items = [item for place in subset for item in pairs[place][2]]
            if len(set(rows)) == len(rows) and len(set(items)) == len(items):
                weight = float(np.prod([pairs[place][1] for place in subset]))
                total += weight
                for place in subset:
                    mine[place] += weight
    return [weight / total for weight in mine]


def test_two_equal_candidates_share_their_probability() -> None:
    told = links((0, 1e9, (0,)), (0, 1e9, (1,)))

    assert told.believe(1, 2) == pytest.approx([0.5, 0.5], abs=1e-3)


def test_a_line_with_a_better_use_leaves_its_rival_free() -> None:
    told = links((0, 1e3, (0,)), (0, 1e8, (1,)), (1, 1e3, (0,)))

    assert told.believe(2, 2)[2] > 0.99


def test_a_payment_for_two_items_needs_both() -> None:
    told = links((0, 1e4, (0, 1)), (1, 1e9, (1,)))
    both, single = told.believe(2, 2)

    assert both < 0.01
    assert single > 0.99


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0.05, 50), st.integers(0, 9)), max_size=5))
def test_on_trees_they_are_the_exact_marginals(rows: list[tuple[int, float, int]]) -> None:
    tree = tuple((line, weight, (10 * line + item,)) for line, weight, item in rows)
    tree = tuple({(line, items): (line, w, items) for line, w, items in tree}.values())
    found = links(*tree).believe(3, 30) if tree else np.array([])

    assert found == pytest.approx(exact(tree), abs=2e-3)


def test_a_choice_uses_no_line_and_no_item_twice() -> None:
    told = links((0, 1.0, (0,)), (0, 1.0, (1,)), (1, 1.0, (0,)))

    assert chosen(told, np.array([0.6, 0.7, 0.5]), 0.1).tolist() == [1, 2]


def test_five_thousand_equal_pairs_end_in_bounded_time() -> None:
    size = 70  # lines times items
    line, item = np.repeat(np.arange(size), size), np.tile(np.arange(size), size)
    found = beliefs(
        line, np.full(size * size, 1e6), np.arange(size * size), item, lines=size, items=size
    )

    assert found.max() - found.min() < 1e-9
    assert 0 < found.max() <= 1 / size
