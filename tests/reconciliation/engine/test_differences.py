"""What keeps a payment and its document apart has a name and an amount, to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reconciliation.engine import Candidate, OpenDocument, OpenTransaction, Payable, match
from tests.data.engine_rows import AURORA, DUE, document, transaction

NAMED = f"NF 1234 {AURORA}"


def best(paper: OpenDocument, line: OpenTransaction) -> Candidate:
    outcome = match([paper], [line])
    return [*outcome.matches, *(pair for doubt in outcome.doubts for pair in doubt.candidates)][0]


@pytest.mark.parametrize(
    ("amount", "days", "kind", "extra", "words"),
    [
        ("1535.00", 10, "interest", "35.00", "+ R$ 35,00 de multa e juros (2,33 %)"),
        ("1455.00", -5, "discount", "-45.00", "− R$ 45,00 de desconto (3,00 %)"),
        ("1497.50", 1, "fee", "-2.50", "− R$ 2,50 de tarifa (0,17 %)"),
        ("1499.98", 0, "cents", "-0.02", "− R$ 0,02 de centavos (0,00 %)"),
    ],
)
def test_a_named_difference(amount: str, days: int, kind: str, extra: str, words: str) -> None:
    found = best(document(), transaction(amount=amount, posted=DUE + timedelta(days), memo=NAMED))

    assert found.difference is not None
    assert (found.difference.kind, found.difference.amount) == (kind, Decimal(extra))
    assert words in found.reason
    assert found.amount == min(Decimal(amount), Decimal("1500.00"))


def test_withheld_tax_is_said_with_its_share() -> None:
    paper = OpenDocument(
        "d1", "", "1234", DUE, Decimal("1000.00"), True, AURORA, "Padaria Aurora Ltda",
        (Payable("", DUE, Decimal("1000.00")),), kind="nfse",
    )  # fmt: skip

    found = best(paper, transaction(amount="938.50", memo=NAMED))

    assert found.reason.startswith(
        "R$ 938,50 = NF 1234 de R$ 1.000,00 − R$ 61,50 de imposto retido (6,15 %); "
    )


def test_one_payment_for_three_notes_gives_each_its_own() -> None:
    papers = [
        document(f"d{n}", amount, number=str(4000 + n))
        for n, amount in enumerate(["812.37", "455.01", "1299.90"])
    ]
    line = transaction(amount="2567.28", posted=date(2025, 8, 22), memo=f"TED {AURORA}")

    (doubt,) = match(papers, [line]).doubts
    together = [pair for pair in doubt.candidates if pair.link == doubt.candidates[0].link]

    assert {pair.document_id: str(pair.amount) for pair in together} == {
        "d0": "812.37",
        "d1": "455.01",
        "d2": "1299.90",
    }
    assert "3 notas da mesma pessoa, pagas juntas" in doubt.candidates[0].reason


def test_notes_that_are_all_cited_are_booked_together() -> None:
    papers = [
        document(f"d{n}", amount, number=str(4000 + n))
        for n, amount in enumerate(["812.37", "455.01"])
    ]
    line = transaction(amount="1267.38", memo=f"TED {AURORA} NF 4000 4001")

    matches = match(papers, [line]).matches

    assert [pair.document_id for pair in matches] == ["d0", "d1"]
    assert sum(pair.amount for pair in matches) == line.amount
