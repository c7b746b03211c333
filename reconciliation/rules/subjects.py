"""What a condition is asked about: a bank line, alone or with a document it may pay."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from conciliacontag.brazil import fold, only_id
from reconciliation.engine import Candidate, OpenDocument, OpenTransaction, Payable
from reconciliation.rules.grammar import ABOUT_LINE

CITED = "transaction_memo: numbers"  # kept beside the answers; no condition can ask for it
LONGEST_TEXT = 2000  # what a bank writes is shorter; the rest of a longer one is not asked about

_DIGITS = re.compile(r"\d+")
_MASKED_ID = re.compile(r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}|\d{3}\.\d{3}\.\d{3}-\d{2}")
_NO_LETTERS = re.compile(r"[^A-Z]+")


class Subject(dict[str, Any]):
    """Answers by name what a condition asks; each answer is worked out once.

    Args:
        bare: the line alone, whose answers hold for all its pairs.
    """

    __slots__ = ("bare", "candidate", "document", "is_booked", "line")

    def __init__(
        self,
        line: OpenTransaction,
        document: OpenDocument | None = None,
        candidate: Candidate | None = None,
        *,
        is_booked: bool = False,
        bare: "Subject | None" = None,
    ) -> None:
        self.line, self.document, self.candidate = line, document, candidate
        self.is_booked, self.bare = is_booked, bare

    def __eq__(self, other: object) -> bool:
        return self is other  # two pairs may well have the same answers

    def __missing__(self, name: str) -> Any:
        if self.bare is not None and name.startswith(ABOUT_LINE):
            self[name] = self.bare[name]
        else:
            self[name] = ANSWERS[name](self)
        return self[name]

    @property
    def cited_numbers(self) -> frozenset[str]:
        """Runs of digits of the memo, those of a CNPJ apart: its 0001 is no note."""
        line = self if self.bare is None else self.bare
        if CITED not in line:
            memo = _MASKED_ID.sub(" ", str(line["transaction_memo"]))
            line[CITED] = frozenset(digits.lstrip("0") for digits in _DIGITS.findall(memo))
        found: frozenset[str] = line[CITED]
        return found

    @property
    def note(self) -> OpenDocument:
        if self.document is None:
            raise LookupError(self.line.id)  # only lines' own names are asked of a bare line
        return self.document

    @property
    def part(self) -> Payable:
        return payable_of(self.note, self.candidate)

    @property
    def pair(self) -> Candidate:
        if self.candidate is None:
            raise LookupError(self.line.id)
        return self.candidate


def payable_of(document: OpenDocument, candidate: Candidate | None) -> Payable:
    """The instalment a candidate names; the whole where it names none that is open."""
    named = candidate.installment if candidate else ""
    for payable in document.payables:
        if payable.installment == named:
            return payable
    return Payable("", document.issued_on, document.total)


def midnight(day: date) -> datetime:
    """Days are compared as their first moment; the zone is the same for all and says nothing."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def plain(text: str) -> str:
    return fold(text[:LONGEST_TEXT])


def without_numbers(text: str) -> str:
    """What repeats of a memo from one month to the next: its words."""
    return _NO_LETTERS.sub(" ", plain(text)).strip()


def _number_cited(subject: Subject) -> bool:
    number = str(subject["document_number"])
    return bool(number) and number in subject.cited_numbers


def _party_cited(subject: Subject) -> bool:
    party = str(subject["document_party_id"])
    return bool(party) and party in only_id(str(subject["transaction_memo"]))


def _difference(subject: Subject) -> Decimal:
    return abs(subject.line.amount) - subject.part.amount


ANSWERS: dict[str, Callable[[Subject], Any]] = {
    "transaction_memo": lambda of: plain(of.line.memo),
    "transaction_text": lambda of: without_numbers(of.line.memo),
    "transaction_payee": lambda of: plain(of.line.payee),
    "transaction_amount": lambda of: abs(of.line.amount),
    "transaction_credit": lambda of: of.line.amount > 0,
    "transaction_date": lambda of: midnight(of.line.posted_on),
    "document_number": lambda of: plain(of.note.number).lstrip("0"),
    "document_key": lambda of: plain(of.note.key),
    "document_party_id": lambda of: only_id(of.note.party_id),
    "document_party_name": lambda of: plain(of.note.party_name),
    "document_total": lambda of: of.note.total,
    "document_receivable": lambda of: of.note.receivable,
    "document_issued_on": lambda of: midnight(of.note.issued_on),
    "document_due_on": lambda of: midnight(of.part.due_on),
    "document_installment": lambda of: plain(of.part.installment),
    "document_payable": lambda of: of.part.amount,
    "pair_score": lambda of: of.pair.score,
    "pair_booked": lambda of: of.is_booked,
    "pair_days_late": lambda of: (of.line.posted_on - of.part.due_on).days,
    "pair_difference": _difference,
    "pair_number_cited": _number_cited,
    "pair_party_cited": _party_cited,
}
