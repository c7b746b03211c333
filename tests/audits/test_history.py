"""The history of a card in sentences."""

from datetime import UTC, datetime
from typing import Any

import time_machine

from audits.exports.services import cleanup_batch, export_batch
from audits.history import Change, FieldSentence, card_history, field_history
from audits.models import Batch, Verdict
from audits.services import decide_card, reopen_card, undo_decision
from conciliacontag.organizations.models import User


def test_every_decision_says_who_what_and_why(reviewed: Any, auditor: User, manager: User) -> None:
    reopen_card(reviewed.card.pk, author=manager, version=2, note="valor errado")
    decide_card(
        reviewed.card.pk, author=manager, version=3, verdict=Verdict.NO_DOCUMENT, note="aluguel"
    )

    told = card_history(reviewed.card.pk)

    assert [(sentence.who, sentence.why) for sentence in told] == [
        (auditor.name, "confirmado por telefone"),
        (manager.name, "valor errado"),
        (manager.name, "aluguel"),
    ]
    assert str(told[0]).startswith(f"{auditor.name} aceitou a nota {reviewed.documents[0].number}")
    assert str(told[0]).endswith("Motivo: confirmado por telefone")


def test_changes_name_before_and_after(reviewed: Any) -> None:
    (sentence,) = card_history(reviewed.lonely_card.pk)

    assert [str(change) for change in sentence.changes] == ["Situação: vazio → sem nota"]
    assert str(sentence).endswith("(Situação: vazio → sem nota).")


def test_a_card_nobody_touched_has_no_history(review: Any) -> None:
    assert card_history(review.card.pk) == []


def mark(batch: Batch, author: User, version: int, **fields: str) -> None:
    card, note = batch.cards.get(line=1), "a caneta falhou"
    with time_machine.travel(datetime(2026, 10, 5, 17, 32, tzinfo=UTC), tick=False):
        decide_card(
            card.pk,
            author=author,
            version=version,
            verdict=Verdict.CORRECT,
            corrections=fields,
            note=note,
        )


def test_a_field_tells_what_was_read_and_each_change(answers: Batch, auditor: User) -> None:
    mark(answers, auditor, 1, q2="C")
    mark(answers, auditor, 2, q1="A")
    undo_decision(answers.cards.get(line=1).pk, author=auditor, version=3)
    undo_decision(answers.cards.get(line=1).pk, author=auditor, version=4)
    reading, change, undone = field_history(answers.cards.get(line=1).pk, "q2")

    assert str(reading) == "Lido em Questão 2: em branco."
    assert str(change) == (
        f"{auditor.name} mudou Questão 2 de em branco para C em 05/10/2026 14:32, "
        "motivo: a caneta falhou"
    )
    assert (undone.verdict, undone.change.before, undone.change.after) == ("undo", "C", "")


def test_an_untouched_field_tells_its_reading(answers: Batch) -> None:
    card = answers.cards.get(line=1)

    assert [str(one) for one in field_history(card.pk, "q1")] == ["Lido em Questão 1: AB."]
    assert field_history(card.pk, "q99") == []


def test_the_history_of_a_field_outlives_the_card(
    answers: Batch, auditor: User, manager: User
) -> None:
    mark(answers, auditor, 1, q1="A")
    card = answers.cards.get(line=1).pk
    export_batch(answers.pk, requested_by=auditor, allow_pending=True)
    cleanup_batch(answers.pk, requested_by=manager, confirm=True)
    reading, change = field_history(card, "q1")

    assert (reading.change.after, change.change.before, change.change.after) == ("AB", "AB", "A")
    assert field_history(card, "q2") == []


def test_the_empty_value_of_the_layout_is_blank_too() -> None:
    change = Change("q2", "Questão 2", "", "*")

    assert str(FieldSentence(change, empty="*")) == "Lido em Questão 2: em branco."
    assert str(FieldSentence(change)) == "Lido em Questão 2: *."
