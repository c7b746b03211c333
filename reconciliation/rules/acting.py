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
    return [case_of(line, pairs[line.id], notes) for line in lines if line.id not in aside]


def case_of(
    line: OpenTransaction,
    pairs: Iterable[tuple[Candidate, bool]],
    notes: Mapping[str, OpenDocument],
) -> Case:
    """A line with its pairs, each booked or not; what is known of the line is known to them."""
    bare = Subject(line)
    return Case(
        bare,
        tuple(
            Subject(line, notes[pair.document_id], pair, is_booked=is_booked, bare=bare)
            for pair, is_booked in pairs
        ),
    )


@dataclass(slots=True)
class Line:
    """A line that rules concern, and what they make of its links before it meets the others."""

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
    return settled(outcome, concerned(outcome, cases, effects, options, worded=worded))


def concerned(
    outcome: Outcome,
    cases: Iterable[Case],
    effects: Iterable[Effect],
    options: Options,
    *,
    worded: bool = True,
) -> dict[str, Line]:
    """What effects make of each of their lines by itself; arguments are those of `act`."""
    said: defaultdict[int, list[Effect]] = defaultdict(list)
    touched: set[str] = set()
    for effect in effects:
        if worded or effect.moves:
            said[id(effect.subject)].append(effect)
            touched.add(effect.subject.line.id)
    reasons = {doubt.transaction_id: doubt.reason for doubt in outcome.doubts} if touched else {}
    lines = {}
    for case in cases:
        name = case.line.line.id
        if name in touched:
            units, about = units_of(case, said), tuple(said.get(id(case.line), ()))
            lines[name] = Line(name, units, about, reasons.get(name, ""))
            decide(units, options, worded=worded)
            _one_only(units)
    return lines


def settled(outcome: Outcome, lines: Mapping[str, Line]) -> Outcome:
    """The outcome with these lines as they want to be, where their documents are free.

    Nothing in `lines` changes, so that they serve another outcome as well.
    """
    if not lines:
        return outcome
    taken = {
        (pair.document_id, pair.installment)
        for pair in outcome.matches
        if pair.transaction_id not in lines
    }
    return _assembled(outcome, lines, _without_document(lines.values(), taken))


def _one_only(units: Sequence[Unit]) -> None:
    """A line is booked once: of several links that are to be booked, a person chooses."""
    wanted = [unit for unit in units if unit.is_booked]
    if len(wanted) > 1:
        for unit in wanted:
            unit.propose(ACCEPTED_TWICE)


def _without_document(lines: Iterable[Line], taken: set[Payable]) -> set[int]:
    """The units, by `id`, that would book a document that another line has, or two would have."""
    refused: set[int] = set()
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
                refused.add(id(unit))
    return refused


def _assembled(outcome: Outcome, lines: Mapping[str, Line], refused: set[int]) -> Outcome:
    booked = {
        name: unit
        for name, line in lines.items()
        for unit in line.units
        if unit.is_booked and id(unit) not in refused
    }
    fresh = Taken(
        payable for unit in booked.values() if not unit.was_booked for payable in unit.payables
    )
    matches = [pair for pair in outcome.matches if pair.transaction_id not in lines]
    doubts = [
        without(doubt, fresh) for doubt in outcome.doubts if doubt.transaction_id not in lines
    ]
    for name, line in lines.items():
        if name in booked:
            matches += booked[name].candidates
        else:
            doubts.append(without(_doubt(line, refused), fresh))
    matches.sort(key=lambda pair: (pair.transaction_id, pair.document_id, pair.installment))
    doubts.sort(key=lambda doubt: doubt.transaction_id)
    return replace(
        outcome,
        matches=tuple(matches),
        doubts=tuple(doubts),
        unmatched_documents=left_over(outcome, matches, doubts),
    )


def _doubt(line: Line, refused: set[int]) -> Doubt:
    shown = [unit for unit in line.units if not unit.is_forbidden]
    shown.sort(key=lambda unit: (-unit.score, unit.payables))
    told_why = (NOT_BOOKED if id(unit) in refused else unit.why for unit in shown)
    why = next(filter(None, told_why), "")
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
