"""Gaps between the numbers of a series, and what explains them."""

from hypothesis import given
from hypothesis import strategies as st

from ingestion.proofs.numbers import Gap, Numbers, find_gaps

ISSUER = "11222333000181"


def numbers(first: int, last: int = 0, *, series: str = "1", model: str = "55") -> Numbers:
    return Numbers(ISSUER, model, series, first, last or first)


def told(gaps: list[Gap]) -> list[tuple[int, int, str]]:
    return [(gap.numbers.first, gap.numbers.last, gap.reason) for gap in gaps]


def test_numbers_in_a_row_have_no_gap() -> None:
    assert find_gaps([numbers(1), numbers(2), numbers(3)], [], []) == []


def test_a_missing_number_is_a_gap() -> None:
    assert told(find_gaps([numbers(4), numbers(1), numbers(2)], [], [])) == [(3, 3, "missing")]


def test_a_voided_range_explains_its_part() -> None:
    gaps = find_gaps([numbers(1), numbers(10)], [numbers(3, 5)], [])

    assert told(gaps) == [(2, 2, "missing"), (3, 5, "voided"), (6, 9, "missing")]


def test_a_voided_range_may_reach_over_the_gap() -> None:
    assert told(find_gaps([numbers(1), numbers(4)], [numbers(1, 9)], [])) == [(2, 3, "voided")]


def test_an_event_tells_of_a_note_that_is_not_here() -> None:
    assert told(find_gaps([numbers(1), numbers(3)], [], [numbers(2)])) == [(2, 2, "told")]


def test_voiding_is_the_stronger_reason() -> None:
    gaps = find_gaps([numbers(1), numbers(5)], [numbers(2, 4)], [numbers(3)])

    assert told(gaps) == [(2, 4, "voided")]


def test_series_and_models_are_numbered_apart() -> None:
    arrived = [numbers(1), numbers(9, series="2"), numbers(3), numbers(7, model="65")]

    assert told(find_gaps(arrived, [numbers(2, series="2")], [])) == [(2, 2, "missing")]


def test_leading_zeros_make_no_other_series() -> None:
    assert find_gaps([numbers(1, series="001"), numbers(2)], [], []) == []


@given(
    st.sets(st.integers(1, 60), min_size=1),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)), max_size=5),
    st.sets(st.integers(1, 60)),
)
def test_gaps_and_notes_cover_every_number_once(
    here: set[int], voided: list[tuple[int, int]], named: set[int]
) -> None:
    ranges = [numbers(first, first + more) for first, more in voided]
    gaps = find_gaps(map(numbers, here), ranges, map(numbers, named))
    missing = [n for gap in gaps for n in range(gap.numbers.first, gap.numbers.last + 1)]

    assert sorted([*missing, *here]) == list(range(min(here), max(here) + 1))
