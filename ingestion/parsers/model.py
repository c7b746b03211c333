"""What every reader returns: plain values, the same for all formats.

Money is `Decimal` in reais (or the statement's currency), days are `date`, moments are aware
`datetime`. Identifiers of people and companies are kept as written, without mask: letters are
valid in a CNPJ since July 2026.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct, field

Severity = Literal["error", "warning", "info"]
Source = Literal["bank", "boleto", "ledger"]


class Value(Struct, frozen=True, gc=False):
    """What a reader returns: made far faster than a frozen dataclass, and sent as it is."""


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


class Problem(Value, frozen=True):
    """A doubt or a refusal: what happened, where, what to do."""

    code: str  # stable, e.g. "nfe_key"
    severity: Severity  # error: the record stayed out; warning: it came in, look at it
    place: str  # "linha 12", "infNFe/@Id", a member of an archive
    message: str  # Portuguese, one sentence
    remedy: str  # Portuguese, what to do about it


class Layout(Value, frozen=True):
    """How to read a table whose header a person, or this project, has seen before."""

    fingerprint: str  # of the header row, see ingestion.parsers.tables
    source: Source
    columns: Mapping[
        str, int
    ]  # role (date, amount, debit, credit, memo, balance …) → column, from 0
    decimal: str = ""  # "," or "."; empty: decided over the whole column
    day_order: str = ""  # dmy, mdy or ymd; empty: decided over the whole column
    account: str = ""  # the account of all rows, when no column tells it


class Options(Value, frozen=True):
    """What a reader may know beside the bytes."""

    today: date  # later days are doubtful
    layouts: Mapping[str, Layout] = field(default_factory=dict)  # by fingerprint
    versions: Mapping[str, int] = field(
        default_factory=dict
    )  # reader → version; absent: the newest


class Party(Value, frozen=True):
    """Issuer or recipient. `tax_id` is a CNPJ, a CPF, a foreign id or empty."""

    tax_id: str = ""
    name: str = ""
    city: str = ""
    state: str = ""


class Installment(Value, frozen=True):
    """A declared payment of a document (duplicata)."""

    number: str
    due_on: date | None
    amount: Decimal


class Item(Value, frozen=True):
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


class Reference(Value, frozen=True):
    """Another document that this one names: the note that is returned, the notes a CT-e carries."""

    kind: str  # nfe, nfce, cte, nfse, nf (paper), ecf, replaced …
    key: str  # its access key, or what identifies it


class Document(Value, frozen=True):
    """One fiscal document in canonical form."""

    doc_type: str  # nfe, nfce, cte, cteos, nfse, dps
    key: str  # natural key: 44 characters of the access key, 50 of a national NFS-e, or what
    # identifies the note of a city: city, provider, number and verification code, joined by "|"
    model: str  # 55, 65, 57, 67; empty for services
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
    competence_on: date | None = None  # the day of the service, when it is not that of the issue
    net: Decimal | None = None  # what is paid after withholding, when the document says it
    withheld: dict[str, Decimal] = field(default_factory=dict)  # iss, irrf, pis, cofins, csll, inss
    parties: dict[str, Party] = field(default_factory=dict)  # other roles: payer, sender, carrier …
    references: tuple[Reference, ...] = ()
    provenance: dict[str, str] = field(default_factory=dict)  # field → path in the original file


class Event(Value, frozen=True):
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
    extra: dict[str, Any] = field(default_factory=dict)  # payment identifiers, the event it cancels


class Voiding(Value, frozen=True):
    """Numbers that the issuer gave up before using them (inutilização)."""

    issuer_tax_id: str
    model: str
    series: str
    year: str  # two digits, as written
    first: int
    last: int
    protocol: str
    accepted: bool  # cStat 102 or 563, outside the test environment
    occurred_at: datetime | None


class Mention(Value, frozen=True):
    """A document that another file tells of: a summary, a line of the EFD, the key on a DANFE."""

    natural_key: str  # the access key, or issuer, model, series and number joined by "|"
    key: str  # access key, may be empty
    doc_type: str
    series: str = ""
    number: str = ""
    issuer_tax_id: str = ""
    issuer_name: str = ""
    recipient_tax_id: str = ""
    issued_on: date | None = None
    total: Decimal | None = None
    fiscal_status: str = ""  # as in Document; empty: not said
    told_by: str = ""  # summary, efd, danfe


class Transaction(Value, frozen=True):
    """A bank line, a boleto that was paid or a ledger entry; the sign alone says the direction."""

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
    extra: dict[str, Any] = field(default_factory=dict)  # "identifiers": txid, e2e, our_number …
    source: Source = "bank"


class Statement(Value, frozen=True):
    """One account's statement inside a file."""

    account: str
    currency: str
    starts_on: date | None
    ends_on: date | None
    balance: Decimal | None
    balance_on: date | None
    opening: Decimal | None = None  # before the first movement
    balances: tuple[tuple[date, Decimal], ...] = ()  # at the end of each day that tells it


class Page(Value, frozen=True):
    """The text of one page of a PDF."""

    number: int
    text: str


class Parsed(Value, frozen=True):
    """All that one file says. `rejected` counts records that stayed out, each with a problem."""

    kind: str  # nfe, nfce, event, ofx, cnab, table, summary, unknown; ignored: left by a system
    parser: str  # "nfe/1": module and version, stored with every row
    documents: tuple[Document, ...] = ()
    events: tuple[Event, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    statements: tuple[Statement, ...] = ()
    voidings: tuple[Voiding, ...] = ()
    mentions: tuple[Mention, ...] = ()
    pages: tuple[Page, ...] = ()
    problems: tuple[Problem, ...] = ()
    informative: int = 0  # records that are neither document nor movement (balance rows, summaries)
    rejected: int = 0

    @property
    def read(self) -> int:
        """Every record seen: read = new + already known + informative + rejected."""
        accepted = len(self.documents) + len(self.events) + len(self.transactions)
        told = len(self.voidings) + len(self.mentions)
        return accepted + told + self.informative + self.rejected


class Reading(Value, frozen=True):
    """One file as it came out of the reader: a whole upload, or one member of an archive."""

    name: str
    sha256: str
    size: int
    parsed: Parsed
    contents: tuple[bytes, ...] = ()  # canonical JSON of each document, in the same order
