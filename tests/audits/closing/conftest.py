"""Three batches of one reading, which share the package of their sheets."""

from collections.abc import Callable
from typing import Any

import pytest

from audits.exports.services import export_batch
from audits.models import Batch
from audits.opening_files import open_batches
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from tests.conftest import company, make_person
from tests.data.answer_sheets import FIRST, package, png, results, sheet
from tests.data.ground import Layer, Made

RUN = {
    "Results/Results_01PM.csv": results(FIRST, sheet("limpo.png", "A", "B")),
    "Manual/MultiMarkedFiles.csv": results(sheet("dupla.png", "A", "MULTI", score="NA")),
    "Manual/ErrorFiles.csv": results(sheet("erro.png", "A", "B", score="NA")),
    "CheckedOMRs/file1.png": png(1),
    "CheckedOMRs/dupla.png": png(2),
    "CheckedOMRs/erro.png": png(3),
}


def open_reading(organization: Organization, user: User, without: str = "-") -> list[Batch]:
    members = {name: content for name, content in RUN.items() if not name.startswith(without)}
    sent: dict[str, Any] = {
        "filename": "prova.zip",
        "layout": "omr",
        "opened_by": user,
        "name": "Prova",
    }
    found = open_batches(organization.pk, [package(members)], **sent)
    return [batch for batch, _ in found]


def export_all(batches: list[Batch], user: User) -> None:
    for batch in batches:
        export_batch(batch.pk, requested_by=user, allow_pending=True)


@pytest.fixture
def open_all() -> Callable[..., list[Batch]]:
    return open_reading


def read(below: Made) -> Made:
    manager = make_person(Role.MANAGER, below["organization"])
    batches = open_reading(below["organization"], manager)
    export_all(batches, manager)
    return {"manager": manager, "reading": batches}


@pytest.fixture
def layers(request: pytest.FixtureRequest, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    return (company, read) if "reading" in request.fixturenames else layers


@pytest.fixture
def reading(standing: Made, organization: Organization) -> list[Batch]:
    batches: list[Batch] = standing["reading"]
    return batches
