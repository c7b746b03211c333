"""Cards left for later, and remarks on them."""

from typing import Any

import pytest

from audits.models import Batch, Card, CardStatus, Decision, Verdict
from audits.services import decide_card, note_card, reopen_card, skip_card
from conciliacontag.errors import Conflict, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, User


@pytest.fixture
def card(answers: Batch) -> Card:
    return answers.cards.get(line=1)


def queue(batch: Batch) -> list[int]:
    return [card.line for card in Card.objects.filter(batch=batch).queue()]


def test_a_skipped_card_comes_last(card: Card, answers: Batch, auditor: User) -> None:
    skip_card(card.pk, author=auditor)

    assert queue(answers) == [2, 4, 1]
    skip_card(answers.cards.get(line=2).pk, author=auditor)
    assert queue(answers) == [4, 1, 2]


def test_skipping_leaves_a_trace_but_disturbs_nobody(
    card: Card, auditor: User, manager: User
) -> None:
    skip_card(card.pk, author=auditor, note="pedir a imagem")
    decided = decide_card(
        card.pk, author=manager, version=1, verdict=Verdict.CORRECT, corrections={"q1": "A"}
    )

    assert (decided.version, decided.status) == (2, CardStatus.RESOLVED)
    skipped = Decision.objects.get(verdict=Verdict.SKIP)
    assert (skipped.author, skipped.note, skipped.after) == (auditor, "pedir a imagem", {})
    assert Card.history.filter(id=card.pk).count() == 1


def test_skipping_the_last_card_again_changes_nothing(card: Card, auditor: User) -> None:
    first = skip_card(card.pk, author=auditor)
    again = skip_card(card.pk, author=auditor)

    assert first.skipped_at == again.skipped_at
    assert Decision.objects.count() == 1


def test_a_reopened_card_waits_in_its_own_place_again(
    card: Card, answers: Batch, auditor: User
) -> None:
    skip_card(card.pk, author=auditor)
    decide_card(card.pk, author=auditor, version=1, verdict=Verdict.AS_READ)
    reopen_card(card.pk, author=auditor, version=2)

    assert queue(answers) == [1, 2, 4]


def test_a_decided_card_cannot_be_skipped(card: Card, auditor: User) -> None:
    decide_card(card.pk, author=auditor, version=1, verdict=Verdict.AS_READ)

    with pytest.raises(Conflict) as refused:
        skip_card(card.pk, author=auditor)
    assert refused.value.code == "card_resolved"


def test_a_note_changes_nothing_but_itself(card: Card, auditor: User) -> None:
    noted = note_card(card.pk, author=auditor, version=1, note="a foto está torta")

    assert (noted.note, noted.status, noted.version) == (
        "a foto está torta",
        CardStatus.PENDING,
        2,
    )
    assert Decision.objects.get().status_before == CardStatus.PENDING
    assert Card.history.get(id=card.pk).history_user == auditor
    assert AuditLog.objects.filter(action="card.noted").count() == 1


def test_the_same_note_again_writes_nothing(card: Card, auditor: User) -> None:
    note_card(card.pk, author=auditor, version=1, note="torta")
    again = note_card(card.pk, author=auditor, version=1, note="torta")

    assert (again.version, Decision.objects.count()) == (2, 1)


def test_an_empty_note_takes_it_away(card: Card, auditor: User) -> None:
    note_card(card.pk, author=auditor, version=1, note="torta")

    assert note_card(card.pk, author=auditor, version=2, note="").note == ""


def test_two_people_who_note_at_once_learn_of_each_other(
    card: Card, auditor: User, manager: User
) -> None:
    note_card(card.pk, author=manager, version=1, note="da gestora")

    with pytest.raises(Conflict) as refused:
        note_card(card.pk, author=auditor, version=1, note="do auditor")
    assert refused.value.details["who"] == manager.name


def test_a_decision_without_a_reason_keeps_the_note(card: Card, auditor: User) -> None:
    note_card(card.pk, author=auditor, version=1, note="torta")
    decided = decide_card(card.pk, author=auditor, version=2, verdict=Verdict.AS_READ)

    assert decided.note == "torta"


@pytest.mark.parametrize("act", [skip_card, note_card])
def test_who_may_not_decide_may_not_remark(card: Card, operator: User, act: Any) -> None:
    named = {} if act is skip_card else {"version": 1, "note": "x"}

    with pytest.raises(NotAllowed):
        act(card.pk, author=operator, **named)


@pytest.mark.parametrize("act", [skip_card, note_card])
def test_foreign_cards_do_not_exist(card: Card, stranger: User, act: Any) -> None:
    named = {} if act is skip_card else {"version": 1, "note": "x"}

    with pytest.raises(NotFound):
        act(card.pk, author=stranger, **named)
