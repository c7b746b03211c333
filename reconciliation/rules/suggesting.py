"""Rules that people's decisions suggest: the same one again and again, and never another.

A suggestion is a rule ready to be saved, with its proof; it does nothing until a person saves it,
simulates it and enables it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from reconciliation.rules.grammar import LONGEST_CONDITION, LONGEST_NAME, Decide, Definition, Then
from reconciliation.rules.in_words import spelled, told_condition

FEWEST = 3  # equal decisions, from which on it is no accident
SHORTEST = 5  # letters of a memo; shorter ones say too little


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one line."""

    text: str  # the memo without its numbers
    is_credit: bool
    party_id: str  # of the document chosen; "" when it was "sem nota"
    party_name: str
    is_exact: bool  # the document's amount is the line's
    on: date


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule with what speaks for it."""

    fingerprint: str
    definition: Definition
    times: int
    last: date

    @property
    def proof(self) -> str:
        return f"{self.times} vezes, nunca diferente"

    @property
    def told(self) -> str:
        """When it would act, in words."""
        return spelled(told_condition(self.definition.when))


def suggest(decisions: Iterable[Decision], known: Sequence[Definition] = ()) -> list[Suggestion]:
    """What at least three decisions say of one memo, and none contradicts, most repeated first.

    Args:
        known: rules that exist; what one of them already asks is not suggested.
    """
    alike: defaultdict[tuple[str, bool], list[Decision]] = defaultdict(list)
    for decision in decisions:
        if len(decision.text.replace(" ", "")) >= SHORTEST:
            alike[decision.text, decision.is_credit].append(decision)
    asked = {rule.when for rule in known}
    found = []
    for same in alike.values():
        is_one = len({decision.party_id for decision in same}) == 1
        if len(same) >= FEWEST and is_one:
            suggestion = _suggestion(same)
            when = suggestion.definition.when
            if when not in asked and len(when) <= LONGEST_CONDITION:
                found.append(suggestion)
    return sorted(found, key=lambda one: (-one.times, one.definition.name))


def _suggestion(same: Sequence[Decision]) -> Suggestion:
    last = max(same, key=lambda decision: decision.on)
    clauses = [
        f'transaction_text == "{last.text}"',
        "transaction_credit" if last.is_credit else "not transaction_credit",
    ]
    if last.party_id:
        clauses.append(f'document_party_id == "{last.party_id}"')
        if all(decision.is_exact for decision in same):
            clauses.append("pair_difference == 0")
    when = " and ".join(clauses)
    name = f"{last.text} é de {last.party_name}" if last.party_id else f"{last.text} não tem nota"
    # Where amounts differed, a person goes on deciding: the rule only brings the pair nearer.
    is_sure = all(decision.is_exact for decision in same)
    accept = Then(decide=Decide.ACCEPT) if is_sure else Then(points=20)
    then = accept if last.party_id else Then(decide=Decide.FORBID)
    return Suggestion(
        fingerprint=sha256(when.encode()).hexdigest(),
        definition=Definition(name=name[:LONGEST_NAME], when=when, then=then),
        times=len(same),
        last=last.on,
    )
