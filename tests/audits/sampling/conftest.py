"""Four decided answer cards, and a second person."""

from collections.abc import Callable

import pytest

from audits.models import Batch, SecondReading, Verdict
from audits.sampling import draw_sample
from audits.services import decide_card
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from tests.data.file_batches import make_answers

ROWS = [("AB", "B", "C"), ("AC", "B", "C"), ("A", "", "C"), ("A", "F", "C")]
SAID = [{"q1": "A"}, {"q1": "C"}, {"q2": "UNMARKED"}, {"q2": "E", "q3": "D"}]


@pytest.fixture
def batch(organization: Organization, auditor: User) -> Batch:
    """Decided by the auditor, card by card."""
    batch = make_answers(organization, *ROWS)
    for card, corrections in zip(batch.cards.order_by("line"), SAID, strict=True):
        decide_card(
            card.pk, author=auditor, version=1, verdict=Verdict.CORRECT, corrections=corrections
        )
    batch.refresh_from_db()
    return batch


@pytest.fixture
def second(person: Callable[..., User], organization: Organization) -> User:
    return person(Role.AUDITOR, organization, name="Bruno Leite")


@pytest.fixture
def readings(batch: Batch, manager: User) -> list[SecondReading]:
    """All four cards drawn, in the order of their lines."""
    sample, _ = draw_sample(batch.pk, percent=100, seed=1, user=manager)
    return list(sample.readings.select_related("card").order_by("card__line"))
