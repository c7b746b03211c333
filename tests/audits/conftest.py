"""A batch with one card that has two candidates and one card that has none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from audits.models import Batch, Card, Verdict
from audits.services import decide_card, open_batch
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, Transaction
from reconciliation.models import Run
from reconciliation.services import execute_run, start_run
from tests.conftest import company, make_organization, make_person
from tests.data.file_batches import make_answers
from tests.data.ground import Layer, Made
from tests.data.rows import make_doubt, make_transaction


@dataclass
class Review:
    """What the tests of this folder talk about."""

    batch: Batch
    documents: list[Document]
    doubtful: Transaction
    lonely: Transaction

    @property
    def card(self) -> Card:
        """The card with candidates."""
        return Card.objects.get(transaction=self.doubtful)

    @property
    def lonely_card(self) -> Card:
        return Card.objects.get(transaction=self.lonely)


def finished_run(organization: Organization) -> Run:
    run, _ = start_run(organization, requested_by=None)
    execute_run(organization.pk, run.pk)
    run.refresh_from_db()
    return run


def open_review(organization: Organization) -> Review:
    documents, doubtful = make_doubt(organization)
    lonely = make_transaction(organization, "-77.10", memo="TARIFA")
    batch = open_batch(organization.pk, finished_run(organization).pk)
    assert batch is not None
    return Review(batch, documents, doubtful, lonely)


def opened(below: Made) -> Made:
    return {"review": open_review(below["organization"])}


def decided(below: Made) -> Made:
    """Both cards decided: a document accepted, a line without note."""
    review, auditor = below["review"], make_person(Role.AUDITOR, below["organization"])
    accepted: dict[str, Any] = {"verdict": Verdict.ACCEPT, "document_id": review.documents[0].pk}
    note = "confirmado por telefone"
    decide_card(review.card.pk, author=auditor, version=1, note=note, **accepted)
    decide_card(review.lonely_card.pk, author=auditor, version=1, verdict=Verdict.NO_DOCUMENT)
    review.batch.refresh_from_db()
    return {"review": review, "auditor": auditor}


@pytest.fixture
def layers(request: pytest.FixtureRequest) -> tuple[Layer, ...]:
    if "reviewed" in request.fixturenames:
        return company, opened, decided
    return (company, opened) if "review" in request.fixturenames else ()


@pytest.fixture
def review(standing: Made, organization: Organization) -> Review:
    return standing.get("review") or open_review(organization)


@pytest.fixture
def make_review() -> Callable[[Organization], Review]:
    return open_review


@pytest.fixture
def finished() -> Callable[[Organization], Run]:
    return finished_run


@pytest.fixture
def reviewed(standing: Made, organization: Organization) -> Review:
    """The review with both cards decided by the auditor."""
    found: Review = standing["review"]
    return found


@pytest.fixture
def answers(organization: Organization) -> Batch:
    """Four answer cards of a file: two of them raise the same doubts, one is in order."""
    return make_answers(
        organization, ("AB", "", "C"), ("AB", "", "D"), ("A", "B", "C"), ("A", "F", "C")
    )


@pytest.fixture
def make_people(committed: None) -> Callable[[int], list[User]]:
    """Managers of one organization, in a database whose commits are real."""

    def make(count: int) -> list[User]:
        with session(EVERY):
            organization = make_organization("Padaria Aurora Ltda", 1)
            users = [
                User.objects.create(email=f"pessoa{number}@exemplo.com.br", name=f"Pessoa {number}")
                for number in range(count)
            ]
            for user in users:
                Membership.objects.create(user=user, organization=organization, role="manager")
                user.roles = {organization.pk: "manager"}
        return users

    return make
