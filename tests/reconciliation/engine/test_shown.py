"""What a person is shown of a line that was not booked."""

from datetime import timedelta
from decimal import Decimal

from reconciliation.engine import Options, match
from tests.data.engine_rows import DUE, document, transaction


def alike(count: int) -> list[str]:
    return [f"d{place:03d}" for place in range(count)]


def test_no_more_candidates_than_asked_for_are_shown() -> None:
    papers = [document(name, number=name[1:], party="") for name in alike(4)]

    outcome = match(papers, [transaction()], Options(most_candidates=3))

    assert len(outcome.doubts[0].candidates) == 3
    assert len(outcome.unmatched_documents) == 1


def test_where_nothing_may_be_shown_the_nearest_miss_is_told() -> None:
    outcome = match([document(party="")], [transaction()], Options(most_candidates=0))

    assert outcome.doubts[0].candidates == ()
    assert "NF 1234" in outcome.doubts[0].reason


def test_what_was_booked_is_shown_to_nobody_else() -> None:
    papers = [document("d1", number="4711"), document("d2", number="4712", party="")]
    lines = [transaction("t1", memo="NF 4711"), transaction("t2", posted=DUE + timedelta(1))]

    outcome = match(papers, lines)

    assert [pair.document_id for pair in outcome.matches] == ["d1"]
    assert [pair.document_id for pair in outcome.doubts[0].candidates] == ["d2"]


def test_a_score_is_shown_when_it_is_told_as_enough() -> None:
    papers = [document(name, number=name[1:], party="") for name in alike(2)]
    told = match(papers, [transaction()]).doubts[0].candidates[0].score

    at, above = (Options(show_at=told + more) for more in (Decimal(0), Decimal("0.01")))

    assert match(papers, [transaction()], at).doubts[0].candidates
    assert not match(papers, [transaction()], above).doubts[0].candidates


def test_words_change_nothing_else() -> None:
    papers = [document(name, number=name[1:]) for name in alike(3)]
    lines = [transaction("t1", memo="NF 001"), transaction("t2"), transaction("t3", "77.00")]

    worded, bare = match(papers, lines), match(papers, lines, worded=False)

    assert [pair.score for pair in worded.matches] == [pair.score for pair in bare.matches]
    assert [doubt.reason for doubt in worded.doubts] == [doubt.reason for doubt in bare.doubts]
