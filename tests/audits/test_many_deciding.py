"""Eight people on the same cards at the same instant. Commits are real here."""

from typing import Any
from uuid import UUID

import pytest

from audits.models import Card, Decision, Response, Verdict
from audits.services import (
    decide_alike,
    decide_card,
    note_card,
    skip_card,
    undo_decision,
    undo_together,
)
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization, User
from tests.data.at_once import at_once
from tests.data.file_batches import make_answers

THREADS = 8
LETTERS = "ABCDE"


@pytest.fixture
def people(make_people: Any) -> list[User]:
    found: list[User] = make_people(THREADS)
    return found


@pytest.fixture
def card(people: list[User]) -> UUID:
    """The first of three cards with the same doubt."""
    with session(EVERY):
        batch = make_answers(Organization.objects.get(), *[("AB", "B", "C")] * 3)
        return batch.cards.get(line=1).pk


def letter(user: User) -> str:
    return LETTERS[int(user.email[6]) % len(LETTERS)]


def test_one_card_has_one_winner(people: list[User], card: UUID) -> None:
    def decide(user: User) -> int:
        fields = {"q1": letter(user)}
        return decide_card(
            card, author=user, version=1, verdict=Verdict.CORRECT, corrections=fields
        ).version

    answers = at_once(decide, people)

    assert sorted(map(str, answers)) == ["2"] + ["card_changed"] * (THREADS - 1)
    with session(EVERY):
        decision = Decision.objects.get()
        assert Response.objects.get().corrected_value == decision.after["q1"]
        assert Card.history.count() == Response.history.count() == 1


def test_one_decision_is_undone_once(people: list[User], card: UUID) -> None:
    decide_card(card, author=people[0], version=1, verdict=Verdict.AS_READ)

    answers = at_once(lambda user: undo_decision(card, author=user, version=2).version, people)

    assert sorted(map(str, answers)) == ["3"] + ["card_changed"] * (THREADS - 1)
    with session(EVERY):
        assert Decision.objects.filter(verdict=Verdict.UNDO).count() == 1
        assert Card.objects.get(pk=card).status == "pending"


def test_cards_alike_are_decided_once_each(people: list[User], card: UUID) -> None:
    def decide(user: User) -> list[int]:
        fields = {"q1": letter(user)}
        outcome = decide_alike(
            card, author=user, version=1, verdict=Verdict.CORRECT, corrections=fields
        )
        return [one.line for one in outcome.decided]

    answers = at_once(decide, people)

    assert answers.count("card_changed") == THREADS - 1
    with session(EVERY):
        assert sorted(Decision.objects.values_list("line", flat=True)) == [1, 2, 3]
        assert set(Card.objects.values_list("status", "version")) == {("resolved", 2)}


def test_skips_and_notes_lose_no_decision(people: list[User], card: UUID) -> None:
    def act(user: User) -> str:
        number = int(user.email[6])
        if number == 0:
            decide_card(card, author=user, version=1, verdict=Verdict.AS_READ)
        elif number == 1:
            note_card(card, author=user, version=1, note="ver")
        else:
            skip_card(card, author=user)
        return "ok"

    at_once(act, people)

    with session(EVERY):
        said = Decision.objects.exclude(verdict=Verdict.SKIP)
        assert said.count() == Card.history.count() == 1
        assert Card.objects.get(pk=card).version == 2


def test_what_one_answer_decided_is_undone_once(people: list[User], card: UUID) -> None:
    decided = decide_alike(card, author=people[0], version=1, verdict=Verdict.AS_READ)
    number = decided.together
    assert number is not None

    outcomes = at_once(lambda user: len(undo_together(number, author=user).decided), people)

    assert sorted(outcomes) == [0] * (THREADS - 1) + [3]
    with session(EVERY):
        assert Decision.objects.filter(verdict=Verdict.UNDO).count() == 3
        assert set(Card.objects.values_list("status", "version")) == {("pending", 3)}
