"""What a rule would change: the same books decided without it and with it, and compared."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reconciliation.engine import match
from reconciliation.rules.acting import cases_of
from reconciliation.rules.applying import Applied, Conflict, Cut, Effect, add_rule, apply
from reconciliation.rules.differing import Change, State, changes
from reconciliation.rules.grammar import Decide
from reconciliation.rules.second_look import Compared, decided
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
    before = apply(books.rules, cases)
    progress(70)
    applied = add_rule(before, books.rules, books.place, books.tried, cases)
    cut = next((cut for cut in applied.cuts if cut.rule is books.tried), None)
    if cut:
        return Findings(cut=cut)
    progress(75)
    without = decided(compared, cases, before, books.rules, worded=False)
    progress(85)
    rules = [*books.rules[: books.place], books.tried, *books.rules[books.place :]]
    found = list(changes(without, decided(compared, cases, applied, rules, worded=False)))
    progress(95)
    shown = [change for change in found if _within(books, change.transaction_id, period)]
    conflicts = [
        conflict for conflict in applied.conflicts if books.tried.definition.name in conflict.rules
    ]
    return Findings(
        counts=_counts(books, applied, period, shown)
        | {"outside": len(found) - len(shown), "conflicts": len(conflicts)},
        sample=[_told(books, change) for change in shown[:SHOWN]],
        conflicts=[_conflict(books, conflict) for conflict in conflicts[:SHOWN]],
    )


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
        "unanswered": applied.unanswered.get(books.tried.definition.name, 0),
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
        "rules": list(conflict.rules),
        "about": conflict.about,
    }
