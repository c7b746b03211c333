"""An outcome of the engine as rows, each with a hash by which the next run knows it again."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from conciliacontag.keys import new_id
from reconciliation.engine import Candidate, Evidence, Outcome
from reconciliation.models import ReconciliationStatus, Run

LINKS = UUID("6f0d4f0e-4f5c-5d0a-9d43-1c7c5f7c2a11")  # the namespace of what links say
COLUMNS = (
    "id",
    "organization_id",
    "run_id",
    "created_at",
    "document_id",
    "installment",
    "transaction_id",
    "link",
    "status",
    "amount",
    "difference",
    "difference_kind",
    "alert",
    "score",
    "reason",
    "evidence",
    "content_hash",
)
ZERO = Decimal(0)
Part = tuple[str, str, str, Decimal, Decimal, str]
"""Transaction, document, installment, amount, difference, its kind."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a run says of a line, and the hash of all of it."""

    said: tuple[Any, ...]
    content_hash: str

    @property
    def line(self) -> str:
        return str(self.said[2])

    @property
    def score(self) -> Decimal:
        return Decimal(self.said[9])

    @property
    def identity(self) -> tuple[str, ...]:
        """What is linked with what, and how: everything but the points and the words."""
        document, installment, _, link, status, *_ = self.said
        return str(link), str(document or ""), installment, status

    def values(self, run: Run, now: datetime) -> list[Any]:
        return [new_id(), run.organization_id, run.pk, now, *self.said, self.content_hash]


def link_of(parts: Iterable[Part]) -> UUID:
    """The identifier of a link: the same allocations always have the same one."""
    said = sorted("|".join(map(str, part)) for part in parts)
    return uuid5(LINKS, "\n".join(said))


def part_of(pair: Candidate) -> Part:
    difference = pair.difference
    amount, kind = (difference.amount, difference.kind) if difference else (ZERO, "")
    return (
        pair.transaction_id,
        pair.document_id,
        pair.installment,
        cents(pair.amount),
        cents(amount),
        kind,
    )


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def linked_pairs(pairs: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """Candidates link by link, in their order."""
    for _, group in groupby(pairs, key=lambda pair: (pair.transaction_id, pair.link)):
        yield list(group)


def rows_of(outcome: Outcome, amounts: Mapping[str, Decimal]) -> Iterator[Row]:
    """One row an allocation, booked or proposed, and one for each line without any.

    Args:
        amounts: what is open of each line, by identifier, signed.
    """
    for pairs in linked_pairs(outcome.matches):
        yield from link_rows(pairs, ReconciliationStatus.MATCHED)
    for doubt in outcome.doubts:
        for pairs in linked_pairs(doubt.candidates):
            yield from link_rows(pairs, ReconciliationStatus.PARTIAL)
        if not doubt.candidates:
            amount = cents(abs(amounts[doubt.transaction_id]))
            part = (doubt.transaction_id, "", "", amount, ZERO, "")
            yield row_of(part, link_of([part]), ReconciliationStatus.UNMATCHED, doubt.reason)


def link_rows(pairs: list[Candidate], status: ReconciliationStatus) -> Iterator[Row]:
    parts = [part_of(pair) for pair in pairs]
    link = link_of(parts)
    for part, pair in zip(parts, pairs, strict=True):
        evidence = json.dumps(list(map(evidence_row, pair.evidence)), ensure_ascii=False)
        yield row_of(part, link, status, pair.reason, pair.score, evidence)


def row_of(
    part: Part,
    link: UUID,
    status: ReconciliationStatus,
    reason: str,
    score: Decimal = ZERO,
    evidence: str = "[]",
) -> Row:
    transaction, document, installment, amount, difference, kind = part
    said = (
        document or None, installment, transaction, link, str(status.value), amount, difference,
        kind, "", cents(score), reason, evidence,
    )  # fmt: skip
    spelled = "\x1f".join(map(str, said))
    return Row(said, blake2b(spelled.encode(), digest_size=16).hexdigest())


def evidence_row(evidence: Evidence) -> dict[str, str]:
    return {
        "factor": evidence.factor,
        "points": str(evidence.points),
        "document_value": evidence.document_value,
        "transaction_value": evidence.transaction_value,
        "place": evidence.place,
    }


def stamped(run: Run, rows: Iterable[Row]) -> Iterator[list[Any]]:
    """Rows as they are copied into the table."""
    now = timezone.now()
    return (row.values(run, now) for row in rows)
