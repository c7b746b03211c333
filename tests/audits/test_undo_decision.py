"""Decisions are taken back one by one, values and state with them."""

from typing import Any

import pytest

from audits.exports.services import cleanup_batch, export_batch
from audits.models import Batch, BatchStatus, Card, CardStatus, Decision, Response, Verdict
from audits.services import decide_card, note_card, reopen_card, skip_card, undo_decision
from conciliacontag.errors import Conflict, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, User
from ingestion.models import Document
from reconciliation.models import Reconciliation
from reconciliation.services import confirm_match


def correct(card: Card, author: User, version: int, **fields: str) -> Card:
    return decide_card(
        card.pk, author=author, version=version, verdict=Verdict.CORRECT, corrections=fields
    )


def values(card: Card) -> dict[str, str | None]:
    rows = card.responses.exclude(corrected_value=None)
    return dict(rows.values_list("field", "corrected_value"))


def booked(review: Any) -> Document | None:
    row = Reconciliation.objects.matched().filter(transaction=review.doubtful).first()
    return row.document if row else None


@pytest.fixture
def card(answers: Batch) -> Card:
    return answers.cards.get(line=1)


def test_undoing_goes_back_step_by_step(card: Card, auditor: User) -> None:
    correct(card, auditor, 1, q1="A")
    correct(card, auditor, 2, q1="B", q2="C")
    decide_card(card.pk, author=auditor, version=3, verdict=Verdict.AS_READ)
    seen = []
    for version in (4, 5, 6):
        undone = undo_decision(card.pk, author=auditor, version=version)
        seen.append((values(undone), undone.status, undone.version))

    assert seen == [
        ({"q1": "B", "q2": "C"}, CardStatus.RESOLVED, 5),
        ({"q1": "A"}, CardStatus.RESOLVED, 6),
        ({}, CardStatus.PENDING, 7),
    ]


def test_beyond_the_first_decision_there_is_nothing_to_undo(card: Card, auditor: User) -> None:
    correct(card, auditor, 1, q1="A")
    undo_decision(card.pk, author=auditor, version=2)

    with pytest.raises(Conflict) as refused:
        undo_decision(card.pk, author=auditor, version=3)
    assert refused.value.code == "nothing_to_undo"


def test_the_same_undo_again_changes_nothing(card: Card, auditor: User) -> None:
    correct(card, auditor, 1, q1="A")
    undo_decision(card.pk, author=auditor, version=2)
    again = undo_decision(card.pk, author=auditor, version=2)

    assert (again.version, Decision.objects.filter(verdict=Verdict.UNDO).count()) == (3, 1)


def test_an_undo_is_a_decision_of_its_own(card: Card, auditor: User) -> None:
    correct(card, auditor, 1, q1="A")
    undo_decision(card.pk, author=auditor, version=2, note="troquei de cartão")
    first, second = Decision.objects.all()

    assert (second.undoes, second.status_before) == (first.pk, CardStatus.RESOLVED)
    assert (second.before, second.after) == ({"q1": "A"}, {"q1": "AB"})
    assert (first.status_before, first.after) == (CardStatus.PENDING, {"q1": "A"})
    assert AuditLog.objects.filter(action="card.undone").count() == 1


def test_a_reopening_is_undone_like_a_decision(card: Card, auditor: User) -> None:
    correct(card, auditor, 1, q1="A")
    reopen_card(card.pk, author=auditor, version=2)
    undone = undo_decision(card.pk, author=auditor, version=3)

    assert (undone.status, values(undone)) == (CardStatus.RESOLVED, {"q1": "A"})


def test_what_was_decided_anew_is_undone_before_what_stood_earlier(
    card: Card, auditor: User
) -> None:
    correct(card, auditor, 1, q1="A")
    correct(card, auditor, 2, q1="B")
    undo_decision(card.pk, author=auditor, version=3)
    correct(card, auditor, 4, q1="C")
    first = undo_decision(card.pk, author=auditor, version=5)
    said = values(first)
    second = undo_decision(card.pk, author=auditor, version=6)

    assert (said, values(second), second.status) == ({"q1": "A"}, {}, CardStatus.PENDING)


def test_notes_and_skips_stay_and_are_in_nobodys_way(
    card: Card, auditor: User, manager: User
) -> None:
    skip_card(card.pk, author=manager)
    correct(card, auditor, 1, q1="A")
    note_card(card.pk, author=manager, version=2, note="ver com a escola")
    undone = undo_decision(card.pk, author=auditor, version=3)

    assert (undone.status, undone.note) == (CardStatus.PENDING, "ver com a escola")


def test_the_note_of_an_undone_decision_goes_with_it(card: Card, auditor: User) -> None:
    decide_card(card.pk, author=auditor, version=1, verdict=Verdict.AS_READ, note="confere")
    undone = undo_decision(card.pk, author=auditor, version=2)

    assert undone.note == ""


def test_a_stale_undo_is_refused(card: Card, auditor: User) -> None:
    correct(card, auditor, 1, q1="A")

    with pytest.raises(Conflict) as refused:
        undo_decision(card.pk, author=auditor, version=1)
    assert refused.value.code == "card_changed"


