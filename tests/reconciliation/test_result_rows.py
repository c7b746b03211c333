"""Rows of an outcome are spelled by hand, and say to the letter what the libraries would say."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid5

import pytest

from conciliacontag.database import copy_text
from conciliacontag.organizations.models import Organization
from reconciliation.engine import Candidate, Doubt, Evidence, Outcome
from reconciliation.models import Reconciliation
from reconciliation.result_rows import COLUMNS, LINKS, Part, Row, evidence_text, link_of, rows_of
from tests.data.rows import make_document, make_transaction

NASTY = 'aspas " barra \\ tab \t linha \n retorno \r \x1f acento ção \\N \\. \u2028'
FACTS = (
    Evidence("amount", Decimal("40.5"), "R$ 10,00", "R$ 10,00", "valor"),
    Evidence("name", Decimal("-3.10"), NASTY, "", "histórico 1–4"),
)


def candidate(line: str, document: str, **named: object) -> Candidate:
    values: dict[str, object] = {
        "transaction_id": line,
        "document_id": document,
        "installment": "001",
        "amount": Decimal("10.00"),
        "score": Decimal("93.456"),
        "evidence": FACTS,
        "reason": NASTY,
    }
    return Candidate(**values | named)  # type: ignore[arg-type]


def copied(organization: Organization, rows: list[Row]) -> int:
    same = {
        "organization_id": organization.pk,
        "created_at": datetime(2026, 10, 5, tzinfo=UTC),
        "alert": "",
    }
    return copy_text(Reconciliation, COLUMNS, (row.copied() for row in rows), same=same)


def test_evidence_is_spelled_as_json_spells_it() -> None:
    said = [
        {
            "factor": one.factor,
            "points": str(one.points),
            "document_value": one.document_value,
            "transaction_value": one.transaction_value,
            "place": one.place,
        }
        for one in FACTS
    ]

    assert evidence_text(FACTS) == json.dumps(said, ensure_ascii=False)
    assert evidence_text(()) == "[]"


@pytest.mark.parametrize("count", range(1, 40))
def test_a_link_has_the_identifier_that_its_parts_spell(count: int) -> None:
    parts: list[Part] = [
        ("line", f"nota {number}", "", Decimal(number), Decimal("0.00"), "")
        for number in range(count)
    ]
    spelled = "\n".join(sorted("|".join(map(str, part)) for part in parts))

    assert link_of(reversed(parts)) == uuid5(LINKS, spelled)


def test_what_is_written_is_read_as_it_was_said(organization: Organization) -> None:
    note, line = make_document(organization), make_transaction(organization, "10.00")
    pair = candidate(str(line.pk), str(note.pk))
    rows = list(rows_of(Outcome(matches=(pair,)), {}))

    assert copied(organization, rows) == 1
    stored = Reconciliation.objects.get()
    assert (stored.reason, stored.installment, stored.status) == (NASTY, "001", "matched")
    assert stored.evidence[1]["document_value"] == NASTY
    assert (stored.amount, stored.score) == (Decimal("10.00"), Decimal("93.46"))
    assert (stored.document, stored.transaction) == (note, line)
    assert (str(stored.link), stored.content_hash) == (rows[0].link, rows[0].content_hash)


def test_a_line_without_a_candidate_has_a_row_of_its_own(organization: Organization) -> None:
    line = make_transaction(organization, "-10.00")
    doubt = Doubt(str(line.pk), (), "Nada foi encontrado.")

    copied(organization, list(rows_of(Outcome(doubts=(doubt,)), {str(line.pk): Decimal("-10")})))

    stored = Reconciliation.objects.get()
    assert (stored.status, stored.document, stored.amount) == ("unmatched", None, Decimal("10.00"))
    assert (stored.reason, stored.evidence, stored.score) == (doubt.reason, [], Decimal(0))


@pytest.mark.parametrize(
    "change",
    [
        {"score": Decimal("93.51")},
        {"reason": "Outra frase."},
        {"evidence": FACTS[:1]},
        {"amount": Decimal("9.99")},
        {"installment": ""},
    ],
)
def test_the_hash_is_of_all_that_is_said(change: dict[str, object]) -> None:
    first, other = (
        next(rows_of(Outcome(matches=(candidate("line", "note", **named),)), {}))
        for named in ({}, change)
    )

    assert first.content_hash != other.content_hash
