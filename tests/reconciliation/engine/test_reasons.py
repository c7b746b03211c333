"""The sentence says what agrees, and what keeps a pair from 100."""

from datetime import timedelta

import pytest

from reconciliation.engine import Candidate, match
from tests.data.engine_rows import AURORA, DUE, document, transaction


def only_pair(memo: str, days: int = 0, amount: str = "1500.00") -> Candidate:
    line = transaction(amount=amount, posted=DUE + timedelta(days=days), memo=memo)
    outcome = match([document()], [line])
    return outcome.matches[0] if outcome.matches else outcome.doubts[0].candidates[0]


def test_sentence_of_a_booked_pair() -> None:
    assert only_pair(f"PIX {AURORA}", days=2).reason == (
        "R$ 1.500,00 = NF 1234 de R$ 1.500,00; CNPJ no histórico; 2 dias após o vencimento. "
        "Por que não 100: falta número da nota no lançamento."
    )


def test_rows_show_both_values_and_their_place() -> None:
    rows = {row.factor: row for row in only_pair(f"NF 1234 {AURORA}").evidence}

    assert (rows["amount"].document_value, rows["amount"].place) == ("R$ 1.500,00", "valor")
    assert rows["date"].transaction_value == "20/08/2025"
    assert (rows["number"].transaction_value, rows["number"].place) == ("NF 1234", "histórico 1–7")
    assert rows["tax_id"].document_value == "11.222.333/0001-81"


@pytest.mark.parametrize(
    ("memo", "days", "words"),
    [
        ("PADARIA AURORA", 0, "nome igual"),
        ("PADARIA AURORA BOREAL", -1, "nome parecido (0,80); 1 dia antes do vencimento"),
        ("11.222.333/0002-62", 0, "raiz do CNPJ no histórico"),
        ("NF 9999", 0, "o lançamento cita NF 9999"),
        (f"{AURORA}", 40, "40 dias após o vencimento"),
    ],
)
def test_sentence_names_each_fact(memo: str, days: int, words: str) -> None:
    assert words in only_pair(memo, days).reason


def test_rival_row_takes_points_and_names_the_other_note() -> None:
    outcome = match([document("d1"), document("d2", number="77")], [transaction(memo=AURORA)])

    rival = outcome.doubts[0].candidates[0].evidence[-1]
    assert (rival.factor, rival.place) == ("rival", "outra nota")
    assert rival.points < -40
    assert rival.document_value == "NF 77 de R$ 1.500,00"
