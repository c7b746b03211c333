"""What a rule would change: the same books decided without it and with it, and compared."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reconciliation.engine import match
from reconciliation.rules.acting import cases_of, concerned, settled
from reconciliation.rules.applying import (
    Applied,
    Case,
    Conflict,
    Cut,
    Effect,
    add_rule,
    apply,
    conflicts_of,
)
from reconciliation.rules.differing import Change, State, changes
from reconciliation.rules.grammar import Decide
from reconciliation.rules.reading import Kept
from reconciliation.rules.second_look import Compared, look_again
from reconciliation.rules.shadow import Books

SHOWN = 200

Progress = Callable[[int], None]


@dataclass(slots=True)
class Findings:
    """What goes into the row of a simulation."""

    counts: dict[str, Any] = field(default_factory=dict)
    sample: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    cut: Cut | None = None  # the rule took too long and has no effect


@dataclass(frozen=True, slots=True)
class Period:
    first: date
    last: date


def try_rule(books: Books, period: Period, progress: Progress) -> Findings:
    """Decide the books without the rule and with it.

    Args:
        period: changes of other days are only counted.
        progress: told how much is done, in per cent.
    """
    documents, lines = list(books.documents.values()), list(books.lines.values())
    outcome = match(
        documents,
        lines,
        books.options,
        worded=False,
        progress=lambda part: progress(20 + part * 4 // 10),
    )
    progress(60)
    compared = Compared(outcome, books.documents, books.lines, books.options)
    cases = cases_of(outcome, documents, lines)
    earlier, later = _beside(books)
    before = apply([*earlier, *later], cases)
    progress(70)
    applied = add_rule(before, [*earlier, *later], len(earlier), books.tried, cases)
    cut = next((cut for cut in applied.cuts if cut.rule is books.tried), None)
    if cut:
        return Findings(cut=cut)
    progress(75)
    conflicts = _conflicts(books.tried, applied, cases)
    ruled = _Ruled(compared, cases, before, applied)
    found = list(ruled.changes(books.tried, earlier, later, progress))
    progress(95)
    shown = [change for change in found if _within(books, change.transaction_id, period)]
    return Findings(
        counts=_counts(books, applied, period, shown)
        | {"outside": len(found) - len(shown), "conflicts": len(conflicts)},
        sample=[_told(books, change) for change in shown[:SHOWN]],
        conflicts=[_conflict(books, conflict) for conflict in conflicts[:SHOWN]],
    )


def _beside(books: Books) -> tuple[list[Kept], list[Kept]]:
    """The rules before and after the one on trial, without those that it cannot meet.

    A rule that only points something out changes nothing; codes are compared with codes alone.
    """
    codes = books.tried.definition.then.classify is not None

    def meets(rule: Kept) -> bool:
        return rule.moves or (codes and rule.definition.then.classify is not None)

    earlier, later = books.rules[: books.place], books.rules[books.place :]
    return list(filter(meets, earlier)), list(filter(meets, later))


def _conflicts(tried: Kept, applied: Applied, cases: Sequence[Case]) -> list[Conflict]:
    """Where the rule on trial contradicts others."""
    lines = {effect.subject.line.id for effect in applied.effects if effect.rule is tried}
    effects = [effect for effect in applied.effects if effect.subject.line.id in lines]
    asked = [case for case in cases if case.line.line.id in lines]
    return [one for one in conflicts_of(effects, asked) if tried in one.rules]


@dataclass(frozen=True, slots=True)
class _Ruled:
    """One comparison, and what rules say of it without the one on trial and with it."""

    compared: Compared
    cases: Sequence[Case]
    before: Applied
    applied: Applied

    def changes(
        self, tried: Kept, earlier: Sequence[Kept], later: Sequence[Kept], progress: Progress
    ) -> Iterator[Change]:
        """What becomes of lines by the rule; only those it speaks of are decided twice."""
        outcome, options = self.compared.outcome, self.compared.options
        own = {effect.subject.line.id for effect in self.applied.effects if effect.rule is tried}
        plain = concerned(outcome, self.cases, self.before.effects, options, worded=False)
        asked = [case for case in self.cases if case.line.line.id in own]
        effects = [one for one in self.applied.effects if one.subject.line.id in own]
        lines = {name: line for name, line in plain.items() if name not in own}
        lines |= concerned(outcome, asked, effects, options, worded=False)
        rules = [*earlier, tried, *later]
        after = look_again(
            self.compared, settled(outcome, lines), self.applied, rules, worded=False
        )
        progress(85)
        if not tried.moves:
            return
        without = look_again(
            self.compared, settled(outcome, plain), self.before, [*earlier, *later], worded=False
        )
        yield from changes(without, after)


def _within(books: Books, transaction_id: str, period: Period) -> bool:
    return period.first <= books.lines[transaction_id].posted_on <= period.last


def _counts(
    books: Books, applied: Applied, period: Period, shown: Sequence[Change]
) -> dict[str, Any]:
    own = [effect for effect in applied.effects if effect.rule is books.tried]
    held = [effect for effect in own if _within(books, effect.subject.line.id, period)]
    agreed, contradicted = compare_with_people(books)
    then = books.tried.definition.then
    return {
        "documents": len(books.documents),
        "transactions": len(books.lines),
        "hits": len(held),
        "changed": len(shown),
        "kinds": dict(sorted(Counter(change.kind for change in shown).items())),
        "classified": len({effect.subject.line.id for effect in held}) if then.classify else 0,
        "flagged": len({effect.subject.line.id for effect in held}) if then.flag else 0,
        "agreed": agreed,
        "contradicted": contradicted,
        "unanswered": applied.unanswered.get(books.tried.id, 0),
    }


def compare_with_people(books: Books) -> tuple[int, int]:
    """How often the rule says what people had said of a pair, and how often the opposite."""
    then = books.tried.definition.then
    wants = {Decide.ACCEPT: True, Decide.FORBID: False}.get(then.decide) if then.decide else None
    if wants is None and then.points:
        wants = then.points > 0
    if wants is None:
        return 0, 0
    effects = apply([books.tried], books.decided).effects
    pairs = {id(pair): pair.is_booked for pair in _pairs(books, effects)}
    agreed = sum(was_booked == wants for was_booked in pairs.values())
    return agreed, len(pairs) - agreed


def _pairs(books: Books, effects: Sequence[Effect]) -> list[Any]:
    """The decided pairs a rule holds for; one about lines holds for the line's pair."""
    held = {id(effect.subject) for effect in effects}
    return [
        pair
        for case in books.decided
        for pair in case.pairs
        if id(pair) in held or id(case.line) in held
    ]


def _told(books: Books, change: Change) -> dict[str, Any]:
    return {
        **_line(books, change.transaction_id),
        "kind": change.kind,
        "before": _state(books, change.before),
        "after": _state(books, change.after),
    }


def _line(books: Books, transaction_id: str) -> dict[str, Any]:
    line = books.lines[transaction_id]
    return {
        "transaction": line.id,
        "date": line.posted_on.isoformat(),
        "amount": str(line.amount),
        "memo": (line.memo or line.payee)[:200],
    }


def _state(books: Books, state: State) -> dict[str, Any]:
    return {
        "status": state.band,
        "documents": [
            {
                "id": document,
                "number": books.documents[document].number,
                "party": books.documents[document].party_name,
                "installment": installment,
                "score": str(score),
            }
            for (document, installment), score in zip(state.links, state.scores, strict=True)
        ],
    }


def _conflict(books: Books, conflict: Conflict) -> dict[str, Any]:
    return {
        **_line(books, conflict.transaction_id),
        "document": conflict.document_id,
        "rules": conflict.names,
        "about": conflict.about,
    }
