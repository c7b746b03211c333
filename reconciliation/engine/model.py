"""The words of the engine: what goes in, what comes out. Plain values, exact cents.

Amounts are `Decimal` in reais, days are `date`. Identifiers are opaque strings of the caller.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Payable:
    """What a document expects to see in the bank: the whole, or one declared instalment."""

    installment: str  # "" for the whole document
    due_on: date
    amount: Decimal  # positive


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A fiscal document that still waits for money. `receivable`: the organization issued it."""

    id: str
    key: str  # access key, 44 characters
    number: str
    issued_on: date
    total: Decimal
    receivable: bool  # True: expects credits (amount > 0); False: expects debits
    party_id: str  # CNPJ or CPF of the other side, without mask, may be ""
    party_name: str
    payables: tuple[Payable, ...]


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """A bank line that still waits for its document."""

    id: str
    posted_on: date
    amount: Decimal  # signed: credit > 0, debit < 0
    memo: str
    payee: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One factor of a score: its points, and the two values that were compared."""

    factor: str  # amount, key, number, tax_id, date, name, rival
    points: Decimal  # may be negative
    document_value: str
    transaction_value: str
    place: str  # where in the transaction it was found: "valor", "histórico 12–20", "data", …


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair with its score (0–100), why, and what keeps it from 100."""

    transaction_id: str
    document_id: str
    installment: str
    amount: Decimal  # amount allocated, positive
    score: Decimal  # 0.00 to 100.00; the sum of the points, cut to that range
    evidence: tuple[Evidence, ...]
    reason: str  # Portuguese sentence built from the evidence


@dataclass(frozen=True, slots=True)
class Doubt:
    """A transaction that the engine does not decide: its best candidates, best first."""

    transaction_id: str
    candidates: tuple[Candidate, ...]
    reason: str  # Portuguese: why it was not booked, and the nearest miss when there is none


@dataclass(frozen=True, slots=True)
class Options:
    """What an organization may set; every default is explained where it is used."""

    accept_at: Decimal = Decimal("85")  # booked without asking from this score on
    margin: Decimal = Decimal("15")  # … and only if the next best is this far below
    propose_at: Decimal = Decimal("40")  # below this a pair is not even shown
    days_before: int = 5  # a payment may come this long before the due date
    days_after: int = 30  # … and this long after it
    most_candidates: int = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every open transaction is either in `matches` or in `doubts`, exactly once."""

    matches: tuple[Candidate, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    unmatched_documents: tuple[str, ...] = field(default_factory=tuple)
