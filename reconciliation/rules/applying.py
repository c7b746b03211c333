"""Rules asked of lines and pairs: what each says of which, within a time that is kept.

A rule either speaks of everything it was asked about or, when it took too long or could not be
understood, of nothing: half of its answers would depend on how busy the machine was.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rule_engine.errors import EngineError

from reconciliation.rules.grammar import Decide
from reconciliation.rules.reading import Kept
from reconciliation.rules.subjects import Subject

CHECKED_EVERY = 64  # questions between two looks at the clock

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long rules may take, in seconds. One question takes some 0.00004 on a slow machine."""

    a_rule: float = 5.0
    a_question: float = 0.0004  # added for each question, ten times what it takes
    in_total: float = 120.0


class Case(NamedTuple):
    """A bank line and the documents it may pay."""

    line: Subject
    pairs: tuple[Subject, ...]


class Effect(NamedTuple):
    """One rule holds for one line (`subject` is a bare line) or one pair."""

    rule: Kept
    subject: Subject

    @property
    def is_about_line(self) -> bool:
        return self.subject.document is None

    @property
    def moves(self) -> bool:
        """It may change a band or points, and not only say something."""
        then = self.rule.definition.then
        return bool(then.decide or then.points)


class Cut(NamedTuple):
    """A rule without effect, and why."""

    rule: Kept
    reason: str


class Conflict(NamedTuple):
    """Rules that contradict each other about one line or pair."""

    transaction_id: str
    document_id: str  # "" when it is about the line
    rules: tuple[Kept, ...]
    about: str

    @property
    def names(self) -> list[str]:
        return [rule.definition.name for rule in self.rules]


@dataclass(slots=True)
class Applied:
    """What the rules say, by the order of the rules."""

    effects: list[Effect] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    unanswered: dict[str, int] = field(default_factory=dict)  # questions without answer, by rule


def apply(
    rules: Sequence[Kept],
    cases: Sequence[Case],
    *,
    bounds: Bounds | None = None,
    clock: Clock = time.monotonic,
) -> Applied:
    """Ask every rule, in order, of every line and pair that no earlier rule has closed.

    A rule that asks about the line alone is asked once of each line and concerns all its pairs;
    where a pair is closed to it, it is asked of the others one by one.
    """
    limits, asking = bounds or Bounds(), Applied()
    closed: set[int] = set()  # lines and pairs that a rule with `stop` concerned
    begun = clock()
    for rule in rules:
        if clock() - begun > limits.in_total:
            reason = f"as regras juntas passaram de {limits.in_total:g} segundos"
            asking.cuts.append(Cut(rule, reason))
            continue
        _ask(rule, cases, asking, closed, limits, clock)
    return asking


def add_rule(
    before: Applied, rules: Sequence[Kept], place: int, tried: Kept, cases: Sequence[Case]
) -> Applied:
    """What `apply` would say with one rule more, asking only that one.

    Args:
        before: what the rules say of these cases without it.
        place: of the new rule among them.
    """
    earlier = {rule.id for rule in rules[:place]}
    first = [effect for effect in before.effects if effect.rule.id in earlier]
    closed = {id(effect.subject) for effect in first if effect.rule.definition.stop}
    asking = Applied(cuts=list(before.cuts), unanswered=dict(before.unanswered))
    _ask(tried, cases, asking, closed, Bounds(), time.monotonic)
    own = asking.effects
    rest = [effect for effect in before.effects if effect.rule.id not in earlier]
    if tried.definition.stop:
        rest = list(_kept_from(rest, own, cases))
    asking.effects = [*first, *own, *rest]
    return asking


def _kept_from(
    effects: Iterable[Effect], stopping: Sequence[Effect], cases: Sequence[Case]
) -> Iterator[Effect]:
    """What is left of effects where a rule before them has closed lines and pairs."""
    closed = {id(effect.subject) for effect in stopping}
    lines = {effect.subject.line.id for effect in stopping}
    touched = {case.line.line.id: case for case in cases if case.line.line.id in lines}
    for effect in effects:
        case = touched.get(effect.subject.line.id)
        if case is None:
            yield effect
        elif id(case.line) not in closed:
            subjects = _in_reach(case, closed) if effect.is_about_line else [effect.subject]
            yield from (Effect(effect.rule, one) for one in subjects if id(one) not in closed)


