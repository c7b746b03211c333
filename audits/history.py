"""The history of a card in sentences: who, when, before, after, why. It outlives the card."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audits.models import Card, Decision, Verdict
from audits.shipped import label

NOTHING = "vazio"
VERBS = {
    Verdict.ACCEPT: "aceitou a nota {documento}",
    Verdict.NO_DOCUMENT: "disse que a linha não tem nota",
    Verdict.CORRECT: "corrigiu os campos",
    Verdict.AS_READ: "confirmou o que foi lido",
    Verdict.NOTE: "anotou",
    Verdict.SKIP: "deixou para depois",
    Verdict.REOPEN: "reabriu o cartão",
    Verdict.UNDO: "desfez a última decisão",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after."""

    field: str
    label: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.label}: {self.before or NOTHING} → {self.after or NOTHING}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One decision, as it is told."""

    at: datetime
    who: str
    verdict: str
    what: str
    changes: tuple[Change, ...]
    why: str
    version: int

    def __str__(self) -> str:
        said = f"{self.who} {self.what}"
        changes = "; ".join(map(str, self.changes))
        said = f"{said} ({changes})" if changes else said
        return f"{said}. Motivo: {self.why}" if self.why else f"{said}."


def card_history(card: Card | UUID) -> list[Sentence]:
    """Every decision about a card, oldest first, also when the card is gone."""
    card_id = card.pk if isinstance(card, Card) else card
    decisions = Decision.objects.filter(card_id=card_id).select_related("author")
    return [tell(decision) for decision in decisions]


def tell(decision: Decision) -> Sentence:
    number = decision.after.get("numero") or decision.after.get("documento", "")
    return Sentence(
        at=decision.at,
        who=decision.author.name,
        verdict=decision.verdict,
        what=VERBS[Verdict(decision.verdict)].format(documento=number),
        changes=tuple(changes_of(decision)),
        why=decision.note,
        version=decision.version_seen,
    )


def changes_of(decision: Decision) -> list[Change]:
    return [
        Change(name, label(name), decision.before.get(name, ""), after)
        for name, after in decision.after.items()
        if decision.before.get(name, "") != after
    ]
