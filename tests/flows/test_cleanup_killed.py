"""A clean-up that is killed between two files is finished by the sweep, and leaves nothing."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from audits.exports.removals import MOST_AT_ONCE, carry_out_removals
from audits.exports.services import cleanup_batch, export_batch
from audits.models import Batch, Card, ClosingRecord, Decision, Evidence, Removal, Verdict
from audits.services import decide_card
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import AuditLog, Membership, Organization, User
from conciliacontag.storage import object_key, stored_keys
from tests.conftest import make_organization
from tests.data.answer_sheets import png
from tests.data.file_batches import make_answers
from tests.data.killing import kill_after, start

IMAGES = 1_000  # enough of them to be caught between two
FEW = 20


@pytest.fixture
def manager(committed: None) -> User:
    with session(EVERY):
        organization = make_organization("Colégio Aurora Ltda", 1)
        user = User.objects.create(email="bruno@exemplo.com.br", name="Bruno")
        Membership.objects.create(user=user, organization=organization, role="manager")
    user.roles = {organization.pk: "manager"}
    return user


def with_images(organization: Organization, count: int) -> Batch:
    """A batch with one decided card and so many images that came one by one."""
    batch = make_answers(organization, ("AB", "A", "C"))
    keys = [object_key(organization.pk, f"{number}.png") for number in range(count)]
    for key in keys:
        path = Path(settings.FILES_ROOT, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png())
    Evidence.objects.bulk_create(
        Evidence(
            organization=organization,
            batch=batch,
            name=f"{number}.png",
            storage_path=key,
            size=len(png()),
        )
        for number, key in enumerate(keys)
    )
    return batch


def exported(manager: User, images: int) -> Batch:
    with session(EVERY):
        batch = with_images(Organization.objects.get(), images)
        card = batch.cards.get().pk
    said: dict[str, Any] = {"version": 1, "verdict": Verdict.CORRECT, "corrections": {"q1": "B"}}
    decide_card(card, author=manager, **said)
    export_batch(batch.pk, requested_by=manager)
    return batch


def named(batch: Batch, user: User) -> list[str]:
    return ["--batch", str(batch.pk), "--user", user.email, "--yes"]


def removed_of(before: int) -> int:
    return before - sum(1 for _ in stored_keys())


def test_a_killed_clean_up_is_finished_by_the_next_run(manager: User, tmp_path: Path) -> None:
    batch = exported(manager, IMAGES)
    before = sum(1 for _ in stored_keys())
    assert before == IMAGES + 3

    process = start(["-m", "django", "cleanup_batches", *named(batch, manager)], tmp_path)
    assert 0 < kill_after(1, lambda: removed_of(before), process) < before

    with session(EVERY):
        assert not Batch.objects.exists() and not Card.objects.exists()
        assert ClosingRecord.objects.get().counts["images"] == IMAGES
        assert Removal.objects.exists()
    again = cleanup_batch(batch.pk, requested_by=manager, confirm=True)
    while carry_out_removals() == MOST_AT_ONCE:
        pass

    assert list(stored_keys()) == [] == list(Path(settings.FILES_ROOT).iterdir())
    assert len(again.removed) == before
    with session(EVERY):
        assert not Removal.objects.exists()
        assert Decision.objects.count() == ClosingRecord.objects.count() == 1
        assert AuditLog.objects.filter(action="batch.cleaned").count() == 1


def waiting_to_delete() -> int:
    """How many backends wait for a row of evidence that somebody else holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND query LIKE 'DELETE FROM audits_evidence%'"
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def test_one_killed_before_its_commit_has_done_nothing(manager: User, tmp_path: Path) -> None:
    batch = exported(manager, FEW)
    before = set(stored_keys())
    with session(EVERY):
        rows = Evidence.objects.count(), Card.objects.count()

    with session(EVERY):
        # The record is written and the removals are promised when it comes to this row.
        Evidence.objects.select_for_update().order_by("-pk")[0]
        process = start(["-m", "django", "cleanup_batches", *named(batch, manager)], tmp_path)
        assert kill_after(1, waiting_to_delete, process) == 1

    with session(EVERY):
        assert (Evidence.objects.count(), Card.objects.count()) == rows
        assert not ClosingRecord.objects.exists() and not Removal.objects.exists()
    assert set(stored_keys()) == before
