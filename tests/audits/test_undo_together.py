"""What one answer said about many cards is one act, and is taken back as one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from audits.history import card_history
from audits.models import Batch, Card, CardStatus, Decision, Verdict
from audits.services import (
    Outcome,
    decide_alike,
    decide_card,
    note_card,
    undo_decision,
    undo_together,
)
from conciliacontag.errors import NotAllowed, NotFound
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Reconciliation
from tests.data.file_batches import make_answers
from tests.data.requests import post
from tests.data.rows import make_transaction

Screen = Callable[[User], Client]


@pytest.fixture
def batch(organization: Organization) -> Batch:
    return make_answers(organization, *[("AB", "B", "C")] * 4)


@pytest.fixture
def number(batch: Batch, auditor: User) -> UUID:
    """Four cards, decided by one answer."""
    outcome = decide_alike(
        batch.cards.get(line=1).pk,
        author=auditor,
        version=1,
        verdict=Verdict.CORRECT,
        corrections={"q1": "A"},
    )
    assert outcome.together is not None
    return outcome.together


def lines(outcome: Outcome) -> list[int]:
    return [card.line for card in outcome.decided]


def card_at(batch: Batch, line: int) -> Card:
    return batch.cards.get(line=line)


def told(outcome: Outcome) -> list[tuple[int, str]]:
    return [(one.card.line, one.code) for one in outcome.refused]


def test_every_card_is_as_it_was(batch: Batch, number: UUID, auditor: User) -> None:
    outcome = undo_together(number, author=auditor, note="caneta errada")
    card = card_at(batch, 3)

    assert (lines(outcome), outcome.refused) == ([1, 2, 3, 4], [])
    assert set(batch.cards.values_list("status", "version")) == {(CardStatus.PENDING, 3)}
    assert card.responses.get().corrected_value is None
    assert [one.verdict for one in card_history(card.pk)] == [Verdict.CORRECT, Verdict.UNDO]


def test_cards_decided_otherwise_since_are_told_and_left_alone(
    batch: Batch, number: UUID, auditor: User, manager: User
) -> None:
    fields = {"q1": "C"}
    decide_card(
        card_at(batch, 2).pk,
        author=manager,
        version=2,
        verdict=Verdict.CORRECT,
        corrections=fields,
    )
    undo_decision(card_at(batch, 3).pk, author=auditor, version=2)
    note_card(card_at(batch, 4).pk, author=manager, version=2, note="conferido")
    outcome = undo_together(number, author=auditor)

    assert (lines(outcome), told(outcome)) == ([1, 4], [(2, "card_changed"), (3, "already_undone")])
    assert manager.name in outcome.refused[0].message
    assert card_at(batch, 2).responses.get().corrected_value == "C"
    assert card_at(batch, 4).note == "conferido"


def test_the_same_call_again_changes_nothing(number: UUID, auditor: User) -> None:
    undo_together(number, author=auditor)
    again = undo_together(number, author=auditor)

    assert (again.decided, {code for _, code in told(again)}) == ([], {"already_undone"})
    assert Decision.objects.count() == 8


def test_a_dry_run_names_the_cards_and_changes_nothing(number: UUID, auditor: User) -> None:
    outcome = undo_together(number, author=auditor, dry_run=True)

    assert lines(outcome) == [1, 2, 3, 4]
    assert Decision.objects.count() == 4


def test_what_took_them_back_is_not_undone_itself(number: UUID, auditor: User) -> None:
    undo_together(number, author=auditor)
    undone = Decision.objects.filter(verdict=Verdict.UNDO).values_list("together", flat=True)
    (other,) = set(undone)

    assert other not in (None, number)
    with pytest.raises(NotFound):
        undo_together(other, author=auditor)


def test_only_ones_own_without_the_right_to_reopen(
    batch: Batch, manager: User, auditor: User
) -> None:
    outcome = decide_alike(card_at(batch, 1).pk, author=manager, version=1, verdict=Verdict.AS_READ)
    assert outcome.together is not None
    with pytest.raises(NotAllowed):
        undo_together(outcome.together, author=auditor)

    assert lines(undo_together(outcome.together, author=manager)) == [1, 2, 3, 4]


def test_no_such_number_and_foreign_ones_are_not_found(
    number: UUID, auditor: User, stranger: User
) -> None:
    for unknown, person in ((new_id(), auditor), (number, stranger)):
        with pytest.raises(NotFound):
            undo_together(unknown, author=person)


def test_bank_lines_wait_again(organization: Organization, auditor: User, make_review: Any) -> None:
    for _ in range(3):
        make_transaction(organization, "-77.10", memo="TARIFA MENSAL")
    make_review(organization)
    cards = Card.objects.filter(transaction__memo="TARIFA MENSAL").order_by("line")
    outcome = decide_alike(cards[0].pk, author=auditor, version=1, verdict=Verdict.NO_DOCUMENT)
    assert outcome.together is not None
    undo_together(outcome.together, author=auditor)

    assert {card.status for card in cards} == {CardStatus.PENDING}
    assert not Reconciliation.objects.by_people().exists()


def test_the_history_says_how_many_cards_it_reached(
    batch: Batch, number: UUID, auditor: User
) -> None:
    undo_together(number, author=auditor)
    said = [str(one) for one in card_history(card_at(batch, 2).pk)]

    assert said == [
        f"{auditor.name} corrigiu os campos, de uma vez em 4 cartões (Questão 1: AB → A).",
        f"{auditor.name} desfez a última decisão, de uma vez em 4 cartões (Questão 1: A → AB).",
    ]


def test_programs_take_it_back_by_its_number(batch: Batch, auditor: User, screen: Screen) -> None:
    client = screen(auditor)
    body = {"version": 1, "verdict": "correct", "corrections": {"q1": "A"}}
    done = post(client, f"/v1/audits/{card_at(batch, 1).pk}/alike", **body).json()
    address = f"/v1/audits/together/{done['together']}/undo"
    tried = post(client, address, dry_run=True).json()
    undone = post(client, address).json()

    assert [row["line"] for row in tried["decided"]] == [1, 2, 3, 4]
    assert [row["status"] for row in undone["decided"]] == ["pending"] * 4
    assert set(batch.cards.values_list("status", flat=True)) == {"pending"}


def test_the_screen_tells_how_many_and_takes_them_back(
    batch: Batch, auditor: User, number: UUID, screen: Screen
) -> None:
    client, card = screen(auditor), card_at(batch, 1)
    shown = client.get(f"/admin/audits/batch/{batch.pk}/revisar/", {"cartao": str(card.pk)})
    address = f"/admin/audits/card/{card.pk}/desfazer-iguais/"
    tried = post(client, address, together=str(number), dry_run=True).json()
    undone = post(client, address, together=str(number)).json()

    assert "Desfazer nos 4 cartões" in shown.content.decode()
    assert (tried["decided"], tried["lines"]) == (4, [1, 2, 3, 4])
    assert undone["told"] == "4 cartões desfeitos."
    assert post(client, address, together="x").status_code == 400
