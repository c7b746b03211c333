"""What holds whatever people do to a card, in whatever order."""

from random import Random
from typing import Any

import pytest

from audits.models import Batch, Card, CardStatus, Decision, Response, Verdict
from audits.services import decide_card, note_card, reopen_card, skip_card, undo_decision
from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import AuditLog, User
from reconciliation.models import Reconciliation

ACTS = ("decide", "decide", "as_read", "reopen", "undo", "undo", "note", "skip")


def standing_values(card: Card) -> dict[str, str]:
    """The decisions that count, told again from the beginning."""
    decisions = list(Decision.objects.filter(card_id=card.pk))
    undone = {decision.undoes for decision in decisions}
    values: dict[str, str] = {}
    for decision in decisions:
        if decision.verdict != Verdict.UNDO and decision.pk not in undone:
            values |= decision.after
    values.pop("parcela", None)
    return {name: said for name, said in values.items() if said != card.raw_answers.get(name, "")}


def corrected(card: Card) -> dict[str, str | None]:
    rows = card.responses.exclude(corrected_value=None)
    return dict(rows.values_list("field", "corrected_value"))


def check(card: Card) -> None:
    changed = Decision.objects.filter(card_id=card.pk).exclude(verdict=Verdict.SKIP).count()
    assert Card.history.filter(id=card.pk).count() == changed == card.version - 1
    assert AuditLog.objects.filter(entity_id=str(card.pk)).count() == Decision.objects.count()
    for response in Response.objects.filter(card=card):
        last = Response.history.filter(id=response.pk).order_by("history_id").last()
        assert last is not None and last.corrected_value == response.corrected_value
    assert corrected(card) == standing_values(card)


def act_on(card: Card, name: str, author: User, chance: Random) -> None:
    said: dict[str, Any] = {"author": author, "version": card.version}
    if name == "decide":
        fields = {chance.choice(["q1", "q2", "q3"]): chance.choice(["A", "B", "UNMARKED", ""])}
        decide_card(card.pk, **said, verdict=Verdict.CORRECT, corrections=fields)
    elif name == "as_read":
        decide_card(card.pk, **said, verdict=Verdict.AS_READ)
    elif name == "reopen":
        reopen_card(card.pk, **said)
    elif name == "undo":
        undo_decision(card.pk, **said)
    elif name == "note":
        note_card(card.pk, **said, note=chance.choice(["a", "b", ""]))
    else:
        skip_card(card.pk, author=author)


@pytest.mark.parametrize("seed", range(3))
def test_trail_and_values_agree_after_any_acts(answers: Batch, manager: User, seed: int) -> None:
    chance, card = Random(seed), answers.cards.get(line=1)
    for _ in range(25):
        try:
            act_on(card, chance.choice(ACTS), manager, chance)
        except DomainError as refusal:
            assert refusal.code in {"card_not_resolved", "nothing_to_undo", "card_resolved"}
        card.refresh_from_db()
        check(card)


def decide_line(review: Any, name: str, author: User, chance: Random) -> None:
    card = review.card
    said: dict[str, Any] = {"author": author, "version": card.version}
    if name in ("decide", "as_read"):
        document = chance.choice(review.documents)
        decide_card(card.pk, **said, verdict=Verdict.ACCEPT, document_id=document.pk)
    elif name == "skip":
        decide_card(card.pk, **said, verdict=Verdict.NO_DOCUMENT)
    elif name == "note":
        decide_card(card.pk, **said, verdict=Verdict.CORRECT, corrections={"debito": "1"})
    else:
        act_on(card, name, author, chance)


@pytest.mark.parametrize("seed", range(3))
def test_the_reconciliation_agrees_with_the_card(review: Any, manager: User, seed: int) -> None:
    chance = Random(seed)
    for _ in range(15):
        try:
            decide_line(review, chance.choice(ACTS), manager, chance)
        except DomainError as refusal:
            assert refusal.code in {"card_not_resolved", "nothing_to_undo"}
        card = review.card
        row = Reconciliation.objects.matched().filter(transaction=review.doubtful).first()
        booked = row.document.key if row and row.document else None
        said = corrected(card)
        is_booked = said.get("situacao") == "conciliado"
        assert (booked is not None) == is_booked
        assert not is_booked or said.get("documento", card.raw_answers["documento"]) == booked
        assert said == standing_values(card)


def test_undoing_everything_leaves_the_card_as_it_came(answers: Batch, manager: User) -> None:
    chance, card = Random(7), answers.cards.get(line=1)
    for _ in range(10):
        act_on(card, "decide", manager, chance)
        card.refresh_from_db()
    while card.status != CardStatus.PENDING:
        card = undo_decision(card.pk, author=manager, version=card.version)

    assert corrected(card) == {}
    assert Decision.objects.filter(verdict=Verdict.UNDO).count() * 2 == Decision.objects.count()


def test_three_real_decisions_of_four_leave_three_history_rows(
    answers: Batch, auditor: User
) -> None:
    card = answers.cards.get(line=1)
    for version, value in ((1, "A"), (2, "B"), (3, "B"), (3, "C")):
        decide_card(
            card.pk,
            author=auditor,
            version=version,
            verdict=Verdict.CORRECT,
            corrections={"q1": value},
        )
    rows = Response.history.order_by("history_id").values_list(
        "history_user", "read_value", "corrected_value"
    )

    assert list(rows) == [(auditor.pk, "AB", value) for value in "ABC"]
    assert Card.history.count() == Decision.objects.count() == 3
    assert [one.before["q1"] for one in Decision.objects.all()] == ["AB", "A", "B"]
