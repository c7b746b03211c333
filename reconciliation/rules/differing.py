"""How one outcome differs from another, line by line, in the words of the screen."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reconciliation.engine import Candidate, Doubt, Outcome

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


def changes(before: Outcome, after: Outcome) -> Iterator[Change]:
    """The lines that change, by identifier. Both outcomes are of the same lines."""
    lines = touched(before.matches, after.matches) | touched(before.doubts, after.doubts)
    old, new = said_of(before, lines), said_of(after, lines)
    for line in sorted(lines):
        was, becomes = _state(old[line]), _state(new[line])
        if was != becomes:
            yield Change(line, was, becomes)


def touched(
    before: Iterable[Candidate] | Iterable[Doubt], after: Iterable[Candidate] | Iterable[Doubt]
) -> set[str]:
    """The lines of what is not the very same object in both: sooner found than what it says."""
    old, new = {id(one): one for one in before}, {id(one): one for one in after}
    return {
        *(old[one].transaction_id for one in old.keys() - new.keys()),
        *(new[one].transaction_id for one in new.keys() - old.keys()),
    }


def said_of(outcome: Outcome, lines: Collection[str]) -> dict[str, Doubt | tuple[Candidate, ...]]:
    """The doubt of each of these lines, or its bookings."""
    booked: dict[str, tuple[Candidate, ...]] = {}
    for pair in outcome.matches:
        if pair.transaction_id in lines:
            booked[pair.transaction_id] = (*booked.get(pair.transaction_id, ()), pair)
    waiting = {one.transaction_id: one for one in outcome.doubts if one.transaction_id in lines}
    return {**waiting, **booked}


def _state(said: Doubt | tuple[Candidate, ...]) -> State:
    if isinstance(said, Doubt):
        band = "partial" if said.candidates else "unmatched"
        return _in_order(band, said.candidates)
    return _in_order("matched", said)


def _in_order(band: str, pairs: Iterable[Candidate]) -> State:
    ordered = sorted(pairs, key=lambda pair: (pair.document_id, pair.installment))
    return State(
        band,
        tuple((pair.document_id, pair.installment) for pair in ordered),
        tuple(pair.score for pair in ordered),
    )
