"""How one outcome differs from another, line by line, in the words of the screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reconciliation.engine import Candidate, Outcome

Link = tuple[str, str]  # document and instalment


class State(NamedTuple):
    """What an outcome says of one line."""

    band: str  # matched, partial, unmatched
    links: tuple[Link, ...]
    scores: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A line that one outcome treats otherwise than the other."""

    transaction_id: str
    before: State
    after: State

    @property
    def kind(self) -> str:
        """`partial_to_matched`, `other_document`, `other_candidates` or `other_score`."""
        if self.before.band != self.after.band:
            return f"{self.before.band}_to_{self.after.band}"
        if self.before.links != self.after.links:
            return "other_document" if self.after.band == "matched" else "other_candidates"
        return "other_score"


def states(outcome: Outcome) -> dict[str, State]:
    """Every line's band, documents and scores."""
    booked: dict[str, list[Candidate]] = {}
    for pair in outcome.matches:
        booked.setdefault(pair.transaction_id, []).append(pair)
    found = {line: _state("matched", pairs) for line, pairs in booked.items()}
    for doubt in outcome.doubts:
        band = "partial" if doubt.candidates else "unmatched"
        found[doubt.transaction_id] = _state(band, list(doubt.candidates))
    return found


def _state(band: str, pairs: list[Candidate]) -> State:
    ordered = sorted(pairs, key=lambda pair: (pair.document_id, pair.installment))
    return State(
        band,
        tuple((pair.document_id, pair.installment) for pair in ordered),
        tuple(pair.score for pair in ordered),
    )


def changes(before: Outcome, after: Outcome) -> Iterator[Change]:
    """The lines that change, by identifier. Both outcomes are of the same lines."""
    old, new = states(before), states(after)
    for line in sorted(old):
        if old[line] != new[line]:
            yield Change(line, old[line], new[line])
