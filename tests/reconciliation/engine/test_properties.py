"""What holds for any rows: order does not matter, nothing is used twice, sums are exact."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reconciliation.engine import (
    Candidate,
    OpenDocument,
    OpenTransaction,
    Outcome,
    Payable,
    learn,
    match,
)
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


PATIENT = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])


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
    known = learn(papers, lines)
    first = match(papers, lines, known=known)
    paid = {pair.document_id for pair in first.matches}
    left = {doubt.transaction_id for doubt in first.doubts}

    again = match(
        [paper for paper in papers if paper.id not in paid],
        [line for line in lines if line.id in left],
        known=known,
    )

    assert again.matches == ()


@PATIENT
@given(documents(), transactions(), st.randoms(use_true_random=False))
def test_what_was_learned_serves_any_later_run(
    papers: list[OpenDocument], lines: list[OpenTransaction], random: Random
) -> None:
    known = learn(papers, lines)
    mixed = lines[:]
    random.shuffle(mixed)

    assert match(papers, mixed, known=known) == match(papers, lines, known=known)


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
def test_no_cent_is_created_on_either_side(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    by_id = {paper.id: paper for paper in papers}
    amounts = {line.id: line.amount for line in lines}
    outcome = match(papers, lines)

    for pair in candidates(outcome):
        assert 0 < pair.amount <= by_id[pair.document_id].total
        assert by_id[pair.document_id].receivable == (amounts[pair.transaction_id] > 0)
    for line in {pair.transaction_id for pair in outcome.matches}:
        given = [pair.amount for pair in outcome.matches if pair.transaction_id == line]
        assert sum(given) <= abs(amounts[line])


@months
def test_points_add_up_to_the_score_and_the_sentence_says_why_not_100(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    for pair in candidates(match(papers, lines)):
        assert sum(row.points for row in pair.evidence) == pair.score
        assert 0 <= pair.score <= 100
        assert (pair.score < 100) == ("Por que não 100: " in pair.reason)


@months
def test_booked_pairs_have_a_witness_besides_amount_and_date(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    for pair in match(papers, lines).matches:
        witnesses = {row.factor for row in pair.evidence if row.points > 0}
        assert witnesses & {"key", "our_number", "txid", "number", "tax_id", "name"}
        assert pair.score >= 99


@months
def test_unrelated_rows_change_nothing_elsewhere(
    papers: list[OpenDocument], lines: list[OpenTransaction]
) -> None:
    far = Payable("", DUE, Decimal("99999.00"))
    stranger = document("x", "99999.00", number="808080", party="", party_name="", payables=(far,))
    known = learn(papers, lines)
    alone = match(papers, lines, known=known)

    joined = match([*papers, stranger], [*lines, transaction("x", "77777.00")], known=known)

    assert facts(joined) == facts(alone)


def facts(outcome: Outcome) -> list[tuple[object, ...]]:
    """What is said of each pair, whatever its link is numbered."""
    return [
        (pair.transaction_id, pair.document_id, pair.installment, pair.score, pair.evidence)
        for pair in candidates(outcome)
    ]
