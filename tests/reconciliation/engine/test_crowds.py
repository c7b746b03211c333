"""Thousands of rows that nothing tells apart end in bounded time and are never booked."""

from time import process_time
from typing import Any

import polars as pl
import pytest

from reconciliation.engine import Options, match
from reconciliation.engine.booking import booked
from reconciliation.engine.matching import Found, compare
from reconciliation.engine.pairs import MOST_ALIKE, MOST_OF_A_PARTY
from tests.data.engine_rows import document, transaction
from tests.data.engine_tables import DAY, lines, payables

MANY = 2_000
SECONDS = 30  # of a processor that others use as well; alone it takes one
PARTY = {"party": "11222333000181", "party_name": "PADARIA AURORA LTDA"}
NAMED = {"payer": "11222333000181", "memo": "PIX"}


def alike(owed: dict[str, Any], paid: dict[str, Any], count: int = MANY) -> Found:
    """So many documents and lines, each numbered but otherwise alike, compared in good time."""
    papers = payables(*({"number": place + 1} | owed for place in range(count)))
    rows = lines(*(paid for _ in range(count)))
    start = process_time()
    found = compare(papers, rows)
    assert process_time() - start < SECONDS
    return found


def test_two_thousand_equal_pairs_of_nobody() -> None:
    found = alike({}, {})

    assert found.pairs.height <= MANY * MOST_ALIKE
    assert found.belief.max() < 0.02


def test_five_thousand_equal_pairs_of_one_party() -> None:
    found = alike(PARTY, NAMED, 5_000)

    assert found.pairs.height <= 5_000 * MOST_OF_A_PARTY
    assert not booked(found).any()


def test_two_thousand_documents_of_one_number() -> None:
    found = alike({"number": 7}, {"memo": "NF 7"})

    assert found.pairs.height <= MANY * 2 * MOST_ALIKE
    assert not booked(found).any()


@pytest.mark.parametrize("name", ["our_number", "txid"])
def test_thousands_of_one_identifier(name: str) -> None:
    assert not booked(alike({name: "123"}, {name: "123"})).any()


def test_notes_that_may_have_been_split_and_all_are_alike() -> None:
    silent = PARTY | {"declared": False, "issued": DAY - 29, "due": DAY - 29}
    found = alike(silent, NAMED | {"amount": 50_000})

    assert not booked(found).any()


def test_the_one_that_says_its_number_is_found_in_the_crowd() -> None:
    papers = payables(*({"number": place + 1} | PARTY for place in range(2_000)))
    found = compare(papers, lines(*(NAMED for _ in range(500)), NAMED | {"memo": "PIX NF 1234"}))

    (link,) = booked(found).nonzero()[0].tolist()
    assert found.books.lines["line"][int(found.links.row[link])] == 500
    assert found.books.items["number"][int(found.links.item[link])] == 1234


def test_a_crowd_is_said_to_the_person() -> None:
    papers = [document(f"d{place:04}", number=str(place + 1), party="") for place in range(400)]

    (doubt,) = match(papers, [transaction(memo="PIX")], Options()).doubts

    assert doubt.reason.startswith("Há notas demais deste valor no período")
    assert 0 < len(doubt.candidates) <= 5


def test_a_party_of_thousands_of_amounts_stays_bounded() -> None:
    papers = payables(
        *(PARTY | {"amount": 10_000 + 37 * place, "due": DAY + place % 60} for place in range(MANY))
    )
    rows = lines(*(NAMED | {"amount": 20_000 + 91 * place} for place in range(MANY)))
    start = process_time()

    found = compare(papers, rows)

    assert process_time() - start < SECONDS
    assert len(found.links.row) < 500 * MANY


def test_equal_rows_of_two_organizations_do_not_meet() -> None:
    papers = pl.concat([payables({}), payables({"organization": 1, "document": 5})])
    found = compare(papers, lines({"organization": 1}))

    assert found.books.items["document"].gather(found.links.item).to_list() == [5]
