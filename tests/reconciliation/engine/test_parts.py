"""A document paid in two parts of one month: both lines are found, and no cent is created."""

from typing import Any

from reconciliation.engine.booking import booked
from reconciliation.engine.links import chosen
from reconciliation.engine.matching import compare
from tests.data.engine_tables import DAY, lines, payables

AURORA = {"party": "11222333000181", "party_name": "PADARIA AURORA LTDA", "number": 4321}
NAMED = {"payer": "11222333000181", "memo": "PIX NF 4321"}


def paid_by(*rows: dict[str, Any], owed: dict[str, Any] = AURORA) -> dict[int, float]:
    """Lines that were chosen for the one document of R$ 1.000,00, and their belief."""
    found = compare(payables(owed), lines(*rows))
    assert not booked(found).any()
    links = chosen(found.links, found.belief, 0.3).tolist()
    line = found.books.lines["line"].to_list()
    return {line[found.links.row[link]]: float(found.belief[link]) for link in links}


def test_the_rest_of_a_part_is_found_whoever_pays_it() -> None:
    part = NAMED | {"amount": 60_000}
    rest = {"amount": 40_000, "day": DAY + 12, "memo": "TED"}

    assert paid_by(part, rest | {"amount": 39_990}).keys() == {0}
    assert min(paid_by(part, rest)[place] for place in (0, 1)) > 0.9


def test_the_part_that_comes_last_may_be_the_one_that_names_its_note() -> None:
    first = {"amount": 25_000, "memo": "TED"}
    rest = NAMED | {"amount": 75_000, "day": DAY + 9}

    assert paid_by(first, rest).keys() == {0, 1}


def test_two_lines_of_the_missing_amount_share_the_rest() -> None:
    part = NAMED | {"amount": 60_000}
    rest = {"amount": 40_000, "day": DAY + 12, "memo": "TED"}

    found = paid_by(part, rest, rest | {"day": DAY + 13})

    assert len(found) == 2
    assert found.pop(0) > 0.9
    assert 0.3 < found.popitem()[1] < 0.7


def test_parts_months_apart_are_not_joined() -> None:
    part = NAMED | {"amount": 60_000}
    late = {"amount": 40_000, "day": DAY + 100, "memo": "TED"}

    assert paid_by(part, late).keys() == {0}


def test_money_of_the_other_side_is_no_rest() -> None:
    part = NAMED | {"amount": 60_000}
    debit = {"amount": 40_000, "day": DAY + 12, "receivable": False}

    assert paid_by(part, debit).keys() == {0}


def test_a_line_that_pays_another_note_whole_is_no_rest() -> None:
    other = AURORA | {"number": 777, "amount": 40_000, "due": DAY + 12}
    part = NAMED | {"amount": 60_000}
    whole = {"amount": 40_000, "day": DAY + 12, "payer": "11222333000181", "memo": "PIX NF 777"}

    found = compare(payables(AURORA, other), lines(part, whole))

    pairs = zip(found.links.row, found.links.item, found.belief, strict=True)
    assert {(row, item) for row, item, belief in pairs if belief > 0.5} == {(0, 0), (1, 1)}