def test_only_ones_own_decision_without_the_right_to_reopen(
    card: Card, auditor: User, manager: User, person: Any
) -> None:
    correct(card, auditor, 1, q1="A")
    colleague = person("auditor", card.organization)

    with pytest.raises(NotAllowed):
        undo_decision(card.pk, author=colleague, version=2)
    assert undo_decision(card.pk, author=manager, version=2).status == CardStatus.PENDING


def test_undoing_opens_the_next_revision(card: Card, answers: Batch, auditor: User) -> None:
    correct(card, auditor, 1, q1="A")
    export_batch(answers.pk, requested_by=auditor, allow_pending=True)
    undo_decision(card.pk, author=auditor, version=2)
    answers.refresh_from_db()

    assert (answers.revision, answers.status) == (2, BatchStatus.IN_REVIEW)


def test_nothing_is_undone_after_the_clean_up(
    card: Card, answers: Batch, auditor: User, manager: User
) -> None:
    correct(card, auditor, 1, q1="A")
    export_batch(answers.pk, requested_by=auditor, allow_pending=True)
    cleanup_batch(answers.pk, requested_by=manager, confirm=True)

    with pytest.raises(NotFound):
        undo_decision(card.pk, author=auditor, version=2)


def test_undoing_an_acceptance_takes_the_match_back(reviewed: Any, auditor: User) -> None:
    undone = undo_decision(reviewed.card.pk, author=auditor, version=2)

    assert (booked(reviewed), undone.status, values(undone)) == (None, CardStatus.PENDING, {})


def test_the_match_of_the_decision_before_is_booked_again(reviewed: Any, auditor: User) -> None:
    decide_card(
        reviewed.card.pk,
        author=auditor,
        version=2,
        verdict=Verdict.ACCEPT,
        document_id=reviewed.documents[1].pk,
    )
    undone = undo_decision(reviewed.card.pk, author=auditor, version=3)

    assert booked(reviewed) == reviewed.documents[0]
    assert Response.objects.get(card=undone, field="situacao").corrected_value == "conciliado"


def test_a_reopened_match_is_booked_again(reviewed: Any, auditor: User) -> None:
    reopen_card(reviewed.card.pk, author=auditor, version=2)
    undo_decision(reviewed.card.pk, author=auditor, version=3)

    assert booked(reviewed) == reviewed.documents[0]


def test_a_line_without_note_is_so_again(reviewed: Any, auditor: User) -> None:
    reopen_card(reviewed.lonely_card.pk, author=auditor, version=2)
    undone = undo_decision(reviewed.lonely_card.pk, author=auditor, version=3)

    row = Reconciliation.objects.get(transaction=reviewed.lonely)
    assert (row.status, row.performed_by) == ("unmatched", auditor)
    assert values(undone)["situacao"] == "sem nota"


def test_a_booking_that_cannot_be_made_again_changes_nothing(reviewed: Any, auditor: User) -> None:
    reopen_card(reviewed.card.pk, author=auditor, version=2)
    Document.objects.filter(pk=reviewed.documents[0].pk).update(fiscal_status="cancelled")

    with pytest.raises(Conflict) as refused:
        undo_decision(reviewed.card.pk, author=auditor, version=3)
    reviewed.card.refresh_from_db()
    assert refused.value.code == "undo_impossible"
    assert (reviewed.card.version, booked(reviewed)) == (3, None)
    assert Decision.objects.filter(verdict=Verdict.UNDO).count() == 0


def test_a_match_that_somebody_changed_elsewhere_is_left_alone(
    reviewed: Any, auditor: User
) -> None:
    row = Reconciliation.objects.matched().get(transaction=reviewed.doubtful)
    Reconciliation.objects.filter(pk=row.pk).update(document=reviewed.documents[1])

    with pytest.raises(Conflict) as refused:
        undo_decision(reviewed.card.pk, author=auditor, version=2)
    assert refused.value.code == "match_changed"


def test_ones_own_decision_is_undone_whoever_booked_its_match_again(
    reviewed: Any, auditor: User, manager: User
) -> None:
    accepted: dict[str, Any] = {"verdict": Verdict.ACCEPT, "document_id": reviewed.documents[1].pk}
    decide_card(reviewed.card.pk, author=auditor, version=2, **accepted)
    undo_decision(reviewed.card.pk, author=manager, version=3)
    reopened = reopen_card(reviewed.card.pk, author=auditor, version=4)
    assert (booked(reviewed), reopened.status) == (None, CardStatus.REOPENED)
    undo_decision(reviewed.card.pk, author=manager, version=5)
    undone = undo_decision(reviewed.card.pk, author=auditor, version=6)

    assert (booked(reviewed), undone.status) == (None, CardStatus.PENDING)


def test_what_another_booked_on_the_desk_asks_for_its_own_right(
    review: Any, auditor: User, manager: User
) -> None:
    pair = Reconciliation.objects.get(transaction=review.doubtful, document=review.documents[0])
    confirm_match(pair, user=manager)

    with pytest.raises(NotAllowed):
        correct(review.card, auditor, 1, documento="")
    assert booked(review) == review.documents[0]
