"""Taking a decision back."""

from typing import Any

import pytest

from audits.models import BatchStatus, Card, CardStatus, Decision, Verdict
from audits.services import decide_card, reopen_card
from conciliacontag.errors import Conflict, NotAllowed
from conciliacontag.organizations.models import User
from reconciliation.models import Reconciliation


def test_reopening_undoes_the_match(reviewed: Any, manager: User) -> None:
    card = reopen_card(reviewed.card.pk, author=manager, version=2, note="valor errado")

    row = Reconciliation.objects.by_people().get(transaction=reviewed.doubtful)
    reviewed.documents[0].refresh_from_db()
    assert (card.status, card.version) == (CardStatus.REOPENED, 3)
    assert (row.status, row.performed_by) == ("partial", manager)
    assert reviewed.documents[0].is_open


def test_what_was_said_about_the_document_is_withdrawn(reviewed: Any, manager: User) -> None:
    card = reopen_card(reviewed.card.pk, author=manager, version=2)

    assert not card.responses.exclude(corrected_value=None).exists()
    decision = Decision.objects.last()
    assert decision is not None
    assert decision.verdict == Verdict.REOPEN
    assert (decision.before["situacao"], decision.after["situacao"]) == ("conciliado", "")


def test_the_batch_is_in_review_again(reviewed: Any, manager: User) -> None:
    reopen_card(reviewed.card.pk, author=manager, version=2)
    reviewed.batch.refresh_from_db()

    assert reviewed.batch.status == BatchStatus.IN_REVIEW


def test_an_auditor_reopens_own_decisions_only(reviewed: Any, auditor: User, person: Any) -> None:
    other = person("auditor", reviewed.batch.organization)

    with pytest.raises(NotAllowed):
        reopen_card(reviewed.card.pk, author=other, version=2)
    assert reopen_card(reviewed.card.pk, author=auditor, version=2).version == 3


def test_reopening_twice_is_harmless(reviewed: Any, manager: User) -> None:
    reopen_card(reviewed.card.pk, author=manager, version=2)
    again = reopen_card(reviewed.card.pk, author=manager, version=2)

    assert again.version == 3
    assert Decision.objects.filter(verdict=Verdict.REOPEN).count() == 1


def test_an_undecided_card_cannot_be_reopened(review: Any, manager: User) -> None:
    with pytest.raises(Conflict) as refused:
        reopen_card(review.card.pk, author=manager, version=1)

    assert refused.value.details == {
        "current": "pending",
        "wanted": "reopened",
        "allowed": ["resolved"],
    }


def test_a_reopened_card_is_decided_again(reviewed: Any, manager: User) -> None:
    reopen_card(reviewed.card.pk, author=manager, version=2)
    card = decide_card(reviewed.card.pk, author=manager, version=3, verdict=Verdict.NO_DOCUMENT)

    assert (card.status, card.version) == (CardStatus.RESOLVED, 4)
    assert Card.history.filter(id=card.pk).count() == 3
