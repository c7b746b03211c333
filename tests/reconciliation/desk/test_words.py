"""What the desk says of a payment, and which parts of a line it marks."""

from decimal import Decimal

import pytest

from reconciliation.desk.balance import Balance, Part, proven
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
    parts = [Part("NF-e 12", Decimal(owed), Decimal(withheld))]
    named = ((kind, Decimal(paid) - Decimal(owed)),) if kind else proven(Decimal(paid), parts)
    balance = Balance(Decimal(paid), parts, named)

    assert balance.sentence() == told
    assert balance.rest() == rest


def test_one_payment_for_many_notes_in_words() -> None:
    parts = [Part("NF-e 12", Decimal(600)), Part("NF-e 13", Decimal(400))]
    whole = Balance(Decimal(1000), parts)
    short = Balance(Decimal(900), parts)

    assert whole.sentence() == "R$ 1.000,00 = NF-e 12 de R$ 600,00 + NF-e 13 de R$ 400,00"
    assert whole.rest() == "sobra R$ 0,00"
    assert short.sentence().startswith("R$ 900,00 = parte de NF-e 12")
    assert short.rest() == "ficam em aberto R$ 100,00 nas notas"


def test_tax_that_each_note_declares_is_proven_for_all() -> None:
    parts = [
        Part("NF-e 12", Decimal(600), Decimal(30)),
        Part("NF-e 13", Decimal(400), Decimal(20)),
    ]

    assert proven(Decimal(950), parts) == (("withheld", Decimal(-50)),)
    assert Balance(Decimal(950), parts, proven(Decimal(950), parts)).rest() == "sobra R$ 0,00"


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
