"""First stage: the line names its document, and side and amount confirm it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reconciliation.engine import Payable, match
from tests.data.engine_rows import AURORA, DUE, KEY, SERRA, document, transaction


def test_access_key_books_even_far_from_the_due_date() -> None:
    late = transaction(posted=DUE + timedelta(days=90), memo=f"PAGTO {KEY}")

    (pair,) = match([document(key=KEY)], [late]).matches

    assert (pair.document_id, pair.amount) == ("d1", Decimal("1500.00"))
    assert pair.score >= 99


@pytest.mark.parametrize("memo", [f"NF 1234 {AURORA}", "FAT 1234 11.222.333/0002-62"])
def test_number_and_party_book_with_full_score(memo: str) -> None:
    (pair,) = match([document()], [transaction(memo=memo)]).matches

    assert pair.score == 100
    assert "Por que não 100" not in pair.reason


def test_key_on_the_wrong_side_is_never_booked() -> None:
    outcome = match([document(key=KEY)], [transaction(amount="-1500.00", memo=KEY)])

    assert not outcome.matches
    assert outcome.doubts[0].reason == (
        "O lançamento traz a chave da NF 1234 de R$ 1.500,00, mas é um débito e a nota é a receber."
    )


def test_key_with_another_amount_is_never_booked() -> None:
    outcome = match([document(key=KEY)], [transaction(amount="900.00", memo=KEY)])

    assert not outcome.matches
    assert "paga só parte da NF 1234" in outcome.doubts[0].reason


def test_identified_line_wins_over_a_line_without_identifier() -> None:
    lines = [transaction("named", memo=f"NF 1234 {AURORA}"), transaction("other", memo=AURORA)]

    outcome = match([document()], lines)

    assert [pair.transaction_id for pair in outcome.matches] == ["named"]
    assert [doubt.transaction_id for doubt in outcome.doubts] == ["other"]


def test_same_document_paid_twice_is_left_to_a_person() -> None:
    memo = f"NF 1234 {AURORA}"

    outcome = match([document()], [transaction("t1", memo=memo), transaction("t2", memo=memo)])

    assert not outcome.matches
    assert all("utro lançamento" in doubt.reason for doubt in outcome.doubts)
    assert all(doubt.candidates[0].score < 100 for doubt in outcome.doubts)


def test_due_date_tells_equal_instalments_apart() -> None:
    dues = [DUE, date(2025, 9, 20), date(2025, 10, 20)]
    parts = tuple(Payable(f"00{n}", due, Decimal("500.00")) for n, due in enumerate(dues, 1))
    lines = [
        transaction(f"t{n}", "500.00", due, memo=f"NF 1234 {AURORA}") for n, due in enumerate(dues)
    ]

    outcome = match([document(payables=parts)], lines)

    assert [pair.installment for pair in outcome.matches] == ["001", "002", "003"]


def test_number_of_another_party_does_not_identify() -> None:
    outcome = match([document(party=SERRA)], [transaction(memo=f"NF 1234 {AURORA}")])

    assert not outcome.matches
    assert "é de outra pessoa" in outcome.doubts[0].candidates[0].reason
