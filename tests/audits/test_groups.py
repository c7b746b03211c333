"""A card whose payment settles several notes: one candidate with its notes, decided as one."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from audits.models import Card, CardStatus, Verdict
from audits.screens.review_cards import address
from audits.screens.review_match import match_of
from audits.services import decide_card, open_batch, reopen_card, undo_decision
from conciliacontag.errors import Conflict, NotFound
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document
from reconciliation.models import Reconciliation, Run
from tests.data.desk_months import make_proposed_group
from tests.data.links import make_booking
from tests.data.rows import make_document

TOTALS = [Decimal("1200.00"), Decimal("340.00"), Decimal("60.00")]


@pytest.fixture
def card(organization: Organization, finished: Callable[[Organization], Run]) -> Card:
    """The card of a payment of 1,600.00 for which three notes are proposed together, then one."""
    run = finished(organization)
    line = make_proposed_group(organization, 0)
    single = make_document(organization, "1600.00", number=9001)
    make_booking(line, single, "1600.00", status="partial", score=Decimal(40))
    assert open_batch(organization.pk, run.pk) is not None
    return Card.objects.get(transaction=line)


def accept(card: Card, author: User, version: int = 1, **named: Any) -> Card:
    named = named or {"link": UUID(card.candidates[0]["link"])}
    return decide_card(card.pk, author=author, version=version, verdict=Verdict.ACCEPT, **named)


def booked() -> list[Decimal]:
    rows = Reconciliation.objects.matched()
    return sorted(rows.values_list("amount", flat=True), reverse=True)


def shown(card: Card) -> dict[str, str | None]:
    return dict(card.responses.values_list("field", "corrected_value"))


def test_a_group_is_one_candidate_with_its_notes_inside(card: Card) -> None:
    group, single = card.candidates

    assert sorted(Decimal(note["total_amount"]) for note in group["documents"]) == sorted(TOTALS)
    assert (group["amount"], group["total_amount"], group["score"]) == (
        "1600.00",
        "1600.00",
        "82.00",
    )
    assert "documents" not in single
    assert card.raw_answers["documento"] == group["key"]
    assert set(group["key"].split("+")) == {note["key"] for note in group["documents"]}


def test_the_page_tells_its_sum_and_each_note(card: Card) -> None:
    group, single = match_of(card)["choices"]

    assert (group.title, len(group.notes), group.rest) == (
        "3 notas juntas",
        3,
        "sobra R$\u00a00,00",
    )
    assert group.equation.startswith("R$\u00a01.600,00 = NF ")
    assert group.equation.count(" + NF ") == 2
    assert group.value == f"group|{card.candidates[0]['link']}"
    assert (single.title, single.notes) == ("NF 9001", [])


def test_a_difference_has_its_name(card: Card) -> None:
    note = card.candidates[0]["documents"][0]
    note |= {"amount": "1100.00", "difference": "-100.00", "difference_kind": "withheld"}
    assert card.transaction is not None
    card.transaction.amount = Decimal("1500.00")
    group = match_of(card)["choices"][0]

    assert group.equation.endswith(" − R$\u00a0100,00 de imposto retido")
    assert group.rest == "sobra R$\u00a00,00"


def test_one_answer_books_all_of_it(card: Card, auditor: User) -> None:
    decided = accept(card, auditor)

    assert booked() == TOTALS
    assert len(set(Reconciliation.objects.matched().values_list("link", flat=True))) == 1
    assert decided.status == CardStatus.RESOLVED
    assert shown(decided)["situacao"] == "conciliado"
    numbers = [note["number"] for note in card.candidates[0]["documents"]]
    assert decided.raw_answers["numero"] == " + ".join(numbers)


def test_the_same_answer_again_changes_nothing(card: Card, auditor: User) -> None:
    first, again = accept(card, auditor), accept(card, auditor)

    assert (first.version, again.version) == (2, 2)
    assert booked() == TOTALS


def test_reopening_and_undoing_take_all_of_it_back(card: Card, auditor: User) -> None:
    accept(card, auditor)
    reopen_card(card.pk, author=auditor, version=2)
    assert booked() == []
    undo_decision(card.pk, author=auditor, version=3)
    assert booked() == TOTALS

    undo_decision(card.pk, author=auditor, version=4)
    assert booked() == []
    assert Card.objects.get(pk=card.pk).status == CardStatus.PENDING


def test_another_answer_over_it_and_back(card: Card, manager: User) -> None:
    accept(card, manager)
    accept(card, manager, 2, document_id=UUID(card.candidates[1]["document_id"]))
    assert booked() == [Decimal("1600.00")]

    undo_decision(card.pk, author=manager, version=3)
    assert booked() == TOTALS


def test_a_run_that_proposes_no_such_group_any_more_does_not_hinder_it(
    card: Card, auditor: User
) -> None:
    Reconciliation.objects.filter(transaction=card.transaction).delete()
    accept(card, auditor)

    assert booked() == TOTALS


def test_one_note_of_it_may_be_accepted_alone(card: Card, auditor: User) -> None:
    note = card.candidates[0]["documents"][1]
    decided = accept(card, auditor, document_id=UUID(note["document_id"]))

    keys = Reconciliation.objects.matched().values_list("document__key", flat=True)
    assert list(keys) == [note["key"]]
    assert shown(decided)["documento"] == note["key"]


def test_a_cancelled_note_and_an_unknown_group_are_refused(card: Card, auditor: User) -> None:
    with pytest.raises(NotFound):
        accept(card, auditor, link=card.pk)
    Document.objects.filter(key=card.candidates[0]["documents"][0]["key"]).update(
        fiscal_status="cancelled"
    )
    with pytest.raises(NotFound):
        accept(card, auditor)
    assert booked() == []


def test_what_was_taken_meanwhile_is_told(card: Card, auditor: User) -> None:
    note = Document.objects.get(key=card.candidates[0]["documents"][0]["key"])
    other = make_proposed_group(card.organization, 1)
    make_booking(other, note, str(note.total_amount), performed_by=auditor)

    with pytest.raises(Conflict) as refused:
        accept(card, auditor)
    assert refused.value.code == "document_already_reconciled"


def test_fields_alone_that_say_reconciled_accept_the_group(card: Card, auditor: User) -> None:
    said = {"situacao": "conciliado", "debito": "101"}
    decide_card(card.pk, author=auditor, version=1, verdict=Verdict.CORRECT, corrections=said)

    assert booked() == TOTALS


def test_by_program_and_on_the_page_it_is_accepted_by_its_link(
    card: Card, auditor: User, api: Callable[..., Client], screen: Callable[[User], Client]
) -> None:
    html = screen(auditor).get(address(card)).content.decode()
    assert html.count("<li>NF ") == 3
    said = {"version": 1, "verdict": "accept", "link": card.candidates[0]["link"]}
    answer = api(auditor).post(
        f"/v1/audits/{card.pk}/decision", json.dumps(said), content_type="application/json"
    )

    assert answer.status_code == 200
    assert booked() == TOTALS
