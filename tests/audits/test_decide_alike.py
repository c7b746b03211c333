"""One answer for all cards that raise exactly the same doubts."""

from typing import Any

import pytest

from audits.deciding import alike as module
from audits.models import Batch, Card, CardStatus, Decision, Verdict
from audits.services import Outcome, alike, decide_alike, decide_card
from conciliacontag.errors import Conflict, InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import Organization, User
from tests.data.file_batches import make_answers
from tests.data.rows import make_document, make_transaction

ANSWER: dict[str, Any] = {"verdict": Verdict.CORRECT, "corrections": {"q1": "A", "q2": "UNMARKED"}}


@pytest.fixture
def card(answers: Batch) -> Card:
    return answers.cards.get(line=1)


def lines(cards: Any) -> list[int]:
    return [card.line for card in cards]


def test_alike_are_open_cards_with_exactly_the_same_doubts(
    card: Card, organization: Organization
) -> None:
    make_answers(organization, ("AB", "", "C"), name="Outro lote")

    assert lines(alike(card)) == [1, 2]


def test_each_card_has_a_decision_of_its_own(card: Card, auditor: User) -> None:
    outcome = decide_alike(card.pk, author=auditor, version=1, note="todas iguais", **ANSWER)

    assert (lines(outcome.decided), outcome.refused, outcome.left) == ([1, 2], [], 0)
    assert list(Decision.objects.values_list("line", "note")) == [
        (1, "todas iguais"),
        (2, "todas iguais"),
    ]


def test_called_again_nothing_is_written(card: Card, auditor: User) -> None:
    decide_alike(card.pk, author=auditor, version=1, **ANSWER)
    again = decide_alike(card.pk, author=auditor, version=1, **ANSWER)

    assert (lines(again.decided), Decision.objects.count()) == ([1], 2)


def test_a_dry_run_names_the_cards_and_writes_nothing(card: Card, auditor: User) -> None:
    outcome = decide_alike(card.pk, author=auditor, version=1, dry_run=True, **ANSWER)

    assert lines(outcome.decided) == [1, 2]
    assert not Decision.objects.exists()
    assert set(Card.objects.values_list("status", "version")) == {(CardStatus.PENDING, 1)}


def test_a_refusal_about_the_card_that_was_seen_decides_nothing(
    card: Card, auditor: User, manager: User
) -> None:
    decide_card(card.pk, author=manager, version=1, verdict=Verdict.AS_READ)

    with pytest.raises(Conflict):
        decide_alike(card.pk, author=auditor, version=1, **ANSWER)
    with pytest.raises(InvalidInput):
        decide_alike(
            card.pk, author=manager, version=2, verdict=Verdict.CORRECT, corrections={"q1": "F"}
        )
    assert Decision.objects.count() == 1


def test_a_card_that_refuses_holds_up_nobody(
    organization: Organization, auditor: User, make_review: Any
) -> None:
    for _ in range(3):
        make_transaction(organization, "-77.10", memo="TARIFA MENSAL")
    make_review(organization)
    document = make_document(organization, "50.00")
    card = Card.objects.filter(transaction__memo="TARIFA MENSAL").order_by("line")[0]
    fields = {"documento": document.key}
    outcome = decide_alike(
        card.pk, author=auditor, version=1, verdict=Verdict.CORRECT, corrections=fields
    )

    assert outcome.decided == [card]
    assert [one.code for one in outcome.refused] == ["document_already_reconciled"] * 2
    assert Decision.objects.count() == 1


def test_a_call_has_a_limit_and_says_what_is_left(
    organization: Organization, auditor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    batch = make_answers(organization, *[("AB", "B", "C")] * 5)
    outcome: Outcome = decide_alike(
        batch.cards.get(line=1).pk,
        author=auditor,
        version=1,
        verdict=Verdict.CORRECT,
        corrections={"q1": "A"},
    )

    assert (lines(outcome.decided), outcome.left) == ([1, 2], 3)


def test_no_more_cards_are_read_than_are_decided(
    organization: Organization, auditor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    batch = make_answers(organization, *[("AB", "B", "C")] * 5)
    seen, others, left = module.seen_and_alike(batch.cards.get(line=1).pk, auditor)

    assert (seen.line, lines(others), left) == (1, [2], 3)


def test_bank_lines_are_alike_by_reason_and_text(
    organization: Organization, auditor: User, make_review: Any
) -> None:
    for amount in ("-77.10", "-3.35"):
        make_transaction(organization, amount, memo="TARIFA", payee="Banco Aurora")
    make_transaction(organization, "-77.10", memo="OUTRA TARIFA", payee="Banco Aurora")
    make_review(organization)
    card = Card.objects.filter(transaction__payee="Banco Aurora").order_by("line")[0]
    outcome = decide_alike(card.pk, author=auditor, version=1, verdict=Verdict.NO_DOCUMENT)

    assert {str(one.transaction.amount) for one in outcome.decided if one.transaction} == {
        "-77.10",
        "-3.35",
    }


def test_a_document_is_accepted_for_one_line_at_a_time(review: Any, auditor: User) -> None:
    with pytest.raises(InvalidInput) as refused:
        decide_alike(review.card.pk, author=auditor, version=1, verdict=Verdict.ACCEPT)

    assert refused.value.code == "accept_one_by_one"


def test_roles_and_borders_hold(card: Card, operator: User, stranger: User) -> None:
    with pytest.raises(NotAllowed):
        decide_alike(card.pk, author=operator, version=1, **ANSWER)
    with pytest.raises(NotFound):
        decide_alike(card.pk, author=stranger, version=1, **ANSWER)
