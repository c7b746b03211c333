"""A second person's answer: kept, compared, and a reason to decide anew when they differ."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone

from audits.exports.services import export_batch
from audits.models import Batch, BatchStatus, Card, CardStatus, Decision, SecondReading, Verdict
from audits.sampling import agreement_of, draw_sample, next_reading
from audits.second_readings import Answer, read_again
from audits.services import decide_card, reopen_card
from conciliacontag.errors import Conflict, InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, User

Readings = list[SecondReading]


def said(**values: str) -> Answer:
    return Answer(Verdict.CORRECT, values)


def acts() -> list[str]:
    rows = AuditLog.objects.filter(action__startswith="reading.").order_by("sequence")
    return list(rows.values_list("action", flat=True))


def test_agreement_leaves_everything(readings: Readings, second: User, batch: Batch) -> None:
    before = Card.objects.get(pk=readings[0].card_id)
    reading = read_again(readings[0].pk, said(q1="A"), user=second)
    card = Card.objects.get(pk=before.pk)

    assert (reading.agrees, reading.reader, reading.values) == (True, second, {"q1": "A"})
    assert (card.status, card.version) == (CardStatus.RESOLVED, before.version)
    assert Batch.objects.get(pk=batch.pk).status == batch.status == BatchStatus.READY
    assert acts() == ["reading.agreed"]


def test_disagreement_reopens_the_card_and_names_both(
    readings: Readings, second: User, auditor: User, batch: Batch
) -> None:
    reading = read_again(
        readings[0].pk, Answer(Verdict.CORRECT, {"q1": "B"}, note="A está riscado."), user=second
    )
    card = Card.objects.get(pk=reading.card_id)
    decision = Decision.objects.filter(card_id=card.pk).last()

    assert (reading.agrees, card.status, card.version) == (False, CardStatus.REOPENED, 3)
    assert decision is not None and (decision.verdict, decision.author) == (Verdict.REOPEN, second)
    assert decision.note == (
        f"Segunda leitura: Questão 1: “A” ({auditor.name}) e “B” (Bruno Leite). A está riscado."
    )
    assert Batch.objects.get(pk=batch.pk).status == BatchStatus.IN_REVIEW
    assert acts() == ["reading.disagreed"]


def test_somebody_decides_afterwards(readings: Readings, second: User, manager: User) -> None:
    reading = read_again(readings[0].pk, said(q1="B"), user=second)
    card = decide_card(
        reading.card_id, author=manager, version=3, verdict=Verdict.CORRECT, corrections={"q1": "B"}
    )
    reading.refresh_from_db()

    assert (card.status, reading.agrees) == (CardStatus.RESOLVED, False)


def test_blank_is_an_answer(readings: Readings, second: User) -> None:
    assert read_again(readings[2].pk, said(q2="UNMARKED"), user=second).agrees
    assert not read_again(readings[1].pk, said(q1="UNMARKED"), user=second).agrees


def test_a_correction_that_the_second_person_does_not_make_is_a_difference(
    readings: Readings, second: User
) -> None:
    assert not read_again(readings[3].pk, said(q2="E"), user=second).agrees


def test_so_is_one_that_the_first_did_not_make(readings: Readings, second: User) -> None:
    assert not read_again(readings[0].pk, said(q1="A", q3="D"), user=second).agrees


def test_as_read_is_an_answer(batch: Batch, auditor: User, manager: User, second: User) -> None:
    card = batch.cards.get(line=1)
    decide_card(card.pk, author=auditor, version=2, verdict=Verdict.AS_READ)
    draw_sample(batch.pk, percent=100, seed=1, user=manager)
    reading = SecondReading.objects.get(card=card)

    assert read_again(reading.pk, Answer(Verdict.AS_READ), user=second).agrees
    assert reading.first_values == {"q1": "AB"}


def test_the_same_answer_again_changes_nothing(readings: Readings, second: User) -> None:
    for answer in (said(q1="B"), said(q1="B")):
        reading = read_again(readings[0].pk, answer, user=second)

    assert not reading.agrees
    assert Decision.objects.filter(verdict=Verdict.REOPEN).count() == 1
    assert acts() == ["reading.disagreed"]


def test_another_answer_comes_too_late(readings: Readings, second: User, manager: User) -> None:
    read_again(readings[0].pk, said(q1="A"), user=second)
    for user, value in ((second, "B"), (manager, "A")):
        with pytest.raises(Conflict, match="Bruno Leite já fez") as refused:
            read_again(readings[0].pk, said(q1=value), user=user)
        assert refused.value.code == "already_read"


def test_nobody_checks_themselves(readings: Readings, auditor: User) -> None:
    with pytest.raises(NotAllowed) as refused:
        read_again(readings[0].pk, said(q1="A"), user=auditor)
    assert refused.value.code == "own_answer"
    with pytest.raises(IntegrityError), atomic():
        SecondReading.objects.filter(pk=readings[0].pk).update(
            reader=auditor, agrees=True, read_at=timezone.now()
        )


def test_the_answer_that_stands_now_is_compared(
    readings: Readings, auditor: User, second: User
) -> None:
    decide_card(
        readings[0].card_id, author=auditor, version=2, verdict=Verdict.CORRECT,
        corrections={"q1": "D"},
    )  # fmt: skip
    reading = read_again(readings[0].pk, said(q1="D"), user=second)

    assert (reading.agrees, reading.first_values) == (True, {"q1": "D"})


def test_a_card_that_waits_is_not_read_again(
    readings: Readings, auditor: User, second: User
) -> None:
    reopen_card(readings[0].card_id, author=auditor, version=2)
    with pytest.raises(Conflict) as refused:
        read_again(readings[0].pk, said(q1="A"), user=second)
    assert refused.value.code == "card_not_resolved"


@pytest.mark.parametrize("values", [{"q1": "Z"}, {"q9": "A"}, {}])
def test_what_the_layout_does_not_allow_is_refused(
    readings: Readings, second: User, values: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        read_again(readings[0].pk, Answer(Verdict.CORRECT, values), user=second)
    assert next_reading(readings[0].sample.batch_id, second) == readings[0]


def test_roles_and_organizations_are_kept_apart(
    readings: Readings, operator: User, stranger: User
) -> None:
    with pytest.raises(NotAllowed):
        read_again(readings[0].pk, said(q1="A"), user=operator)
    with pytest.raises(NotFound):
        read_again(readings[0].pk, said(q1="A"), user=stranger)


def test_a_disagreement_after_the_export_opens_the_next_revision(
    readings: Readings, batch: Batch, second: User, auditor: User
) -> None:
    export_batch(batch.pk, requested_by=auditor)
    read_again(readings[1].pk, said(q1="C"), user=second)
    batch.refresh_from_db()
    assert (batch.status, batch.revision) == (BatchStatus.EXPORTED, 1)
    read_again(readings[0].pk, said(q1="B"), user=second)
    batch.refresh_from_db()

    assert (batch.status, batch.revision) == (BatchStatus.IN_REVIEW, 2)
    decide_card(batch.cards.get(line=1).pk, author=second, version=3, verdict=Verdict.AS_READ)
    again, created = export_batch(batch.pk, requested_by=auditor)
    assert (again.revision, created) == (2, True)


def test_the_rate_counts_what_was_read(readings: Readings, batch: Batch, second: User) -> None:
    read_again(readings[0].pk, said(q1="A"), user=second)
    read_again(readings[1].pk, said(q1="B"), user=second)
    found = agreement_of(batch)

    assert (found.drawn, found.read, found.disagreements, found.waiting) == (4, 2, 1, 2)
    assert found.told.startswith("Discordância: 1 de 2 (50,0 %; entre ")


def test_a_conciliation_is_read_again_by_its_document(
    reviewed: Any, manager: User, person: Callable[..., User]
) -> None:
    draw_sample(reviewed.batch.pk, percent=100, seed=1, user=manager)
    second = person("auditor", reviewed.batch.organization)
    by_card = {row.card_id: row for row in SecondReading.objects.all()}
    accepted, refused = by_card[reviewed.card.pk], by_card[reviewed.lonely_card.pk]
    same = Answer(Verdict.ACCEPT, document_id=reviewed.documents[0].pk)

    assert read_again(accepted.pk, same, user=second).agrees
    other = Answer(Verdict.ACCEPT, document_id=reviewed.documents[1].pk)
    assert not read_again(refused.pk, other, user=second).agrees
    assert reviewed.lonely_card.status == CardStatus.REOPENED
