"""A conciliation card: the bank's line, its candidates with their evidence, the accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from audits.models import Card
from audits.responses import current_values, read
from reconciliation.balances import weigh
from reconciliation.desk.balance import ZERO, Balance, Part
from reconciliation.desk.offers import NAMELESS
from reconciliation.evidence_words import evidence_rows

MOST_KEYS = 9
WHY_NOT = " Por que não 100: "
# What a choice of a candidate writes by itself; the form offers the others.
FOLLOWS = ("documento", "situacao")
ACCEPT, GROUP = "accept", "group"


@dataclass(frozen=True, slots=True)
class Note:
    """One note of several that one payment settles."""

    name: str
    total: Decimal
    issue_date: date
    document_id: str
    settled: Decimal
    used: Decimal
    difference: Decimal
    kind: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate as the page shows it."""

    value: str
    key: str
    title: str
    party: str
    tax_id: str
    issue_date: date
    total: Decimal
    amount: Decimal
    score: Decimal
    reason: str
    why_not: str
    document_id: str
    evidence: list[dict[str, Any]]
    notes: list[Note]  # of several that are paid together; empty for one
    equation: str
    rest: str


def match_of(card: Card, *, is_blind: bool = False) -> dict[str, Any]:
    """What the form of a conciliation card shows; `is_blind`: as the machine left it."""
    found = [as_choice(card, place, row) for place, row in enumerate(card.candidates, 1)]
    return {
        "choices": found,
        "reasons": [text[:1].upper() + text[1:] for text in shortened(card.doubts, found)],
        "fields": form_fields(card, is_blind=is_blind),
        # The best candidate is proposed; nothing is marked on a card without candidates.
        "chosen": found[0].value if found and card.is_open and not is_blind else "",
    }


def as_choice(card: Card, place: int, row: Mapping[str, Any]) -> Choice:
    reason, _, why_not = str(row["reason"]).partition(WHY_NOT)
    pays = card.transaction is not None and card.transaction.amount < 0
    side = "emitter" if pays else "receiver"
    notes = [as_note(note) for note in row.get("documents", ())]
    balance = balance_of(card, notes)
    return Choice(
        value=f"{GROUP}|{row['link']}"
        if notes
        else f"{ACCEPT}|{row['document_id']}|{row['installment']}",
        key=str(place) if place <= MOST_KEYS else "",
        title=f"{len(notes)} notas juntas" if notes else name_of(row),
        party=row[f"{side}_name"] or "sem nome",
        tax_id=row[f"{side}_cnpj"],
        issue_date=date.fromisoformat(row["issue_date"]),
        total=Decimal(row["total_amount"]),
        amount=Decimal(row["amount"]),
        score=Decimal(row["score"]),
        reason=reason,
        why_not=why_not,
        document_id=row["document_id"],
        evidence=evidence_rows(row["evidence"]),
        notes=notes,
        equation=unbroken(balance.sentence()) if notes else "",
        rest=unbroken(balance.rest()) if notes else "",
    )


def unbroken(text: str) -> str:
    """A sum is not broken over two lines."""
    return text.replace("R$ ", "R$\u00a0")


def name_of(row: Mapping[str, Any]) -> str:
    part = f", parcela {row['installment']}" if row["installment"] else ""
    return f"NF {row['number']}{part}"


def as_note(row: Mapping[str, Any]) -> Note:
    amount, difference = Decimal(row["amount"]), Decimal(row["difference"])
    side = weigh(amount, difference, row["difference_kind"])
    return Note(
        name=name_of(row),
        total=Decimal(row["total_amount"]),
        issue_date=date.fromisoformat(row["issue_date"]),
        document_id=row["document_id"],
        settled=side.settled,
        used=side.used,
        difference=difference,
        kind=row["difference_kind"],
    )


def balance_of(card: Card, notes: list[Note]) -> Balance:
    """The whole line beside what the notes of a group expect of it, differences by their names."""
    named: dict[str, Decimal] = {}
    for note in notes:
        if note.kind not in NAMELESS:
            named[note.kind] = named.get(note.kind, ZERO) + note.difference
    paid = abs(card.transaction.amount) if card.transaction else ZERO
    return Balance(paid, [Part(note.name, note.settled) for note in notes], tuple(named.items()))


def shortened(issues: list[str], found: list[Choice]) -> list[str]:
    """What is said beside the candidates already is not said twice."""
    return [text.partition(WHY_NOT)[2] or text for text in issues] if found else issues


def form_fields(card: Card, *, is_blind: bool) -> list[dict[str, Any]]:
    # A document that the machine did not propose may have been accepted by a program: here is where
    # who reads again can name it.
    left_out = ("situacao",) if is_blind else FOLLOWS
    fields = [one for one in card.batch.bound_layout.fields if one.name not in left_out]
    names = [one.name for one in fields]
    values = {n: read(card, n) for n in names} if is_blind else current_values(card, names)
    return [
        {
            "name": one.name,
            "label": one.label,
            "expected": one.expected,
            "pattern": one.rule.pattern,
            "value": values[one.name],
            "read": card.raw_answers.get(one.name) or "",
        }
        for one in fields
    ]
