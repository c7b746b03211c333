"""Two people, one card; two people, one export. Commits are real here."""

from typing import Any
from uuid import UUID

import pytest

from audits.exports.services import cleanup_batch, export_batch
from audits.models import Card, ClosingRecord, Decision, Export, Response, Verdict
from audits.services import decide_card, open_batch
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Run
from tests.data.at_once import at_once

THREADS = 6


@pytest.fixture
def people(make_people: Any) -> list[User]:
    found: list[User] = make_people(THREADS)
    return found


def open_cards(make_review: Any) -> tuple[UUID, list[UUID]]:
    with session(EVERY):
        review = make_review(Organization.objects.get())
        return review.batch.pk, [review.card.pk, review.lonely_card.pk]


def test_one_card_has_one_winner(people: list[User], make_review: Any) -> None:
    _, (card, _) = open_cards(make_review)

    def decide(user: User) -> int:
        fields = {"debito": user.email[6]}
        return decide_card(
            card, author=user, version=1, verdict=Verdict.CORRECT, corrections=fields
        ).version

    answers = at_once(decide, people)

    assert sorted(map(str, answers)) == ["2"] + ["card_changed"] * (THREADS - 1)
    with session(EVERY):
        decision = Decision.objects.get()
        assert Card.history.count() == Response.history.count() == 1
        assert Response.objects.get().corrected_value == decision.after["debito"]


def test_one_export_has_one_artefact(people: list[User], make_review: Any) -> None:
    batch, _ = open_cards(make_review)

    def export(user: User) -> bool:
        return export_batch(batch, requested_by=user, allow_pending=True)[1]

    answers = at_once(export, people)

    assert answers.count(True) == 1
    assert set(answers) <= {True, False, "export_in_progress"}
    with session(EVERY):
        assert Export.objects.count() == 1


def test_one_clean_up_leaves_one_record(people: list[User], make_review: Any) -> None:
    batch, _ = open_cards(make_review)
    export_batch(batch, requested_by=people[0], allow_pending=True)

    records = at_once(lambda user: cleanup_batch(batch, requested_by=user, confirm=True).pk, people)

    assert len(set(records)) == 1
    with session(EVERY):
        assert ClosingRecord.objects.count() == 1


def test_one_run_opens_one_batch(people: list[User], make_review: Any) -> None:
    batch, _ = open_cards(make_review)
    with session(EVERY):
        organization = Organization.objects.get()
        run_id = Run.objects.get().pk

    found = at_once(lambda user: open_batch(organization.pk, run_id), people)

    assert {opened.pk for opened in found} == {batch}
