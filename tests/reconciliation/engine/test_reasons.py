"""The sentence says what agrees, and what keeps a pair from 100."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from reconciliation.engine import Candidate, match
from reconciliation.engine.model import Payable
from tests.data.engine_rows import AURORA, DUE, document, transaction

WHOLE = Payable("", DUE, Decimal("2169.00"), declared=False)


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


def test_a_kind_of_line_that_pays_no_documents_is_said_to_be_that() -> None:
    taxes = [
        transaction(f"t{day}", f"{200 + day}.37", DUE + timedelta(days=day - 10), memo="DARF")
        for day in range(40)
    ]
    outcome = match([document()], [*taxes, transaction(memo="DARF")])

    [found] = [doubt for doubt in outcome.doubts if doubt.candidates]
    assert found.candidates[0].reason.endswith(
        "Por que não 100: lançamentos deste tipo são mais comuns sem nota."
    )
    assert found.reason.endswith("mas lançamentos deste tipo são mais comuns sem nota.")


@pytest.mark.parametrize(
    ("amount", "days", "words"),
    [
        ("723.00", 90, "Por que não 100: a data é incomum para este pagamento"),
        ("1084.50", 30, "Por que não 100: o valor não é o que a nota espera"),
    ],
)
def test_what_costs_most_is_what_keeps_a_payment_from_100(
    amount: str, days: int, words: str
) -> None:
    note = document(amount="2169.00", payables=(WHOLE,))
    line = transaction(amount=amount, posted=DUE + timedelta(days=days), memo=AURORA)
    [doubt] = match([note], [line]).doubts
    assert words in doubt.candidates[0].reason


def test_an_instalment_no_document_tells_of_is_a_row_of_its_own() -> None:
    first = replace(document(amount="2169.00", payables=(WHOLE,)), kind="nfe")
    half = transaction(amount="1084.50", posted=DUE + timedelta(days=30))
    [doubt] = match([first, replace(first, id="d2", number="77")], [half]).doubts

    rows = {row.factor: row for row in doubt.candidates[0].evidence}
    assert rows["split"].points < 0
    assert (rows["split"].document_value, rows["split"].place) == ("não informa parcelas", "nota")
    assert sum(row.points for row in rows.values()) == doubt.candidates[0].score


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-3, "3 dias antes da emissão"),
        (0, "no dia da emissão"),
        (1, "1 dia depois da emissão"),
        (2, "2 dias depois da emissão"),
    ],
)
def test_a_note_that_tells_no_due_date_is_counted_from_its_issue(days: int, words: str) -> None:
    note = document(payables=(replace(WHOLE, amount=Decimal("1500.00")),))
    line = transaction(posted=DUE + timedelta(days), memo=f"NF 1234 {AURORA}")

    outcome = match([note], [line])

    pairs = [*outcome.matches, *(pair for doubt in outcome.doubts for pair in doubt.candidates)]
    assert words in pairs[0].reason
