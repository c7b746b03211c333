"""The history of a card in sentences: who, when, before, after, why. It outlives the card."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from audits.layouts import Layout
from audits.models import Card, Decision, Verdict
from audits.shipped import label
from audits.verdicts import NOTES

NOTHING, UNMARKED = "vazio", "em branco"
READ = "read"  # what a field's history begins with: no decision, but what the machine read
VERBS = {
    Verdict.ACCEPT: "aceitou {documento}",
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
    on_behalf_of: str = ""
    together: UUID | None = None  # what one answer for many cards gave each of them
    cards: int = 1  # how many it reached

    def __str__(self) -> str:
        said = f"{named(self)} {self.what}"
        if self.cards > 1:
            said += f", de uma vez em {self.cards} cartões"
        changes = "; ".join(map(str, self.changes))
        said = f"{said} ({changes})" if changes else said
        return f"{said}. Motivo: {self.why}" if self.why else f"{said}."


def card_history(card_id: UUID) -> list[Sentence]:
    """Every decision about a card, oldest first, also when the card is gone."""
    decisions = Decision.objects.filter(card_id=card_id).select_related("author")
    reached, layout = reached_by(decisions), layout_of(card_id)
    return [tell(one, reached.get(one.together, 1), layout) for one in decisions]


def layout_of(card_id: UUID) -> Layout | None:
    """What the card's columns are called, while its batch is there."""
    card = Card.objects.select_related("batch").filter(pk=card_id).first()
    return card.batch.bound_layout if card else None


def reached_by(decisions: Iterable[Decision]) -> dict[UUID | None, int]:
    """How many cards each answer for many has reached, in one query at most."""
    numbers = {one.together for one in decisions} - {None}
    if not numbers:
        return {}
    rows = Decision.objects.filter(together__in=numbers).order_by().values("together")
    return dict(rows.annotate(cards=Count("pk")).values_list("together", "cards"))


def tell(decision: Decision, cards: int = 1, layout: Layout | None = None) -> Sentence:
    number = decision.after.get("numero") or decision.after.get("documento", "")
    note = f"as notas {number}" if NOTES in decision.after else f"a nota {number}"
    return Sentence(
        at=decision.at,
        who=decision.author.name,
        verdict=decision.verdict,
        what=VERBS[Verdict(decision.verdict)].format(documento=note),
        changes=tuple(changes_of(decision, layout)),
        why=decision.note,
        version=decision.version_seen,
        on_behalf_of=decision.on_behalf_of,
        together=decision.together,
        cards=cards,
    )


def changes_of(decision: Decision, layout: Layout | None) -> list[Change]:
    return [
        Change(name, called(name, layout), decision.before.get(name, ""), after)
        for name, after in decision.after.items()
        if name != NOTES and decision.before.get(name, "") != after
    ]


def called(name: str, layout: Layout | None) -> str:
    known = layout.field(name) if layout else None
    return known.label if known else label(name)


@dataclass(frozen=True, slots=True)
class FieldSentence:
    """One change of one field; the first of all tells what was read, and has no author."""

    change: Change
    at: datetime | None = None
    who: str = ""
    verdict: str = READ
    why: str = ""
    version: int = 1
    on_behalf_of: str = ""
    empty: str = ""  # how the file writes that nothing is marked

    @property
    def changes(self) -> tuple[Change, ...]:
        return (self.change,)

    def __str__(self) -> str:
        blank = ("", self.empty)
        before = UNMARKED if self.change.before in blank else self.change.before
        after = UNMARKED if self.change.after in blank else self.change.after
        if self.verdict == READ:
            return f"Lido em {self.change.label}: {after}."
        when = f"{timezone.localtime(self.at):%d/%m/%Y %H:%M}"
        said = f"{named(self)} mudou {self.change.label} de {before} para {after} em {when}"
        return f"{said}, motivo: {self.why}" if self.why else f"{said}."


def field_history(card_id: UUID, field: str) -> list[FieldSentence]:
    """What was read in a field, then each change of it, oldest first; empty when nothing is known.

    After the clean-up the reading is what the first decision about the field found.
    """
    card = Card.objects.select_related("batch").filter(pk=card_id).first()
    layout = card.batch.bound_layout if card else None
    known = layout.field(field) if layout else None
    title = called(field, layout)
    empty = known.rule.empty if known else ""
    decisions = Decision.objects.filter(card_id=card_id, after__has_key=field)
    told = [
        tell_field(decision, Change(field, title, decision.before.get(field, ""), after), empty)
        for decision in decisions.select_related("author")
        if (after := decision.after[field]) != decision.before.get(field, "")
    ]
    original = reading_of(card, decisions.first(), field)
    if original is None:
        return []
    moment = card.created_at if card else None
    return [FieldSentence(Change(field, title, "", original), at=moment, empty=empty), *told]


def reading_of(card: Card | None, first: Decision | None, field: str) -> str | None:
    """What the machine read: the card's, else what the first decision about the field found."""
    if card is not None and field in card.batch.header:
        return str(card.raw_answers.get(field, ""))
    return str(first.before.get(field, "")) if first else None


def tell_field(decision: Decision, change: Change, empty: str) -> FieldSentence:
    return FieldSentence(
        change,
        at=decision.at,
        who=decision.author.name,
        verdict=decision.verdict,
        why=decision.note,
        version=decision.version_seen,
        on_behalf_of=decision.on_behalf_of,
        empty=empty,
    )


def named(told: Sentence | FieldSentence) -> str:
    """The author, and whom a client's program named as the person at its screen."""
    return f"{told.who} (em nome de {told.on_behalf_of})" if told.on_behalf_of else told.who
