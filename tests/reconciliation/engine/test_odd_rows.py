"""Amounts, dates and texts no bank writes: bounded, said, of no harm to the rest."""

from datetime import date, timedelta
from decimal import Decimal
from time import process_time
from typing import Any

import numpy as np
import pytest

from reconciliation.engine import match
from reconciliation.engine.habits import usual
from reconciliation.engine.matching import Found, compare
from reconciliation.engine.reading import open_books, read_books
from tests.data.engine_rows import AURORA, DUE, document, transaction
from tests.data.engine_tables import DAY, lines, payables

PARTY = {"party": "11222333000181", "party_name": "PADARIA AURORA LTDA"}
MOST = Decimal("9999999999999.99")  # what the books can hold


def month(count: int = 60) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Documents of different amounts, each paid by a line that names the party."""
    rows = range(count)
    papers = [
        PARTY | {"number": n + 500, "amount": 10_000 + 731 * n, "due": DAY + n % 90} for n in rows
    ]
    paid = [
        {"payer": "11222333000181", "memo": "PIX", "amount": 10_000 + 731 * n, "day": DAY + n % 90}
        for n in rows
    ]
    return papers, paid


def believed(found: Found, lines_of: int) -> list[float]:
    """The best belief of each of the first lines."""
    best = np.zeros(found.books.lines.height)
    np.maximum.at(best, found.links.row, found.belief)
    line = found.books.lines["line"].to_numpy()
    return [float(value) for value in best[line < lines_of]]


@pytest.mark.parametrize(
    "odd",
    [
        {"day": 1},
        {"day": date.max.toordinal()},
        {"amount": 10**15 - 1},
        {"amount": 1},
        {"memo": "\x00\x1b[31m\u202e" + "😀" * 500},
        {"memo": "NF " + "9" * 9_000},
        {"memo": "1 " * 5_000},
        {"our_number": "x" * 10_000},
    ],
)
def test_an_odd_line_changes_nothing_for_the_others(odd: dict[str, Any]) -> None:
    papers, paid = month()
    alone = compare(payables(*papers), lines(*paid))

    joined = compare(payables(*papers), lines(*paid, odd))

    assert believed(joined, len(paid)) == pytest.approx(believed(alone, len(paid)), abs=0.01)
    assert min(believed(joined, len(paid))) > 0.9


@pytest.mark.parametrize(
    "odd",
    [
        {"due": 1, "issued": 1},
        {"due": date.max.toordinal()},
        {"amount": 10**15 - 1},
        {"amount": 1},
        {"party_name": "😀" * 9_000},
        {"number": 10**15 - 1},
    ],
)
def test_an_odd_document_changes_nothing_for_the_others(odd: dict[str, Any]) -> None:
    papers, paid = month()
    alone = compare(payables(*papers), lines(*paid))

    joined = compare(payables(*papers, odd), lines(*paid))

    assert believed(joined, len(paid)) == pytest.approx(believed(alone, len(paid)), abs=0.01)


@pytest.mark.parametrize("amount", ["0.01", "1500.00", str(MOST)])
def test_any_amount_is_booked_by_its_number(amount: str) -> None:
    line = transaction(amount=amount, memo=f"NF 1234 {AURORA}")

    (pair,) = match([document(amount=amount)], [line]).matches

    assert pair.amount == Decimal(amount)


def test_amounts_that_are_not_positive_are_expected_of_nobody() -> None:
    papers = [document("zero", "0.00"), document("back", "-1500.00")]

    outcome = match(papers, [transaction(), transaction("t2", "-1500.00")])

    assert not outcome.matches
    assert outcome.unmatched_documents == ("back", "zero")


@pytest.mark.parametrize("days", [-(DUE - date.min).days, 365 * 300, (date.max - DUE).days])
def test_centuries_apart_nothing_is_proposed(days: int) -> None:
    (doubt,) = match([document()], [transaction(posted=DUE + timedelta(days=days))]).doubts

    assert doubt.candidates == ()
    assert doubt.reason


def test_long_texts_end_in_good_time() -> None:
    memo = f"PIX {'NF 1 ' * 2_000}{AURORA} " + "\x00😀" * 2_000
    start = process_time()

    outcome = match([document()], [transaction(f"t{n}", memo=memo) for n in range(50)])

    assert process_time() - start < 20
    assert len(outcome.doubts) == 50


def test_a_line_dated_far_off_does_not_make_the_books_longer() -> None:
    papers, paid = month()
    books = open_books(payables(*papers), lines(*paid, {"day": 1}, {"day": date.max.toordinal()}))

    assert 60 < usual(books, read_books(books)[0]).days[0] < 120
