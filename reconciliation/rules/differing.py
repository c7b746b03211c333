"""How one outcome differs from another, line by line, in the words of the screen."""

import operator
from collections.abc import Iterable, Iterator
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
    old, new = said_of(before), said_of(after)
    for line in sorted(line for line, said in old.items() if not is_same(said, new[line])):
        was, becomes = _state(old[line]), _state(new[line])
        if was != becomes:
            yield Change(line, was, becomes)


def is_same(one: object, other: object) -> bool:
    """Whether both are the very same objects, which is found out sooner than what they say."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(operator.is_, one, other))
    return one is other


def said_of(outcome: Outcome) -> dict[str, Doubt | tuple[Candidate, ...]]:
    """Every line's doubt, or its bookings."""
    booked: dict[str, tuple[Candidate, ...]] = {}
    for pair in outcome.matches:
        booked[pair.transaction_id] = (*booked.get(pair.transaction_id, ()), pair)
    return {**{doubt.transaction_id: doubt for doubt in outcome.doubts}, **booked}


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