def _ask(
    rule: Kept,
    cases: Sequence[Case],
    asking: Applied,
    closed: set[int],
    limits: Bounds,
    clock: Clock,
) -> None:
    found: list[Effect] = []
    begun, unanswered, holds = clock(), 0, rule.condition.answer
    for count, subject in enumerate(_asked(rule, cases, closed)):
        if count % CHECKED_EVERY == 0:
            taken = clock() - begun
            if taken > limits.a_rule + limits.a_question * count:
                reason = f"passou de {taken:.0f} segundos em {count} perguntas e foi interrompida"
                asking.cuts.append(Cut(rule, reason))
                return
        try:
            if holds(subject):
                found.append(Effect(rule, subject))
        except (EngineError, ArithmeticError):
            unanswered += 1
    asking.effects += found
    if unanswered:
        asking.unanswered[rule.id] = unanswered
    if rule.definition.stop:
        closed.update(id(effect.subject) for effect in found)


def _asked(rule: Kept, cases: Sequence[Case], closed: set[int]) -> Iterable[Subject]:
    open_cases = (case for case in cases if id(case.line) not in closed) if closed else cases
    if not rule.condition.is_about_line:
        return (pair for case in open_cases for pair in case.pairs if id(pair) not in closed)
    if not closed:
        return (case.line for case in cases)
    return (subject for case in open_cases for subject in _in_reach(case, closed))


def _in_reach(case: Case, closed: set[int]) -> Sequence[Subject]:
    """What a rule about lines speaks of: the line, or the pairs that no earlier rule has closed."""
    left = [pair for pair in case.pairs if id(pair) not in closed]
    return [case.line] if len(left) == len(case.pairs) else left


def conflicts_of(effects: Iterable[Effect], cases: Sequence[Case]) -> list[Conflict]:
    """Where rules decide one pair differently, or give one line different codes."""
    said: dict[int, list[Effect]] = {}
    for effect in effects:
        said.setdefault(id(effect.subject), []).append(effect)
    found: list[Conflict] = []
    for case in cases:
        about_line = said.get(id(case.line), [])
        if not about_line and not any(id(pair) in said for pair in case.pairs):
            continue
        every = list(about_line)
        for pair in case.pairs:
            own = said.get(id(pair), [])
            every += own
            found += _differing_decisions(pair, [*about_line, *own])
        if not case.pairs:
            found += _differing_decisions(case.line, about_line)
        found += _differing_codes(case.line, every)
    return found


def _differing_decisions(subject: Subject, effects: Sequence[Effect]) -> list[Conflict]:
    deciding = [effect.rule for effect in effects if effect.rule.definition.then.decide]
    said = dict.fromkeys(rule.definition.then.decide for rule in deciding)
    if len(said) < 2:
        return []
    about = " e ".join(sorted(WORDS[decision] for decision in said if decision))
    document = subject.document.id if subject.document else ""
    return [Conflict(subject.line.id, document, _once(deciding), about)]


WORDS = {Decide.ACCEPT: "aceitar", Decide.PROPOSE: "propor", Decide.FORBID: "proibir"}
CODES = {"debit": "débito", "credit": "crédito", "history": "histórico"}


def _differing_codes(line: Subject, effects: Sequence[Effect]) -> list[Conflict]:
    found = []
    for field_name, word in CODES.items():
        codes: dict[str, Kept] = {}
        for effect in effects:
            classify = effect.rule.definition.then.classify
            code = getattr(classify, field_name) if classify else ""
            if code:
                codes.setdefault(code, effect.rule)
        if len(codes) > 1:
            about = f"{word} {' ou '.join(codes)}"
            found.append(Conflict(line.line.id, "", _once(codes.values()), about))
    return found


def _once(rules: Iterable[Kept]) -> tuple[Kept, ...]:
    return tuple({rule.id: rule for rule in rules}.values())
