"""What rules say, made part of an outcome: bands and scores change, and each change names its rule.

People are asked rather than a rule obeyed wherever that is not plainly right: where rules
contradict each other, where two pairs of a line are both accepted, where the document is taken.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciliation.engine import (
    Candidate,
    Doubt,
    OpenDocument,
    OpenTransaction,
    Options,
    Outcome,
)
from reconciliation.rules.applying import Case, Effect
from reconciliation.rules.subjects import Subject
from reconciliation.rules.units import Payable, Unit, decide, units_of
from reconciliation.rules.wording import ACCEPTED_TWICE, FORBIDDEN, NOT_BOOKED, TAKEN, told

DEFAULTS = Options()


def cases_of(
    outcome: Outcome,
    documents: Iterable[OpenDocument],
    transactions: Iterable[OpenTransaction],
) -> list[Case]:
    """Every line of an outcome with its pairs, by identifier; what is set aside is no case."""
    notes = {document.id: document for document in documents}
    pairs: defaultdict[str, list[tuple[Candidate, bool]]] = defaultdict(list)
    for candidate in outcome.matches:
        pairs[candidate.transaction_id].append((candidate, True))
    for doubt in outcome.doubts:
        pairs[doubt.transaction_id] += [(candidate, False) for candidate in doubt.candidates]
    aside = {transaction for transaction, _ in outcome.set_aside}
    lines = sorted(transactions, key=lambda line: line.id)
    return [
        Case(
            Subject(line),
            tuple(
                Subject(line, notes[candidate.document_id], candidate, is_booked=is_booked)
                for candidate, is_booked in pairs[line.id]
            ),
        )
        for line in lines
        if line.id not in aside
    ]


@dataclass(slots=True)
class _Line:
    """A line that rules concern."""

    id: str
    units: list[Unit]
    about: tuple[Effect, ...]  # what rules say of the line itself
    before: str  # why it was undecided


def act(
    outcome: Outcome,
    cases: Sequence[Case],
    effects: Sequence[Effect],
    options: Options = DEFAULTS,
    *,
    worded: bool = True,
) -> Outcome:
    """The outcome as the rules want it; a line that no rule concerns stays as it is.

    Args:
        cases: of this outcome, those that gave the effects.
        worded: with evidence and sentences; without them, what only classifies or points something
            out is passed over, and bands, documents and points are the same.
    """
    moving = effects if worded else [effect for effect in effects if effect.moves]
    if not moving:
        return outcome
    lines = _concerned(outcome, cases, moving)
    for line in lines.values():
        decide(line.units, options, worded=worded)
        _one_only(line)
    taken = {
        (pair.document_id, pair.installment)
        for pair in outcome.matches
        if pair.transaction_id not in lines
    }
    _settle_rivals(lines.values(), taken)
    return _assembled(outcome, lines)


def _concerned(
    outcome: Outcome, cases: Sequence[Case], effects: Iterable[Effect]
) -> dict[str, _Line]:
    said: defaultdict[int, list[Effect]] = defaultdict(list)
    for effect in effects:
        said[id(effect.subject)].append(effect)
    reasons = {doubt.transaction_id: doubt.reason for doubt in outcome.doubts}
    return {
        case.line.line.id: _Line(
            case.line.line.id,
            units_of(case, said),
            tuple(said.get(id(case.line), ())),
            reasons.get(case.line.line.id, ""),
        )
        for case in cases
        if id(case.line) in said or any(id(pair) in said for pair in case.pairs)
    }


def _one_only(line: _Line) -> None:
    """A line is booked once: of several links that are to be booked, a person chooses."""
    wanted = [unit for unit in line.units if unit.is_booked]
    if len(wanted) > 1:
        for unit in wanted:
            unit.propose(ACCEPTED_TWICE)


def _settle_rivals(lines: Iterable[_Line], taken: set[Payable]) -> None:
    """Nothing is booked to a document that another line has, or that two lines would have."""
    booked = [unit for line in lines for unit in line.units if unit.is_booked]
    for unit in booked:
        if unit.was_booked:
            taken.update(unit.payables)
    fresh = [unit for unit in booked if not unit.was_booked]
    wanted = Counter(payable for unit in fresh for payable in unit.payables)
    wholes = Counter(document for unit in fresh for document, _ in set(unit.payables))
    held = {document for document, _ in taken}
    for unit in fresh:
        for document, installment in unit.payables:
            whole_and_part = (document, "") in wanted and wholes[document] > 1
            is_free = (document, installment) not in taken and (document, "") not in taken
            is_free = is_free and (installment != "" or document not in held)
            if not is_free or wanted[document, installment] > 1 or whole_and_part:
                unit.propose(NOT_BOOKED)


def _assembled(outcome: Outcome, lines: Mapping[str, _Line]) -> Outcome:
    fresh = Taken(
        payable
        for line in lines.values()
        for unit in line.units
        if unit.is_booked and not unit.was_booked
        for payable in unit.payables
    )
    matches = [pair for pair in outcome.matches if pair.transaction_id not in lines]
    doubts = [
        without(doubt, fresh) for doubt in outcome.doubts if doubt.transaction_id not in lines
    ]
    for line in lines.values():
        booked = [unit for unit in line.units if unit.is_booked]
        if booked:
            matches += booked[0].candidates
        else:
            doubts.append(without(_doubt(line), fresh))
    matches.sort(key=lambda pair: (pair.transaction_id, pair.document_id, pair.installment))
    doubts.sort(key=lambda doubt: doubt.transaction_id)
    return replace(
        outcome,
        matches=tuple(matches),
        doubts=tuple(doubts),
        unmatched_documents=left_over(outcome, matches, doubts),
    )


def _doubt(line: _Line) -> Doubt:
    shown = [unit for unit in line.units if not unit.is_forbidden]
    shown.sort(key=lambda unit: (-unit.score, unit.payables))
    why = next((unit.why for unit in shown if unit.why), "")
    if not why and any(unit.is_forbidden for unit in line.units) and not shown:
        why = FORBIDDEN
    named = {
        effect.rule.id: effect
        for effects in [line.about, *(unit.effects for unit in line.units)]
        for effect in effects
    }
    reason = " ".join(filter(None, [why or line.before, told(list(named.values()))]))
    return Doubt(line.id, tuple(one for unit in shown for one in unit.candidates), reason)


class Taken:
    """Documents and instalments that were booked just now; a whole document takes its parts."""

    def __init__(self, payables: Iterable[Payable]) -> None:
        self.payables = frozenset(payables)
        self.wholes = frozenset(document for document, part in self.payables if not part)

    def __contains__(self, pair: Candidate) -> bool:
        whole = pair.document_id in self.wholes
        return whole or (pair.document_id, pair.installment) in self.payables


def without(doubt: Doubt, taken: Taken) -> Doubt:
    """A proposal does not offer what a rule has just booked to another line."""
    gone = {one.link or id(one) for one in doubt.candidates if one in taken}
    if not gone:
        return doubt
    left = tuple(one for one in doubt.candidates if (one.link or id(one)) not in gone)
    return replace(doubt, candidates=left, reason=doubt.reason if left else TAKEN)


def left_over(
    outcome: Outcome, matches: Sequence[Candidate], doubts: Sequence[Doubt]
) -> tuple[str, ...]:
    """The documents of an outcome that are neither booked nor proposed any more."""
    before = {*outcome.unmatched_documents, *named(outcome.matches, outcome.doubts)}
    return tuple(sorted(before - named(matches, doubts)))


def named(pairs: Iterable[Candidate], waiting: Iterable[Doubt]) -> set[str]:
    """The documents of bookings and proposals."""
    found = {pair.document_id for pair in pairs}
    return found.union(pair.document_id for doubt in waiting for pair in doubt.candidates)
