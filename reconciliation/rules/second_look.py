"""Another search where rules forbid what the engine would have booked.

The line looks for the next document as if the forbidden one did not exist, which a person then
decides; and the document is offered to the lines that could have had it. Only what the rules set
free is looked at again, by the same engine, with what it has just learned of the organization; the
rules are asked of the new pairs as well. Everything else stays as it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciliation.engine import (
    Candidate,
    Doubt,
    OpenDocument,
    OpenTransaction,
    Options,
    Outcome,
    match,
)
from reconciliation.rules.acting import Taken, act, cases_of, left_over, named, without
from reconciliation.rules.applying import Applied, Case, Effect, apply
from reconciliation.rules.grammar import Decide
from reconciliation.rules.neighbours import Neighbours, with_rivals
from reconciliation.rules.reading import Kept
from reconciliation.rules.wording import NEXT_BEST, listed

LOOKS = 3  # a rule may forbid the next one too; what is left then waits for a person


@dataclass(frozen=True, slots=True)
class Compared:
    """What the engine compared, and what came of it."""

    outcome: Outcome
    documents: Mapping[str, OpenDocument]
    lines: Mapping[str, OpenTransaction]
    options: Options
    near: Neighbours = field(default_factory=Neighbours)


@dataclass(slots=True)
class Forbidden:
    """What rules forbid: lines that have no document at all, documents by line, and by which."""

    lines: set[str] = field(default_factory=set)
    documents: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rules: defaultdict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))

    def __contains__(self, line: str) -> bool:
        return line in self.lines or line in self.documents

    @property
    def size(self) -> int:
        return sum(map(len, self.documents.values()))

    def add(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            definition, subject = effect.rule.definition, effect.subject
            if definition.then.decide != Decide.FORBID:
                continue
            if subject.document is None:
                self.lines.add(subject.line.id)
            else:
                self.documents[subject.line.id].add(subject.document.id)
                self.rules[subject.line.id][definition.name] = None


def decided(
    compared: Compared,
    cases: Sequence[Case],
    applied: Applied,
    rules: Sequence[Kept],
    *,
    worded: bool = True,
) -> Outcome:
    """The outcome as the rules want it, what they set free looked at again.

    Args:
        cases: of the engine's outcome, those that `applied` was asked about.
        worded: as `act` takes it.
    """
    ruled = act(compared.outcome, cases, applied.effects, compared.options, worded=worded)
    return look_again(compared, ruled, applied, rules, worded=worded)


def look_again(
    compared: Compared,
    ruled: Outcome,
    applied: Applied,
    rules: Sequence[Kept],
    *,
    worded: bool = True,
) -> Outcome:
    """The outcome after another search for what the rules set free; new effects join `applied`.

    Args:
        ruled: what the rules made of the engine's outcome.
    """
    forbidden = Forbidden()
    forbidden.add(applied.effects)
    if not forbidden.lines and not forbidden.documents:
        return ruled
    look = _Look(compared, ruled, applied, rules, forbidden, worded)
    for _ in range(LOOKS):
        searching = look.searching()
        if not searching or not look.search_for(searching):
            break
    freed = look.freed()
    if freed:
        look.offer(freed)
    return look.outcome


class _Look:
    """The outcome in the making."""

    def __init__(
        self,
        compared: Compared,
        ruled: Outcome,
        applied: Applied,
        rules: Sequence[Kept],
        forbidden: Forbidden,
        worded: bool,
    ) -> None:
        self.compared, self.outcome, self.applied = compared, ruled, applied
        self.rules, self.forbidden, self.worded = rules, forbidden, worded
        self.booked: dict[str, list[Candidate]] = {}
        for pair in compared.outcome.matches:
            self.booked.setdefault(pair.transaction_id, []).append(pair)

    def searching(self) -> list[str]:
        """Lines that lost their booking to a rule about the pair, and have nothing now."""
        return [
            doubt.transaction_id
            for doubt in self.outcome.doubts
            if not doubt.candidates
            and doubt.transaction_id in self.forbidden.documents
            and doubt.transaction_id not in self.forbidden.lines
            and doubt.transaction_id in self.booked
        ]

    def search_for(self, searching: Sequence[str]) -> bool:
        """Find these lines another document; whether anything may still be found after it."""
        gone = {one for line in searching for one in self.forbidden.documents[line]}
        documents = [one for one in self.open_documents() if one.id not in gone]
        found = self.searched([self.compared.lines[line] for line in searching], documents)
        if found is None:
            return False
        outcome, effects = found
        before = self.forbidden.size
        self.forbidden.add(effects)
        self.take(asked(outcome, effects), effects, set(searching))
        return self.forbidden.size > before

    def freed(self) -> set[str]:
        """Documents that rules took from a line and that nobody has or is offered."""
        lost = {
            pair.document_id
            for line, pairs in self.booked.items()
            if line in self.forbidden
            for pair in pairs
        }
        return lost - named(self.outcome.matches, self.outcome.doubts)

    def offer(self, freed: set[str]) -> None:
        """Let the lines that wait compare themselves with documents that became free."""
        documents = [self.compared.documents[name] for name in sorted(freed)]
        near = self.compared.near.lines_near(self.waiting(), documents)
        found = self.searched(near, list(self.open_documents()))
        if found is None:
            return
        outcome, effects = found
        pairs = [*outcome.matches, *(one for doubt in outcome.doubts for one in doubt.candidates)]
        self.take(
            outcome, effects, {one.transaction_id for one in pairs if one.document_id in freed}
        )

    def searched(
        self, lines: Sequence[OpenTransaction], documents: Sequence[OpenDocument]
    ) -> tuple[Outcome, list[Effect]] | None:
        """What engine and rules say of lines, the documents near them, and the rivals of both."""
        near = self.compared.near.documents_near(documents, lines)
        if not lines or not near:
            return None
        waiting = {line.id: line for line in self.waiting()} | {line.id: line for line in lines}
        shown = {
            doubt.transaction_id: [one.document_id for one in doubt.candidates]
            for doubt in self.outcome.doubts
            if doubt.transaction_id in waiting
        }
        rivals = with_rivals(lines, near, shown, waiting)
        options = self.compared.options
        known = self.compared.outcome.learned
        outcome = match(near, rivals, options, known, worded=self.worded)
        cases = cases_of(outcome, near, rivals)
        said = apply(self.rules, cases)
        self.applied.cuts += said.cuts
        return act(outcome, cases, said.effects, options, worded=self.worded), said.effects

    def waiting(self) -> list[OpenTransaction]:
        """Lines without a booking that may have one."""
        aside = {line for line, _ in self.compared.outcome.set_aside} | self.forbidden.lines
        return [
            self.compared.lines[doubt.transaction_id]
            for doubt in self.outcome.doubts
            if doubt.transaction_id not in aside
        ]

    def open_documents(self) -> Iterable[OpenDocument]:
        """Documents with what no booking has taken of them."""
        taken: defaultdict[str, set[str]] = defaultdict(set)
        for pair in self.outcome.matches:
            taken[pair.document_id].add(pair.installment)
        for document in self.compared.documents.values():
            if document.id not in taken:
                yield document
            elif left := _left(document, taken[document.id]):
                yield left

    def take(self, found: Outcome, effects: Sequence[Effect], wanted: set[str]) -> None:
        """Replace what is said of the wanted lines by what was found now."""
        now = self.outcome
        fresh = [pair for pair in found.matches if pair.transaction_id in wanted]
        booked = Taken((pair.document_id, pair.installment) for pair in fresh)
        better = {
            doubt.transaction_id: doubt
            for doubt in found.doubts
            if doubt.transaction_id in wanted and doubt.candidates
        }
        changed = {pair.transaction_id for pair in fresh} | better.keys()
        doubts = [doubt for doubt in now.doubts if doubt.transaction_id not in changed]
        doubts += [self.next_best(doubt) for doubt in better.values()]
        doubts = sorted(
            (without(doubt, booked) for doubt in doubts), key=lambda doubt: doubt.transaction_id
        )
        matches = sorted(
            [*now.matches, *fresh],
            key=lambda pair: (pair.transaction_id, pair.document_id, pair.installment),
        )
        self.outcome = replace(
            now,
            matches=tuple(matches),
            doubts=tuple(doubts),
            unmatched_documents=left_over(now, matches, doubts),
        )
        self.applied.effects += [one for one in effects if one.subject.line.id in wanted]

    def next_best(self, doubt: Doubt) -> Doubt:
        names = self.forbidden.rules.get(doubt.transaction_id)
        if not names or not self.worded:
            return doubt
        why = NEXT_BEST.format(rules=listed(list(names)))
        return replace(doubt, reason=f"{why} {doubt.reason}".strip())


def asked(outcome: Outcome, effects: Iterable[Effect]) -> Outcome:
    """Bookings as proposals, unless a rule accepts them.

    The line may well name the document that was forbidden: a person sees the next one first.
    """
    accepted = {
        effect.subject.line.id
        for effect in effects
        if effect.rule.definition.then.decide == Decide.ACCEPT
    }
    pairs: dict[str, list[Candidate]] = {}
    for pair in outcome.matches:
        if pair.transaction_id not in accepted:
            pairs.setdefault(pair.transaction_id, []).append(pair)
    kept = tuple(pair for pair in outcome.matches if pair.transaction_id in accepted)
    doubts = [Doubt(line, tuple(proposed), "") for line, proposed in pairs.items()]
    return replace(outcome, matches=kept, doubts=(*outcome.doubts, *doubts))


def _left(document: OpenDocument, taken: set[str]) -> OpenDocument | None:
    """A document without its booked instalments; None where it is booked whole, or in parts."""
    parts = {payable.installment for payable in document.payables}
    if not taken <= parts:
        return None
    left = tuple(one for one in document.payables if one.installment not in taken)
    return replace(document, payables=left) if left else None
