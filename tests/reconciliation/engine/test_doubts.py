"""What is handed to a person says why, and names the nearest miss when there is nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reconciliation.engine import Options, match
from tests.data.engine_rows import AURORA, DUE, document, transaction


def test_nothing_near_is_a_doubt_with_the_nearest_miss() -> None:
    outcome = match([document()], [transaction(amount="1238.50")])

    (doubt,) = outcome.doubts
    assert doubt.candidates == ()
    assert doubt.reason == (
        "Nenhuma nota em aberto entre 01/07 e 01/09 com valor de R$ 1.238,50; a mais próxima é "
        "NF 1234 de R$ 1.500,00, com vencimento em 20/08/2025: "
        "diferença de R$ 261,50 a menos (17,43 %)."
    )
    assert outcome.unmatched_documents == ("d1",)


def test_equal_amount_outside_the_window_is_the_nearest_miss() -> None:
    papers = [document("far", due=DUE - timedelta(days=90)), document("near", "1500.01")]

    (doubt,) = match(papers, [transaction()]).doubts

    assert [pair.document_id for pair in doubt.candidates] == ["near"]
    (alone,) = match(papers[:1], [transaction()]).doubts
    assert "90 dias após o vencimento" in alone.reason


def test_no_document_on_the_side_is_said() -> None:
    (doubt,) = match([document()], [transaction(amount="-1500.00")]).doubts

    assert doubt.reason.endswith("nem nota a pagar de valor parecido.")


def test_an_amount_far_away_is_nobodys_near_miss() -> None:
    (doubt,) = match([document()], [transaction(amount="49.90")]).doubts

    assert doubt.reason.endswith("nem nota a receber de valor parecido.")


def test_line_without_amount_is_a_doubt() -> None:
    (doubt,) = match([document()], [transaction(amount="0.00", memo=AURORA)]).doubts

    assert doubt.reason.startswith("Lançamento de valor zero")


def test_small_difference_without_a_number_waits_for_a_person() -> None:
    outcome = match([document()], [transaction(amount="1497.50", memo="PADARIA AURORA")])

    (doubt,) = outcome.doubts
    assert not outcome.matches
    assert doubt.candidates[0].amount == Decimal("1497.50")
    assert doubt.candidates[0].difference is not None
    assert doubt.reason == (
        "NF 1234 não tem o valor do lançamento e o histórico não a cita: "
        "com o número da nota seria aceita."
    )


def test_a_part_is_proposed_with_what_is_left_and_never_booked() -> None:
    (doubt,) = match([document()], [transaction(amount="900.00", memo=f"NF 1234 {AURORA}")]).doubts

    (candidate,) = doubt.candidates
    assert doubt.reason.startswith("O lançamento paga só parte da NF 1234")
    assert candidate.reason.startswith(
        "R$ 900,00 é parte da NF 1234 de R$ 1.500,00: faltam R$ 600,00"
    )
    assert (candidate.amount, candidate.difference) == (Decimal("900.00"), None)


def test_no_more_candidates_than_asked_for_and_best_first() -> None:
    papers = [document(f"d{n}", due=date(2025, 8, n + 1)) for n in range(20)]

    (doubt,) = match(papers, [transaction()], Options(most_candidates=3)).doubts

    scores = [candidate.score for candidate in doubt.candidates]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


def test_what_is_improbable_is_not_shown_beside_what_is_probable() -> None:
    papers = [document(f"d{n}", due=DUE + timedelta(days=n * 9)) for n in range(9)]

    (doubt,) = match(papers, [transaction(posted=DUE)]).doubts

    assert 1 <= len(doubt.candidates) < 5
    assert all(candidate.score >= 2 for candidate in doubt.candidates)


def test_the_uses_of_a_line_are_never_believed_more_than_once() -> None:
    papers = [document(f"d{n}", number=str(n)) for n in range(3)]
    lines = [transaction(f"t{n}") for n in range(4)]

    for doubt in match(papers, lines).doubts:
        assert sum(candidate.score for candidate in doubt.candidates) <= Decimal("100.05")


def test_document_shown_to_a_person_is_not_unmatched() -> None:
    outcome = match([document("shown"), document("alone", "77.00")], [transaction()])

    assert outcome.unmatched_documents == ("alone",)


def test_pair_below_the_shown_score_is_named_as_the_best() -> None:
    late = transaction(posted=DUE + timedelta(days=45), memo="PIX JOSEFA PEREIRA")

    (doubt,) = match([document()], [late], Options(show_at=Decimal("99.99"))).doubts

    assert doubt.candidates == ()
    assert doubt.reason.startswith("Nenhum par chega a 99,99 pontos; o melhor é NF 1234")


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_line_at_the_end_of_the_calendar_is_a_doubt_like_any_other(day: date) -> None:
    (doubt,) = match([document()], [transaction(posted=day)]).doubts

    assert doubt.reason.startswith("Nenhuma nota em aberto entre ")
