"""The words of the engine: what goes in, what comes out. Plain values, exact cents.

Amounts are `Decimal` in reais, days are `date`. Identifiers are opaque strings of the caller.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from reconciliation.engine.known import Known
from reconciliation.engine.late import Late


@dataclass(frozen=True, slots=True)
class Payable:
    """What a document expects to see in the bank: the whole, or one declared instalment."""

    installment: str  # "" for the whole document
    due_on: date  # the day of issue where nothing is declared
    amount: Decimal  # positive
    declared: bool = True  # the document itself tells amount and due date
    our_number: str = ""  # nosso número of its boleto
    txid: str = ""  # of its PIX charge


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
    kind: str = ""  # nfe, nfse, cte, …
    means: str = ""  # boleto, pix, ted, card, cash; "" when not told
    withheld: Decimal = Decimal(0)  # tax the document itself declares as withheld


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """A bank line that still waits for its document."""

    id: str
    posted_on: date
    amount: Decimal  # signed: credit > 0, debit < 0
    memo: str
    payee: str
    payer: str = ""  # CNPJ or CPF of the other side, where the bank tells it
    our_number: str = ""
    txid: str = ""


class Evidence(NamedTuple):
    """One factor of a score: its points, and the two values that were compared."""

    factor: str  # amount, date, key, our_number, txid, number, tax_id, name, kind, rival, limit
    points: Decimal  # may be negative; the points of all factors add up to the score
    document_value: str
    transaction_value: str
    place: str  # where in the transaction it was found: "valor", "histórico 12–20", "data", …


@dataclass(frozen=True, slots=True)
class Difference:
    """What explains that a payment and its document differ; more than expected is positive."""

    kind: str  # interest, discount, fee, withheld, card, cents, unexplained
    amount: Decimal


@dataclass(frozen=True)
class Candidate:
    """A document (or instalment) a transaction may pay, with its score, why, and why not 100.

    A payment for several documents is several candidates of one `link`.
    """

    transaction_id: str
    document_id: str
    installment: str
    amount: Decimal  # of the transaction, given to this document: never more than either side
    score: Decimal  # 0.00 to 100.00: a hundred times the probability that the link is right
    evidence: Late[tuple[Evidence, ...]] = Late()
    reason: Late[str] = Late()  # Portuguese sentence built from the evidence
    link: int = 0  # from 1; equal for the documents paid together; 0 stands alone
    difference: Difference | None = None


@dataclass(frozen=True)
class Doubt:
    """A transaction that the engine does not decide: its best candidates, best first."""

    transaction_id: str
    candidates: tuple[Candidate, ...]
    reason: Late[str] = Late()  # Portuguese: why not booked, and the nearest miss without any


@dataclass(frozen=True, slots=True)
class Options:
    """What an organization may set."""

    # Booked without asking from this score on. Measured on a synthetic year with known truth:
    # of what a second witness confirms at 99, more than 998 of 1,000 are right.
    accept_at: Decimal = Decimal("99")
    propose_at: Decimal = Decimal("30")  # a proposal; what is less probable is only a candidate
    show_at: Decimal = Decimal("2")  # below this a pair is not even shown
    most_candidates: int = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every open transaction is in `matches` (once, or once a document) or once in `doubts`."""

    matches: tuple[Candidate, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    unmatched_documents: tuple[str, ...] = field(default_factory=tuple)
    set_aside: tuple[tuple[str, str], ...] = ()  # transaction, "reversed" or "repeated"
    # What it went by of the organization; None when a side is empty.
    learned: Known | None = field(default=None, compare=False, repr=False)
