"""PURE  What a person says of a line at the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

ACCEPT, NO_DOCUMENT, HOLD = "accept", "no_document", "hold"
VERDICTS = (ACCEPT, NO_DOCUMENT, HOLD)


@dataclass(frozen=True, slots=True)
class Choice:
    """A document, or one instalment of it."""

    document_id: UUID
    installment: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of a line.

    choices: only with `accept`; several are paid together, in this order.
    lines: other lines of the bank that pay the same documents with it.
    kind: the name of what the payment brings or lacks (`DifferenceKind`); "" leaves it open.
    """

    verdict: str
    choices: Sequence[Choice] = ()
    reason: str = ""
    lines: Sequence[UUID] = ()
    kind: str = ""
