"""The history of a card in sentences."""

from typing import Any

from audits.history import card_history
from audits.models import Verdict
from audits.services import decide_card, reopen_card
from conciliacontag.organizations.models import User


def test_every_decision_says_who_what_and_why(reviewed: Any, auditor: User, manager: User) -> None:
    reopen_card(reviewed.card.pk, author=manager, version=2, note="valor errado")
    decide_card(
        reviewed.card.pk, author=manager, version=3, verdict=Verdict.NO_DOCUMENT, note="aluguel"
    )

    told = card_history(reviewed.card)

    assert [(sentence.who, sentence.why) for sentence in told] == [
        (auditor.name, "confirmado por telefone"),
        (manager.name, "valor errado"),
        (manager.name, "aluguel"),
    ]
    assert str(told[0]).startswith(f"{auditor.name} aceitou a nota {reviewed.documents[0].number}")
    assert str(told[0]).endswith("Motivo: confirmado por telefone")


def test_changes_name_before_and_after(reviewed: Any) -> None:
    (sentence,) = card_history(reviewed.lonely_card)

    assert [str(change) for change in sentence.changes] == ["Situação: vazio → sem nota"]
    assert str(sentence).endswith("(Situação: vazio → sem nota).")


def test_a_card_nobody_touched_has_no_history(review: Any) -> None:
    assert card_history(review.card) == []
