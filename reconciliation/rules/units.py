"""Documents paid together are decided together: what rules make of each such link of a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reconciliation.engine import Candidate, Evidence, Options
from reconciliation.rules.applying import Case, Effect
from reconciliation.rules.grammar import Decide
from reconciliation.rules.subjects import Subject
from reconciliation.rules.wording import (
    CONTRADICTED,
    FEWER_POINTS,
    TO_BE_DECIDED,
    described,
    listed,
    told,
)

MOST, LEAST = Decimal("100.00"), Decimal("0.00")
MARGIN = Decimal(15)  # how far below the next pair has to be, where points are to book
Payable = tuple[str, str]  # document and instalment


@dataclass(slots=True)
class Unit:
    """A link of one line: its documents, what rules say, and whether it is to be booked."""

    candidates: tuple[Candidate, ...]
    effects: tuple[Effect, ...]
    was_booked: bool
    is_booked: bool
    is_forbidden: bool = False
    why: str = ""  # a proposal is one because of this

    @property
    def score(self) -> Decimal:
        return self.candidates[0].score

    @property
    def payables(self) -> list[Payable]:
        return [(one.document_id, one.installment) for one in self.candidates]

    def propose(self, why: str) -> None:
        self.is_booked, self.why = False, why


def units_of(case: Case, said: dict[int, list[Effect]]) -> list[Unit]:
    """The links of a line with everything that rules say of each."""
    about_line = said.get(id(case.line), [])
    units = []
    for members in _links(case.pairs):
        own = [effect for pair in members for effect in said.get(id(pair), [])]
        effects = _once([*about_line, *own])
        booked = members[0].is_booked
        units.append(
            Unit(tuple(pair.pair for pair in members), effects, was_booked=booked, is_booked=booked)
        )
    return units


def _links(pairs: Sequence[Subject]) -> list[list[Subject]]:
    """A line is booked to one link; among proposals the link's number tells who is together."""
    if pairs and pairs[0].is_booked:
        return [list(pairs)]
    links: dict[tuple[int, int], list[Subject]] = {}
    for place, pair in enumerate(pairs):
        number = pair.pair.link
        links.setdefault((number, 0) if number else (0, place + 1), []).append(pair)
    return list(links.values())


def _once(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    return tuple({effect.rule.id: effect for effect in effects}.values())


def decide(units: Sequence[Unit], options: Options, *, worded: bool = True) -> None:
    """Set what becomes of the links of one line by the rules that concern them.

    Args:
        worded: with evidence and sentences; without them, bands and points are the same.
    """
    before = [unit.score for unit in units]
    change = _with_rules if worded else _with_points
    for unit in units:
        unit.candidates = tuple(change(one, unit.effects) for one in unit.candidates)
    for unit, score in zip(units, before, strict=True):
        said = [effect.rule.definition for effect in unit.effects]
        deciding = [rule for rule in said if rule.then.decide]
        if len({rule.then.decide for rule in deciding}) > 1:
            unit.propose(CONTRADICTED.format(rules=listed([rule.name for rule in deciding])))
        elif deciding:
            _obey(unit, deciding[0].then.decide)
        elif unit.score != score:
            _weigh(unit, [other.score for other in units if other is not unit], score, options)


def _obey(unit: Unit, decision: Decide | None) -> None:
    if decision == Decide.PROPOSE:
        unit.propose(TO_BE_DECIDED)
    else:
        unit.is_booked = decision == Decide.ACCEPT
        unit.is_forbidden = not unit.is_booked


def _weigh(unit: Unit, others: Sequence[Decimal], before: Decimal, options: Options) -> None:
    """Points alone decide as the engine would: sure enough, and no other link near."""
    if unit.is_booked and unit.score < before and unit.score < options.accept_at:
        unit.propose(FEWER_POINTS)
    elif unit.score > before and unit.score >= options.accept_at:
        unit.is_booked = unit.is_booked or unit.score - max(others, default=LEAST) >= MARGIN


def _with_points(candidate: Candidate, effects: Sequence[Effect]) -> Candidate:
    score = candidate.score
    for effect in effects:
        score = _moved(score, effect)
    return candidate if score == candidate.score else replace(candidate, score=score)


def _moved(score: Decimal, effect: Effect) -> Decimal:
    return min(MOST, max(LEAST, score + effect.rule.definition.then.points))


def _with_rules(candidate: Candidate, effects: Sequence[Effect]) -> Candidate:
    """The candidate with the points of its rules, each rule an evidence of its own."""
    if not effects:
        return candidate
    score, evidence = candidate.score, list(candidate.evidence)
    for effect in effects:
        after = _moved(score, effect)
        evidence.append(
            Evidence(
                "rule",
                after - score,
                effect.rule.definition.name,
                described(effect.rule.definition.then),
                f"regra, versão {effect.rule.number}",
            )
        )
        score = after
    reason = f"{candidate.reason} {told(effects)}"
    return replace(candidate, score=score, evidence=tuple(evidence), reason=reason)
