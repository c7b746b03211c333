"""A few lines are compared with what they concern, and say what a comparison with all says."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from reconciliation.engine import (
    Known,
    OpenDocument,
    OpenTransaction,
    Outcome,
    Papers,
    learn,
    match,
    of_equal_amount,
    reachable,
)
from tests.data.engine_rows import DUE, document, transaction

PARTIES = {f"{number:014}": f"COMERCIAL {word} LTDA" for number, word in enumerate(
    ("AURORA", "HORIZONTE", "SERRANA", "LITORAL", "PLANALTO", "MARAJO", "PAMPEANA", "CAATINGA"), 1
)}  # fmt: skip


def month(chance: Random, count: int = 120) -> tuple[list[OpenDocument], list[OpenTransaction]]:
    """Notes of few prices and parties; payments of them: cited, named, silent, short, together."""
    notes = []
    for number in range(count):
        party = chance.choice([*PARTIES])
        amount = f"{chance.choice([100, 120, 150, chance.randrange(50, 400)])}.{number % 3}0"
        notes.append(
            document(
                f"d{number:03}", amount, DUE + timedelta(chance.randrange(60)),
                number=str(1000 + number), party=party, party_name=PARTIES[party],
            )
        )  # fmt: skip
    lines = [payment(chance, number, note) for number, note in enumerate(notes) if number % 3]
    return notes, lines


def payment(chance: Random, number: int, note: OpenDocument) -> OpenTransaction:
    memo = chance.choice(
        ["PIX RECEBIDO", f"PIX NF {note.number}", f"TED {note.party_name}", f"PIX {note.party_id}"]
    )
    short = chance.choice([Decimal(0)] * 4 + [Decimal("0.02"), Decimal("5.50")])
    day = note.issued_on + timedelta(chance.randrange(8))
    return transaction(f"t{number:03}", str(note.total - short), day, memo=memo)


def said(outcome: Outcome) -> dict[str, object]:
    booked = [(pair.transaction_id, pair) for pair in outcome.matches]
    told: dict[str, object] = {doubt.transaction_id: doubt for doubt in outcome.doubts}
    for line, pair in booked:
        told[line] = (*told.get(line, ()), pair)  # type: ignore[misc]
    return told


def learned(notes: Sequence[OpenDocument], lines: Sequence[OpenTransaction]) -> Known:
    known = learn(notes, lines)
    assert known is not None
    return known


@pytest.mark.parametrize("seed", range(6))
def test_nothing_that_a_line_could_be_offered_is_out_of_reach(seed: int) -> None:
    notes, lines = month(Random(seed))
    known, papers = learned(notes, lines), Papers.of(notes)
    few = Random(seed).sample(lines, 8)

    near = reachable(papers, few, known)

    outcome = match(papers, few, known=known)
    pairs = [*outcome.matches, *(one for doubt in outcome.doubts for one in doubt.candidates)]
    assert pairs and {pair.document_id for pair in pairs} <= near
    assert len(near) < len(notes)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_near_says_of_lines_what_everything_says(seed: int) -> None:
    notes, lines = month(Random(seed))
    known, papers = learned(notes, lines), Papers.of(notes)
    near = reachable(papers, lines, known) | of_equal_amount(papers, lines)

    less = match(papers, lines, known=known, near=near)

    assert said(less) == said(match(papers, lines, known=known))
    assert less.unmatched_documents == match(papers, lines, known=known).unmatched_documents


def test_it_speaks_only_of_the_lines_it_is_asked_about() -> None:
    notes, lines = month(Random(1))
    known = learned(notes, lines)
    about = {line.id for line in lines[::4]}

    less, more = match(notes, lines, known=known, about=about), match(notes, lines, known=known)

    links = {line: one for line, one in said(more).items() if line in about}
    assert said(less).keys() == about
    assert said(less) == links


def test_equal_amounts_are_found_near_in_time_alone() -> None:
    same, late, other = (
        document("d1"),
        document("d2", due=DUE - timedelta(400)),
        document("d3", "7.00"),
    )

    found = of_equal_amount(Papers.of([same, late, other]), [transaction()])

    assert found == {"d1"}


def test_nothing_is_near_where_a_side_is_empty() -> None:
    notes, lines = month(Random(2))
    known = learned(notes, lines)

    assert reachable(Papers.of([]), lines, known) == frozenset()
    assert of_equal_amount(Papers.of(notes), []) == frozenset()
