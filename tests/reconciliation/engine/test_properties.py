"""What holds for any rows: order does not matter, nothing is used twice, sums are exact."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.engine import Candidate, OpenDocument, OpenTransaction, Outcome, Payable, match
from tests.data.engine_rows import AURORA, AURORA_BRANCH, DUE, PERSON, SERRA, document, transaction

AMOUNTS = st.sampled_from(["100.00", "100.03", "97.00", "250.00"])
DAYS = st.integers(-40, 40).map(lambda days: DUE + timedelta(days=days))
NUMBERS = st.sampled_from(["12", "1234", "5678"])
PARTIES = st.sampled_from(
    [
        (AURORA, "Padaria Aurora Ltda"),
        (AURORA_BRANCH, "Padaria Aurora Ltda"),
        (SERRA, "Serra Azul S/A"),
        (PERSON, "José Pereira"),
        ("", ""),
    ]
)
MEMO_PARTS = st.sampled_from(
    [
        "PIX",
        "NF 1234",
        "5678",
        "NF 12",
        AURORA,
        SERRA,
        "JOSEFA PEREIRA",
        "PADARIA AURORA",
        "SERRA AZ",
    ]
)
MEMOS = st.lists(MEMO_PARTS, max_size=3).map(" ".join)


@st.composite
def documents(draw: st.DrawFn) -> list[OpenDocument]:
    rows = draw(st.lists(st.tuples(AMOUNTS, DAYS, NUMBERS, PARTIES, st.booleans()), max_size=8))
    return [
        document(
            f"d{n}",
            amount,
            due,
            number=number,
            party=party[0],
            party_name=party[1],
            receivable=side,
        )
        for n, (amount, due, number, party, side) in enumerate(rows)
    ]


@st.composite
def transactions(draw: st.DrawFn) -> list[OpenTransaction]:
    rows = draw(st.lists(st.tuples(AMOUNTS, DAYS, MEMOS, st.sampled_from(["", "-"])), max_size=8))
    return [
        transaction(f"t{n}", sign + amount, day, memo=memo)
        for n, (amount, day, memo, sign) in enumerate(rows)
    ]


PATIENT = settings(max_examples=100, deadline=None)


def months(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test on random months of one organization."""
    return PATIENT(given(documents(), transactions())(test))


def candidates(outcome: Outcome) -> list[Candidate]:
    return [*outcome.matches, *(pair for doubt in outcome.doubts for pair in doubt.candidates)]


@PATIENT
@given(documents(), transactions(), st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(
    papers: list[OpenDocument], lines: list[OpenTransaction], random: Random
) -> None:
    mixed_papers, mixed_lines = papers[:], lines[:]
    random.shuffle(mixed_papers)
    random.shuffle(mixed_lines)

    assert match(mixed_papers, mixed_lines) == match(papers, lines)


@months
def test_nothing_more_is_booked_from_what_is_left(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    first = match(papers, lines)
    paid = {pair.document_id for pair in first.matches}
    left = {doubt.transaction_id for doubt in first.doubts}

    again = match(
        [paper for paper in papers if paper.id not in paid],
        [line for line in lines if line.id in left],
    )

    assert again.matches == ()
    assert again.doubts == first.doubts


@months
def test_every_line_is_matched_or_doubted_once_and_no_payable_is_used_twice(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    outcome = match(papers, lines)

    booked = [pair.transaction_id for pair in outcome.matches]
    doubted = [doubt.transaction_id for doubt in outcome.doubts]
    payables = [(pair.document_id, pair.installment) for pair in outcome.matches]
    assert sorted(booked + doubted) == sorted(line.id for line in lines)
    assert len(payables) == len(set(payables))


@months
def test_every_document_is_booked_shown_or_unmatched(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    outcome = match(papers, lines)

    shown = {pair.document_id for pair in candidates(outcome)}
    assert shown.isdisjoint(outcome.unmatched_documents)
    assert shown | set(outcome.unmatched_documents) == {paper.id for paper in papers}


@months
def test_side_and_cents_of_a_booked_pair_agree(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    by_id = {paper.id: paper for paper in papers}
    amounts = {line.id: line.amount for line in lines}

    for pair in match(papers, lines).matches:
        paper, amount = by_id[pair.document_id], amounts[pair.transaction_id]
        assert amount == (paper.total if paper.receivable else -paper.total)
        assert pair.amount == paper.total


@months
def test_points_sum_to_the_score_and_the_sentence_says_why_not_100(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    for pair in candidates(match(papers, lines)):
        total = sum((row.points for row in pair.evidence), Decimal(0))
        assert pair.score == min(max(total, Decimal(0)), Decimal(100))
        assert pair.score >= 40
        assert (pair.score < 100) == ("Por que não 100: " in pair.reason)


@months
def test_booked_pairs_have_a_witness_besides_amount_and_date(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    for pair in match(papers, lines).matches:
        witnesses = {row.factor for row in pair.evidence if row.points > 0} - {"amount", "date"}
        assert witnesses & {"key", "number", "tax_id", "name"}
        assert pair.score >= 85


@months
def test_unrelated_rows_change_nothing_elsewhere(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    far = Payable("", DUE, Decimal("99999.00"))
    stranger = document("x", "99999.00", number="808080", party="", party_name="", payables=(far,))
    alone = match(papers, lines)

    joined = match([*papers, stranger], [*lines, transaction("x", "77777.00")])

    assert joined.matches == alone.matches
    assert [doubt.candidates for doubt in joined.doubts if doubt.transaction_id != "x"] == [
        doubt.candidates for doubt in alone.doubts
    ]
