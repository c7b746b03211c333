"""What every reader returns: plain values, the same for all formats.

Money is `Decimal` in reais (or the statement's currency), days are `date`, moments are aware
`datetime`. Identifiers of people and companies are kept as written, without mask: letters are
valid in a CNPJ since July 2026.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]


class ParseError(Exception):
    """A file, or a record of it, that cannot be read: stable code, sentence, place, remedy."""

    def __init__(self, code: str, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.place = place
        self.remedy = remedy

    def as_problem(self) -> "Problem":
        return Problem(self.code, "error", self.place, self.message, self.remedy)


@dataclass(frozen=True, slots=True)
class Problem:
    """A doubt or a refusal: what happened, where, what to do."""

    code: str  # stable, e.g. "nfe_key"
    severity: Severity  # error: the record stayed out; warning: it came in, look at it
    place: str  # "linha 12", "infNFe/@Id", a member of an archive
    message: str  # Portuguese, one sentence
    remedy: str  # Portuguese, what to do about it


@dataclass(frozen=True, slots=True)
class Party:
    """Issuer or recipient. `tax_id` is a CNPJ, a CPF, a foreign id or empty."""

    tax_id: str = ""
    name: str = ""
    city: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Installment:
    """A declared payment of a document (duplicata)."""

    number: str
    due_on: date | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a document, as the page that mirrors it shows."""

    number: int
    code: str
    description: str
    ncm: str
    cfop: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """One fiscal document in canonical form."""

    doc_type: str  # nfe, nfce
    key: str  # natural key: the 44 characters of the access key
    model: str  # 55, 65
    series: str
    number: str
    issued_on: date
    issued_at: datetime | None  # None when the document tells only the day
    total: Decimal
    issuer: Party
    recipient: Party
    fiscal_status: str  # authorized, cancelled, denied, unauthorized
    protocol: str
    environment: str  # 1 production, 2 test
    purpose: str  # finNFe: 1 normal, 2 complement, 3 adjustment, 4 return, 5 credit, 6 debit
    direction: str  # tpNF of the issuer: 0 entry, 1 exit
    operation: str  # natOp
    layout: str  # 4.00, 3.10 …
    installments: tuple[Installment, ...] = ()
    payments: tuple[tuple[str, Decimal], ...] = ()  # (tPag code, amount)
    items: tuple[Item, ...] = ()
    taxes: dict[str, Decimal] = field(default_factory=dict)  # totals above zero, as vICMS
    extra: dict[str, Any] = field(default_factory=dict)  # what has no field of its own
    content_hash: str = ""  # sha256 of what the document says: same key, other hash is a conflict


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a document: cancelled, corrected, confirmed by the recipient."""

    document_key: str
    event_type: str  # 110111 …
    sequence: int
    protocol: str
    occurred_at: datetime | None
    author: str
    description: str
    accepted: bool  # registered by the tax authority (135, 136, 155)
    status_code: str  # cStat, "" when only the request is there
    text: str = ""  # justification or correction


@dataclass(frozen=True, slots=True)
class Transaction:
    """One line of a statement. The sign of the amount says the direction, never the type."""

    external_id: str  # FITID, "" when the bank sent none
    account: str  # bank/branch/account as written
    posted_on: date
    amount: Decimal
    memo: str
    payee: str
    kind: str  # TRNTYPE as written
    check_number: str
    ordinal: int  # counts lines that are equal in everything else, from 1, inside one file
    record: int  # place in the file, from 1
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """One account's statement inside a file."""

    account: str
    currency: str
    starts_on: date | None
    ends_on: date | None
    balance: Decimal | None
    balance_on: date | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """All that one file says. `rejected` counts records that stayed out, each with a problem."""

    kind: str  # nfe, nfce, event, ofx, summary, unknown; ignored: left by a system
    parser: str  # "nfe/1": module and version, stored with every row
    documents: tuple[Document, ...] = ()
    events: tuple[Event, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    statements: tuple[Statement, ...] = ()
    problems: tuple[Problem, ...] = ()
    informative: int = 0  # records that are neither document nor movement (balance rows, summaries)
    rejected: int = 0

    @property
    def read(self) -> int:
        """Every record seen: read = new + already known + informative + rejected."""
        accepted = len(self.documents) + len(self.events) + len(self.transactions)
        return accepted + self.informative + self.rejected


@dataclass(frozen=True, slots=True)
class Reading:
    """One file as it came out of the reader: a whole upload, or one member of an archive."""

    name: str
    sha256: str
    size: int
    parsed: Parsed
    contents: tuple[bytes, ...] = ()  # canonical JSON of each document, in the same order
