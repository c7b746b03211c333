"""A drawn card read by a second person: the answer is kept, and held against the first one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from audits.agreement import Difference, compare
from audits.deciding.holding import held_card
from audits.deciding.taking_back import reopen
from audits.deciding.writing import Word
from audits.exports.running import refuse_while_exporting
from audits.first_answers import INSTALLMENT, FirstAnswer, first_answers
from audits.models import Card, SecondReading, Verdict
from audits.responses import read
from audits.sampling import NO_READING
from audits.verdicts import Intent, Submission, understand
from audits.withheld import own_acts
from conciliacontag.database import session
from conciliacontag.errors import Conflict, NotAllowed, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act

LONGEST_NOTE = 512


@dataclass(frozen=True, slots=True)
class Answer:
    """What the second person says of a card, in the terms of a decision."""

    verdict: Verdict
    values: Mapping[str, str] = field(default_factory=dict)
    document_id: UUID | None = None
    installment: str = ""
    note: str = ""
    link: UUID | None = None


def read_again(reading_id: UUID, answer: Answer, *, user: User) -> SecondReading:
    """Keep a second answer and hold it against the first, field by field.

    Two answers that agree leave everything as it is. When they do not, the card is reopened and
    the reason names both, so that somebody decides. The same answer again changes nothing.

    Raises:
        NotFound: there is no such reading, it is another organization's, or was cleaned up.
        NotAllowed: the role may not decide; `own_answer`: the person has answered this card before.
        InvalidInput: a field or value that the layout does not allow.
        Conflict: `already_read` when another person was faster; `card_not_resolved`.
        Busy: the batch is being exported.
    """
    with held_card(card_of(reading_id, user), user) as card:
        require(user, card.organization, Act.DECIDE)
        reading = held_reading(reading_id, card)
        intent = understand(card, as_submission(answer, card, user))
        if reading.reader_id is not None:
            return read_before(reading, second_values(card, reading.first_values, intent), user)
        refuse_own(card, user)
        first = standing_answer(card)
        refuse_while_exporting(card.batch)
        reading.first_author, reading.first_values = first.author, first.values
        reading.values = second_values(card, first.values, intent)
        conclude(card, reading, answer, user)
    return reading


def card_of(reading_id: UUID, user: User) -> UUID:
    with session(user.roles):
        rows = SecondReading.objects.filter(pk=reading_id)
        card_id = rows.values_list("card_id", flat=True).first()
    if card_id is None:
        raise NotFound(NO_READING)
    return card_id


def held_reading(reading_id: UUID, card: Card) -> SecondReading:
    rows = SecondReading.objects.select_for_update(of=("self",)).select_related("reader")
    reading = rows.filter(pk=reading_id).first()
    if reading is None:
        raise NotFound(NO_READING)
    reading.card = card
    return reading


def as_submission(answer: Answer, card: Card, user: User) -> Submission:
    return Submission(
        user, card.version, answer.verdict, answer.note, answer.document_id, answer.installment,
        answer.values, link=answer.link,
    )  # fmt: skip


def second_values(card: Card, first: Mapping[str, str], intent: Intent) -> dict[str, str]:
    """Every field that either person speaks of; what the second leaves out is as it was read."""
    known = card.batch.bound_layout.by_name
    names = [name for name in (*first, *intent.values) if name in known]
    said = {name: intent.values.get(name, read(card, name)) for name in dict.fromkeys(names)}
    return said | ({INSTALLMENT: intent.installment} if intent.installment else {})


def read_before(reading: SecondReading, said: dict[str, str], user: User) -> SecondReading:
    """The same answer of the same person stands already; any other comes too late."""
    if reading.reader_id == user.pk and reading.values == said:
        return reading
    raise Conflict(
        f"{reading.reader.name if reading.reader else 'Outra pessoa'} já fez a segunda leitura "
        "deste cartão. A sua não foi gravada; siga para o próximo.",
        code="already_read",
    )


def refuse_own(card: Card, user: User) -> None:
    if own_acts(card.pk, user).exists():
        raise NotAllowed(
            "Quem já respondeu um cartão não faz a segunda leitura dele: ela é de outra pessoa.",
            code="own_answer",
        )


def standing_answer(card: Card) -> FirstAnswer:
    """The answer that stands now, which may have changed since the draw."""
    found = first_answers([card]).get(card.pk)
    if found is None:
        raise Conflict(
            "Este cartão espera nova decisão; a segunda leitura vem depois dela.",
            code="card_not_resolved",
            details={"current": card.status, "allowed": ["resolved"]},
        )
    return found


def conclude(card: Card, reading: SecondReading, answer: Answer, user: User) -> None:
    different = compare(reading.first_values, reading.values)
    reading.reader, reading.read_at = user, timezone.now()
    reading.agrees = not different
    reading.save()
    facts = {"line": card.line, "fields": [one.field for one in different]}
    action = "reading.disagreed" if different else "reading.agreed"
    record(card.organization, action, reading, actor=user, diff=facts)
    if different:
        # The rule of four eyes reopens it, whatever the role of the second person may do alone.
        reopen(card, Word(user, both_told(card, reading, different, answer.note)), entitled=True)


def both_told(card: Card, reading: SecondReading, different: list[Difference], note: str) -> str:
    """`Segunda leitura: Questão 1: “A” (Ana) e “B” (Bruno). Borrado.`"""
    first, second = reading.first_author.name, reading.reader.name if reading.reader else ""
    label = card.batch.bound_layout.label
    told = "; ".join(
        f"{label(one.field)}: {shown(one.first)} ({first}) e {shown(one.second)} ({second})"
        for one in different
    )
    return f"Segunda leitura: {told}. {note}".strip()[:LONGEST_NOTE]


def shown(value: str) -> str:
    return f"“{value}”" if value else "em branco"
