"""The demonstration does the whole main job, finds what was planted, and may be repeated."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from audits.demonstration.main_job import MainJob
from audits.models import Batch, Decision
from audits.opening_files import open_batch_from_file
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.access import RoleBackend
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, Transaction
from tests.data.answer_sheets import FIRST, results


@pytest.fixture
def data(committed: None, settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


def test_a_month_becomes_a_file_that_proves_itself(data: Path) -> None:
    told: list[str] = []

    summary = MainJob(tell=told.append).run()

    assert summary["planted"] == {"total": 12, "found": 12}
    assert (summary["documents"], summary["transactions"]) == (150, 170)
    assert summary["batch"]["cards"] == summary["batch"]["resolved"] > 20
    content = Path(summary["export"]["csv"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == summary["export"]["sha256"]
    call_command("verify_export", summary["export"]["manifest"])
    assert not any("NÃO" in line for line in told)
    check_printed_person(summary["login"])


def check_printed_person(login: dict[str, str]) -> None:
    """Whom the command names can log in."""
    user = RoleBackend().authenticate(None, username=login["email"], password=login["password"])

    assert user is not None
    assert set(user.roles.values()) == {"manager"}


def test_a_second_load_changes_nothing_and_leaves_others_work_to_them(data: Path) -> None:
    first = MainJob(tell=lambda line: None).run()
    again = MainJob(tell=lambda line: None).run()

    assert {**again, "seconds": 0} == {**first, "seconds": 0}
    with session(EVERY):
        counted = (Document.objects.count(), Transaction.objects.count(), Batch.objects.count())
        assert Decision.objects.count() == first["batch"]["cards"]
    assert counted == (150, 170, 1)
    check_own_batch_waits()


def check_own_batch_waits() -> None:
    """What somebody opened in the demonstration is not decided for them."""
    with session(EVERY):
        organization = Organization.objects.get()
    own, _ = open_batch_from_file(
        organization.pk, [results(FIRST)], filename="r.csv", layout="omr", opened_by=None
    )

    assert MainJob(tell=lambda line: None).run()["batch"]["cards"] > 1
    with session(EVERY):
        own.refresh_from_db()
    assert own.status == "pending"
