"""One person's decision about one card."""

from typing import Any
from uuid import uuid4

import pytest

from audits.models import BatchStatus, Card, CardStatus, Decision, Response, Verdict
from audits.services import decide_card
from conciliacontag.errors import Conflict, InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, User
from ingestion.models import MatchStatus
from reconciliation.models import Reconciliation
from tests.data.rows import make_document


def values(card: Card) -> dict[str, str | None]:
    return dict(card.responses.values_list("field", "corrected_value"))


def accept(review: Any, author: User, version: int = 1, place: int = 0, **named: Any) -> Card:
    return decide_card(
        review.card.pk,
        author=author,
        version=version,
        verdict=Verdict.ACCEPT,
        document_id=review.documents[place].pk,
        **named,
    )


def correct(review: Any, author: User, fields: dict[str, str], version: int = 1) -> Card:
    return decide_card(
        review.card.pk,
        author=author,
        version=version,
        verdict=Verdict.CORRECT,
        corrections=fields,
    )


def test_accepting_books_the_match_and_fills_the_card(review: Any, auditor: User) -> None:
    card = accept(review, auditor, note="confere")

    row = Reconciliation.objects.matched().get()
    assert (row.document, row.transaction, row.performed_by) == (
        review.documents[0],
        review.doubtful,
        auditor,
    )
    assert values(card)["situacao"] == "conciliado"
    assert (card.status, card.version, card.note) == (CardStatus.RESOLVED, 2, "confere")
    review.documents[0].refresh_from_db()
    assert review.documents[0].status == MatchStatus.RECONCILED


def test_accepting_another_open_document_is_allowed(review: Any, auditor: User) -> None:
    other = make_document(review.batch.organization, "815.00", number=9001)

    card = decide_card(
        review.card.pk, author=auditor, version=1, verdict=Verdict.ACCEPT, document_id=other.pk
    )

    assert values(card)["numero"] == "9001"
    assert values(card)["pontos"] == ""
    assert Decision.objects.get().score_seen is None


def test_without_note_refuses_all_candidates(review: Any, auditor: User) -> None:
    card = decide_card(
        review.card.pk, author=auditor, version=1, verdict=Verdict.NO_DOCUMENT, note="aluguel"
    )

    row = Reconciliation.objects.get(transaction=review.doubtful)
    assert (row.status, row.performed_by, row.reason) == ("unmatched", auditor, "aluguel")
    assert values(card)["situacao"] == "sem nota"
    assert values(card)["documento"] == ""


def test_the_decision_keeps_version_and_score_that_were_seen(review: Any, auditor: User) -> None:
    accept(review, auditor)
    decision = Decision.objects.get()

    assert (decision.version_seen, decision.author) == (1, auditor)
    assert str(decision.score_seen) == review.card.candidates[0]["score"]
    assert decision.before["situacao"] == "" and decision.after["situacao"] == "conciliado"
    assert AuditLog.objects.filter(action="card.decided").count() == 1


def test_corrections_write_one_history_row_each(review: Any, auditor: User) -> None:
    card = correct(review, auditor, {"debito": "52878", "codigo_historico": "150"})

    assert values(card) == {"debito": "52878", "codigo_historico": "150"}
    history = Response.history.filter(field="debito").get()
    assert (history.history_user, history.history_change_reason) == (auditor, "Corrigiu campos")
    assert Card.history.filter(id=card.pk).get().history_user == auditor


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("debito", "12345678901234"),
        ("debito", "12a"),
        ("codigo_historico", "1234567890"),
        ("situacao", "Conciliado"),
        ("situacao", "X"),
        ("documento", "tem espaço"),
        ("documento", "inexistente"),
        ("debito", "１２"),
    ],
)
def test_values_the_layout_does_not_allow_are_refused(
    review: Any, auditor: User, field: str, value: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        correct(review, auditor, {field: value})

    assert field in refused.value.details["fields"]
    assert not Decision.objects.exists()


def test_an_unknown_field_is_named(review: Any, auditor: User) -> None:
    with pytest.raises(InvalidInput) as refused:
        correct(review, auditor, {"q99": "A"})

    assert "q99" in refused.value.details["fields"]


def test_correcting_the_document_books_it(review: Any, auditor: User) -> None:
    correct(review, auditor, {"documento": review.documents[1].key, "debito": "1"})

    assert Reconciliation.objects.matched().get().document == review.documents[1]


def test_the_last_decision_makes_the_batch_ready(reviewed: Any) -> None:
    assert reviewed.batch.status == BatchStatus.READY


def test_the_first_decision_puts_the_batch_in_review(review: Any, auditor: User) -> None:
    accept(review, auditor)
    review.batch.refresh_from_db()

    assert review.batch.status == BatchStatus.IN_REVIEW


def test_the_same_decision_again_changes_nothing(review: Any, auditor: User) -> None:
    accept(review, auditor, note="ok")
    again = accept(review, auditor, note="ok")

    assert again.version == 2
    assert Decision.objects.count() == Card.history.count() == 1


def test_a_stale_version_learns_who_was_faster(review: Any, auditor: User, manager: User) -> None:
    accept(review, auditor)

    with pytest.raises(Conflict) as refused:
        accept(review, manager, place=1)

    assert refused.value.code == "card_changed"
    assert refused.value.details["version"] == 2
    assert refused.value.details["who"] == auditor.name
    assert refused.value.details["what"] == "accept"


def test_three_real_decisions_of_four_leave_three_history_rows(review: Any, auditor: User) -> None:
    correct(review, auditor, {"debito": "1"})
    correct(review, auditor, {"debito": "2"}, version=2)
    correct(review, auditor, {"debito": "2"}, version=3)
    correct(review, auditor, {"debito": "3"}, version=3)

    assert [row.corrected_value for row in Response.history.order_by("history_id")] == list("123")
    assert Card.history.count() == Decision.objects.count() == 3


def test_choosing_another_document_moves_the_booking(review: Any, auditor: User) -> None:
    accept(review, auditor)
    accept(review, auditor, version=2, place=1)

    assert Reconciliation.objects.matched().get().document == review.documents[1]
    review.documents[0].refresh_from_db()
    assert review.documents[0].is_open


def test_overruling_somebody_needs_the_right_to_reopen(
    review: Any, auditor: User, manager: User
) -> None:
    accept(review, manager)

    with pytest.raises(NotAllowed):
        accept(review, auditor, version=2, place=1)
    assert Reconciliation.objects.matched().get().document == review.documents[0]


def test_roles_that_may_not_decide_are_refused(review: Any, operator: User) -> None:
    with pytest.raises(NotAllowed):
        accept(review, operator)


def test_foreign_cards_and_documents_do_not_exist(
    review: Any, auditor: User, stranger: User
) -> None:
    with pytest.raises(NotFound):
        accept(review, stranger)
    foreign = make_document(next(iter(stranger.memberships.all())).organization)
    for unknown in (foreign.pk, uuid4()):
        with pytest.raises(NotFound):
            decide_card(
                review.card.pk,
                author=auditor,
                version=1,
                verdict=Verdict.ACCEPT,
                document_id=unknown,
            )


@pytest.mark.parametrize("version", [0, -1, 9])
def test_only_no_version_at_all_decides_on_what_stands(
    review: Any, auditor: User, version: int
) -> None:
    with pytest.raises(Conflict):
        correct(review, auditor, {"debito": "1"}, version=version)

    decided = decide_card(
        review.card.pk,
        author=auditor,
        version=None,
        verdict=Verdict.CORRECT,
        corrections={"debito": "1"},
    )
    assert decided.version == 2
