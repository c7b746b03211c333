"""What one answer for many cards writes: as much as single ones would, in a handful of queries."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audits.deciding import together as module
from audits.deciding.sheets import CardCorrection, apply_sheet
from audits.models import Batch, BatchStatus, Card, CardStatus, Decision, Export, Verdict
from audits.services import decide_alike, decide_card, note_card
from conciliacontag.errors import Busy, NotFound
from conciliacontag.organizations.audit_log import broken_links
from conciliacontag.organizations.models import AuditLog, Organization, User
from reconciliation.models import Reconciliation
from tests.data.file_batches import make_answers
from tests.data.rows import make_document, make_transaction


def said(cards: Sequence[Card], note: str = "") -> list[CardCorrection]:
    return [CardCorrection(one.pk, one.line, one.version, {"q1": "A"}, note) for one in cards]


@pytest.fixture
def batch(organization: Organization) -> Batch:
    return make_answers(organization, *[("AB", "B", "C")] * 12)


@pytest.fixture
def cards(batch: Batch) -> list[Card]:
    return list(batch.cards.order_by("line"))


def queries_of(batch_id: UUID, corrections: list[CardCorrection], author: User) -> int:
    with CaptureQueriesContext(connection) as found:
        apply_sheet(batch_id, corrections, author=author)
    return len(found)


def documents_of(card: Card) -> Sequence[UUID | None]:
    rows = Reconciliation.objects.filter(transaction=card.transaction_id)
    return list(rows.values_list("document_id", flat=True))


def test_ten_cards_cost_no_more_queries_than_one(
    batch: Batch, cards: list[Card], auditor: User
) -> None:
    one = queries_of(batch.pk, said(cards[:1]), auditor)
    ten = queries_of(batch.pk, said(cards[1:11]), auditor)

    assert ten <= one
    assert batch.cards.filter(status=CardStatus.RESOLVED).count() == 11


def test_each_card_keeps_its_trail(batch: Batch, cards: list[Card], auditor: User) -> None:
    apply_sheet(batch.pk, said(cards, "borrão"), author=auditor)
    card = batch.cards.get(line=7)
    (answer,) = card.responses.all()
    (state,), (change,) = card.history.all(), answer.history.all()

    assert (card.status, card.version, card.note) == (CardStatus.RESOLVED, 2, "borrão")
    assert (answer.read_value, answer.corrected_value) == ("AB", "A")
    assert (state.history_type, state.history_user, state.version) == ("~", auditor, 2)
    assert (change.history_type, change.history_change_reason) == ("+", "borrão")
    assert AuditLog.objects.filter(action="card.decided").count() == 12
    assert list(broken_links(batch.organization)) == []


def test_the_batch_is_ready_after_the_last(batch: Batch, cards: list[Card], auditor: User) -> None:
    apply_sheet(batch.pk, said(cards), author=auditor)
    batch.refresh_from_db()

    assert batch.status == BatchStatus.READY


def test_one_number_joins_what_was_decided_at_once(
    batch: Batch, cards: list[Card], auditor: User
) -> None:
    decide_card(cards[0].pk, author=auditor, version=1, verdict=Verdict.AS_READ)
    alone = apply_sheet(batch.pk, said(cards[1:2]), author=auditor)
    outcome = decide_alike(
        cards[2].pk, author=auditor, version=1, verdict=Verdict.CORRECT, corrections={"q1": "B"}
    )
    numbers = Decision.objects.order_by("line").values_list("together", flat=True)

    assert (alone.together, len(outcome.decided)) == (None, 10)
    assert list(numbers) == [None, None, *[outcome.together] * 10]


def test_cards_are_decided_in_portions(
    batch: Batch, cards: list[Card], auditor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 5)
    note_card(cards[6].pk, author=auditor, version=1, note="ver")
    outcome = apply_sheet(batch.pk, said(cards), author=auditor)

    assert [card.line for card in outcome.decided] == [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12]
    assert [(one.card.line, one.code) for one in outcome.refused] == [(7, "card_changed")]


def test_nothing_is_decided_while_the_batch_is_exported(
    batch: Batch, cards: list[Card], auditor: User
) -> None:
    Export.objects.create(
        organization=batch.organization,
        batch=batch,
        revision=1,
        requested_by=auditor,
        locked_until=timezone.now() + timedelta(seconds=60),
    )
    with pytest.raises(Busy):
        apply_sheet(batch.pk, said(cards), author=auditor)

    assert not Decision.objects.exists()


def test_cards_of_another_batch_or_organization_are_out_of_reach(
    batch: Batch, cards: list[Card], auditor: User, stranger: User, organization: Organization
) -> None:
    other = make_answers(organization, ("AB", "", "D"), name="Outro lote")
    outcome = apply_sheet(other.pk, said(cards[:2]), author=auditor)
    with pytest.raises(NotFound):
        apply_sheet(batch.pk, said(cards), author=stranger)

    assert [(one.card.line, one.code) for one in outcome.refused] == [
        (1, "not_found"),
        (2, "not_found"),
    ]
    assert not Decision.objects.exists()


def test_half_a_booking_of_a_line_that_refuses_is_taken_back(
    organization: Organization, auditor: User, make_review: Any
) -> None:
    for _ in range(2):
        make_transaction(organization, "-77.10", memo="TARIFA MENSAL")
    review = make_review(organization)
    document = make_document(organization, "50.00")
    lines = list(Card.objects.filter(transaction__memo="TARIFA MENSAL").order_by("line"))
    fields = {"documento": document.key}
    sheet = [CardCorrection(one.pk, one.line, 1, fields, "") for one in lines]
    outcome = apply_sheet(review.batch.pk, sheet, author=auditor)

    assert outcome.decided == lines[:1]
    assert [one.code for one in outcome.refused] == ["document_already_reconciled"]
    assert documents_of(lines[1]) == [None]
