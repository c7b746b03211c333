"""An outcome of the engine as rows, each with a hash by which the next run knows it again."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from hashlib import blake2b, sha1
from itertools import groupby
from json.encoder import encode_basestring as quoted
from typing import NamedTuple
from uuid import UUID

from conciliacontag.database import NULL, spelled
from conciliacontag.keys import new_id_text
from reconciliation.engine import Candidate, Evidence, Outcome
from reconciliation.models import ReconciliationStatus

LINKS = UUID("6f0d4f0e-4f5c-5d0a-9d43-1c7c5f7c2a11")  # the namespace of what links say
COLUMNS = (
    "id",
    "document_id",
    "installment",
    "transaction_id",
    "link",
    "status",
    "amount",
    "difference",
    "difference_kind",
    "score",
    "reason",
    "evidence",
    "content_hash",
)
ZERO = Decimal(0)
CENT = Decimal("0.01")
# Plain text: asking a member of an enumeration for its value, row by row, shows in the profile.
MATCHED, PARTIAL, UNMATCHED = map(str, ReconciliationStatus.values)
VARIANT = "89ab89ab89ab89ab"  # of an identifier made from a hash (RFC 9562), by a digit of it
Part = tuple[str, str, str, Decimal, Decimal, str]
"""Transaction, document, installment, amount, difference, its kind."""


class Row(NamedTuple):
    """What a run says of a line, as text, and the hash of all of it."""

    line: str
    document: str  # "" without one
    installment: str
    link: str
    status: str
    amount: str
    difference: str
    difference_kind: str
    score: Decimal
    reason: str
    evidence: str  # JSON
    content_hash: str

    @property
    def identity(self) -> tuple[str, ...]:
        """What is linked with what, and how: everything but the points and the words."""
        return self.link, self.document, self.installment, self.status

    def copied(self) -> str:
        """The row of `COLUMNS` that COPY reads."""
        # JSON has spelled everything else that COPY would read in its own way.
        words = spelled(self.installment), spelled(self.reason), self.evidence.replace("\\", r"\\")
        return (
            f"{new_id_text()}\t{self.document or NULL}\t{words[0]}\t{self.line}\t{self.link}\t"
            f"{self.status}\t{self.amount}\t{self.difference}\t{self.difference_kind}\t"
            f"{self.score}\t{words[1]}\t{words[2]}\t{self.content_hash}\n"
        )


def link_of(parts: Iterable[Part]) -> UUID:
    """The identifier of a link: the same allocations always have the same one."""
    return UUID(link_text(parts))


def link_text(parts: Iterable[Part]) -> str:
    """`link_of` as text: what `uuid5` makes of the parts, without its objects."""
    said = sorted("|".join(map(str, part)) for part in parts)
    digits = sha1(LINKS.bytes + "\n".join(said).encode(), usedforsecurity=False).hexdigest()
    variant = VARIANT[int(digits[16], 16)]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


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
    return amount.quantize(CENT)


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
        yield from link_rows(pairs, MATCHED)
    for doubt in outcome.doubts:
        for pairs in linked_pairs(doubt.candidates):
            yield from link_rows(pairs, PARTIAL)
        if not doubt.candidates:
            amount = cents(abs(amounts[doubt.transaction_id]))
            part = (doubt.transaction_id, "", "", amount, ZERO, "")
            yield row_of(part, link_text([part]), UNMATCHED, doubt.reason, ZERO, "[]")


def link_rows(pairs: list[Candidate], status: str) -> Iterator[Row]:
    parts = [part_of(pair) for pair in pairs]
    link = link_text(parts)
    told: tuple[Evidence, ...] | None = None
    for part, pair in zip(parts, pairs, strict=True):
        if pair.evidence is not told:
            told = pair.evidence
            evidence = evidence_text(told)
        yield row_of(part, link, status, pair.reason, pair.score, evidence)


def row_of(part: Part, link: str, status: str, reason: str, score: Decimal, evidence: str) -> Row:
    line, document, installment, amount, difference, kind = part
    points = cents(score)
    amounts = str(amount), str(difference)
    said = (
        document or "None", installment, line, link, status, *amounts, kind, "", str(points),
        reason, evidence,
    )  # fmt: skip
    content_hash = blake2b("\x1f".join(said).encode(), digest_size=16).hexdigest()
    return Row(
        line, document, installment, link, status, *amounts, kind, points, reason, evidence,
        content_hash,
    )  # fmt: skip


def evidence_text(evidence: Iterable[Evidence]) -> str:
    """JSON of the rows, put together here: a general writer takes four times as long."""
    rows = [
        f'{{"factor": {quoted(one.factor)}, "points": "{one.points}",'
        f' "document_value": {quoted(one.document_value)},'
        f' "transaction_value": {quoted(one.transaction_value)},'
        f' "place": {quoted(one.place)}}}'
        for one in evidence
    ]
    return f"[{', '.join(rows)}]"
