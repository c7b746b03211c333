"""Second stage: amount, date and a second witness, and never a pair with an equal."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reconciliation.engine import Options, match
from tests.data.engine_rows import AURORA, DUE, PERSON, SERRA, document, transaction


def test_same_amount_day_and_cnpj_score_95_or_more() -> None:
    (pair,) = match([document()], [transaction(memo="PIX 11.222.333/0001-81")]).matches

    assert pair.score >= 95
    assert [row.factor for row in pair.evidence] == ["amount", "tax_id", "date", "kind", "limit"]


def test_similar_person_is_not_booked() -> None:
    outcome = match(
        [document(party=PERSON, party_name="JOSEFA PEREIRA")],
        [transaction(memo="PIX RECEBIDO JOSE PEREIRA")],
    )

    assert not outcome.matches
    assert outcome.doubts[0].candidates[0].document_id == "d1"


@pytest.mark.parametrize(
    "memo", ["PIX PADARIA AURORA", "TED 1234", "11222333000181", "CNPJ 11.222.333/0002-62"]
)
def test_one_second_witness_is_enough(memo: str) -> None:
    assert match([document()], [transaction(memo=memo)]).matches


@pytest.mark.parametrize("memo", ["", "PIX RECEBIDO", "CREDITO LTDA ME", "NF 99", "PGTO 77"])
def test_amount_and_date_alone_never_book(memo: str) -> None:
    options = Options(accept_at=Decimal(30))

    assert not match(
        [document(party_name="Comércio Ltda")], [transaction(memo=memo)], options
    ).matches


def test_two_documents_of_equal_amount_are_never_booked() -> None:
    outcome = match([document("d1"), document("d2", number="77")], [transaction(memo=AURORA)])

    (doubt,) = outcome.doubts
    assert not outcome.matches
    assert all(45 < candidate.score <= 50 for candidate in doubt.candidates)
    assert "também serve a este lançamento" in doubt.candidates[0].reason
    assert doubt.reason == "NF 1234 e NF 77 servem quase igualmente a este lançamento."


def test_equal_best_is_not_booked_at_any_threshold() -> None:
    papers = [document("d1"), document("d2", number="77")]

    outcome = match(papers, [transaction(memo=AURORA)], Options(accept_at=Decimal(51)))

    assert not outcome.matches


def test_two_lines_of_equal_amount_are_never_booked() -> None:
    lines = [transaction("t1", memo=AURORA), transaction("t2", memo=AURORA)]

    assert not match([document()], lines).matches


def test_booked_pair_leaves_its_rival_alone_with_the_rest() -> None:
    papers = [document("d1", number="1111"), document("d2", number="2222")]
    lines = [transaction("t1", memo=AURORA), transaction("t2", memo=f"NF 2222 {AURORA}")]

    outcome = match(papers, lines)

    assert [(pair.transaction_id, pair.document_id) for pair in outcome.matches] == [
        ("t1", "d1"),
        ("t2", "d2"),
    ]


def test_hundreds_of_equal_prices_are_booked_only_by_what_tells_them_apart() -> None:
    papers = [document(f"d{n:03}", number=str(5000 + n)) for n in range(150)]
    lines = [transaction("named", memo=f"NF 5007 {AURORA}"), transaction("bare", memo=AURORA)]

    outcome = match(papers, lines)

    assert [(pair.transaction_id, pair.document_id) for pair in outcome.matches] == [
        ("named", "d007")
    ]
    assert outcome.doubts[0].reason.startswith("Há notas demais deste valor")
    assert len(outcome.doubts[0].candidates) == 5


def test_another_cnpj_in_the_memo_speaks_against_the_pair() -> None:
    paper = document(party_name="Padaria Aurora")

    outcome = match([paper], [transaction(memo=f"PADARIA AURORA {SERRA}")])

    assert not outcome.matches


def test_payment_outside_the_window_is_not_booked_without_identifier() -> None:
    late = transaction(posted=DUE + timedelta(days=60), memo="PADARIA AURORA")

    assert not match([document()], [late]).matches
