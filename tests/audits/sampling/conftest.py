"""Four decided answer cards, and a second person."""

from collections.abc import Callable

import pytest

from audits.models import Batch, SecondReading, Verdict
from audits.sampling import draw_sample
from audits.services import decide_card
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from tests.conftest import company, make_person
from tests.data.file_batches import make_answers
from tests.data.ground import Layer, Made

ROWS = [("AB", "B", "C"), ("AC", "B", "C"), ("A", "", "C"), ("A", "F", "C")]
SAID = [{"q1": "A"}, {"q1": "C"}, {"q2": "UNMARKED"}, {"q2": "E", "q3": "D"}]


def read_once(below: Made) -> Made:
    """Decided by the auditor, card by card."""
    auditor = below.get("auditor") or make_person(Role.AUDITOR, below["organization"])
    batch = make_answers(below["organization"], *ROWS)
    for card, corrections in zip(batch.cards.order_by("line"), SAID, strict=True):
        decide_card(
            card.pk, author=auditor, version=1, verdict=Verdict.CORRECT, corrections=corrections
        )
    batch.refresh_from_db()
    return {"auditor": auditor, "batch": batch}


def drawn(below: Made) -> Made:
    """All four cards drawn, in the order of their lines."""
    manager = make_person(Role.MANAGER, below["organization"])
    sample, _ = draw_sample(below["batch"].pk, percent=100, seed=1, user=manager)
    readings = list(sample.readings.select_related("card").order_by("card__line"))
    return {"manager": manager, "readings": readings}


@pytest.fixture
def layers(request: pytest.FixtureRequest, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    if "readings" in request.fixturenames:
        return *(layers or (company,)), read_once, drawn
    return (*(layers or (company,)), read_once) if "batch" in request.fixturenames else layers


@pytest.fixture
def batch(standing: Made, organization: Organization) -> Batch:
    found: Batch = standing["batch"]
    return found


@pytest.fixture
def second(person: Callable[..., User], organization: Organization) -> User:
    return person(Role.AUDITOR, organization, name="Bruno Leite")


@pytest.fixture
def readings(standing: Made, batch: Batch, manager: User) -> list[SecondReading]:
    found: list[SecondReading] = standing["readings"]
    return found
