"""PURE  What a person says of a line at the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

ACCEPT, NO_DOCUMENT, HOLD, ENTRY = "accept", "no_document", "hold", "entry"
VERDICTS = (ACCEPT, NO_DOCUMENT, HOLD, ENTRY)


@dataclass(frozen=True, slots=True)
class Choice:
    """A document, or one instalment of it."""

    document_id: UUID
    installment: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a line without a document belongs in the ledger, by the codes of the company's chart.

    text: what the entry says; "" takes the bank's own words.
    """

    debit: str = ""
    credit: str = ""
    history: str = ""
    text: str = ""

    @property
    def told(self) -> str:
        """`débito 3.1.05 · crédito 1.1.1 · histórico 45`."""
        named = ("débito", self.debit), ("crédito", self.credit), ("histórico", self.history)
        return " · ".join(f"{name} {code}" for name, code in named if code)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of a line.

    choices: only with `accept`; several are paid together, in this order.
    lines: other lines of the bank that pay the same documents with it.
    kind: the name of what the payment brings or lacks (`DifferenceKind`); "" leaves it open.
    posting: only with `entry`.
    """

    verdict: str
    choices: Sequence[Choice] = ()
    reason: str = ""
    lines: Sequence[UUID] = ()
    kind: str = ""
    posting: Posting | None = None
