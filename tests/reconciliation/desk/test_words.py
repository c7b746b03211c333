"""What the desk says of a payment, and which parts of a line it marks."""

from decimal import Decimal

import pytest

from reconciliation.desk.balance import Balance
from reconciliation.desk.marks import document_fields, line_facts, line_marks


@pytest.mark.parametrize(
    ("paid", "owed", "withheld", "kind", "told", "rest"),
    [
        ("1000", "1000", "0", "", "R$ 1.000,00 = NF-e 12 de R$ 1.000,00", "sobra R$ 0,00"),
        (
            "938.50", "1000", "61.50", "",
            "R$ 938,50 = NF-e 12 de R$ 1.000,00 − R$ 61,50 de imposto retido", "sobra R$ 0,00",
        ),
        (
            "600", "1000", "0", "", "R$ 600,00 = parte de NF-e 12 de R$ 1.000,00",
            "ficam em aberto R$ 400,00 na nota",
        ),
        (
            "1020", "1000", "0", "interest",
            "R$ 1.020,00 = NF-e 12 de R$ 1.000,00 + R$ 20,00 de multa e juros", "sobra R$ 0,00",
        ),
        (
            "1020", "1000", "0", "",
            "R$ 1.020,00 = NF-e 12 de R$ 1.000,00 + R$ 20,00 sem explicação",
            "sobram R$ 20,00 no lançamento",
        ),
        (
            "999.98", "1000", "0", "", "R$ 999,98 = NF-e 12 de R$ 1.000,00 − R$ 0,02 de centavos",
            "sobra R$ 0,00",
        ),
    ],
)  # fmt: skip
def test_a_payment_in_words(
    paid: str, owed: str, withheld: str, kind: str, told: str, rest: str
) -> None:
    balance = Balance("NF-e 12", Decimal(paid), Decimal(owed), Decimal(withheld), kind)

    assert balance.sentence() == told
    assert balance.rest() == rest


def row(factor: str, points: str, place: str) -> dict[str, str]:
    return {"factor": factor, "points": points, "place": place}


def test_parts_of_the_texts_are_marked_where_the_evidence_was_read() -> None:
    evidence = [
        row("number", "25", "histórico 14–20"),
        row("name", "9", "histórico 18–30"),
        row("tax_id", "30", "favorecido 1–14"),
        row("amount", "45", "valor"),
        row("date", "-5", "data"),
        row("rival", "-10", ""),
    ]

    assert line_marks(evidence) == {"memo": [[13, 30]], "payee": [[0, 14]]}
    assert line_facts(evidence) == ["amount"]
    assert document_fields(evidence) == ["amount", "number", "party"]


def test_what_speaks_against_is_not_marked() -> None:
    evidence = [row("number", "-20", "histórico 3–9")]

    assert line_marks(evidence) == {"memo": [], "payee": []}
    assert document_fields(evidence) == []
