"""Files and rows leave; the trail and one closing record stay."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from audits.exports.cleanup import carry_out_removals
from audits.exports.services import cleanup_batch, export_batch
from audits.models import Batch, Card, ClosingRecord, Decision, Export, Removal, Response
from audits.sweeping import runs_without_batch
from conciliacontag.errors import Conflict, InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, User


def stored_files() -> list[Path]:
    return [path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file()]


@pytest.fixture
def exported(reviewed: Any, operator: User) -> Any:
    export_batch(reviewed.batch.pk, requested_by=operator)
    return reviewed


def test_without_confirmation_nothing_is_removed(exported: Any, manager: User) -> None:
    before = stored_files()
    with pytest.raises(InvalidInput) as refused:
        cleanup_batch(exported.batch.pk, requested_by=manager, confirm=False)

    assert (refused.value.status, refused.value.code) == (400, "confirmation_required")
    assert stored_files() == before
    assert Batch.objects.exists()


def test_only_an_exported_batch_is_cleaned(reviewed: Any, manager: User) -> None:
    with pytest.raises(Conflict) as refused:
        cleanup_batch(reviewed.batch.pk, requested_by=manager, confirm=True)

    assert (refused.value.status, refused.value.code) == (409, "not_exported")


def test_rows_and_files_leave(exported: Any, manager: User) -> None:
    closing = cleanup_batch(exported.batch.pk, requested_by=manager, confirm=True)
    carry_out_removals()

    assert not any(model.objects.exists() for model in (Batch, Card, Response, Export, Removal))
    assert list(Path(settings.FILES_ROOT).iterdir()) == []
    assert len(closing.removed) == 3
    assert closing.counts == {
        "rows": 2,
        "cards": 2,
        "responses": 2,
        "images": 0,
        "exports": 1,
        "samples": 0,
        "second_readings": 0,
        "decisions": 2,
        "history": 4,
        "revisions": 1,
        "sampling": [],
    }


def test_the_trail_stays(exported: Any, manager: User) -> None:
    history = Card.history.count(), Response.history.count(), Decision.objects.count()
    manifest = Export.objects.get().manifest
    closing = cleanup_batch(exported.batch.pk, requested_by=manager, confirm=True)

    assert (Card.history.count(), Response.history.count(), Decision.objects.count()) == history
    assert closing.manifest == manifest
    assert AuditLog.objects.filter(action="batch.cleaned").count() == 1


def test_the_second_call_answers_the_first_record(exported: Any, manager: User) -> None:
    first = cleanup_batch(exported.batch.pk, requested_by=manager, confirm=True)
    again = cleanup_batch(exported.batch.pk, requested_by=manager, confirm=True)

    assert again == first
    assert ClosingRecord.objects.count() == 1


def test_files_leave_after_the_commit(
    exported: Any, manager: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        cleanup_batch(exported.batch.pk, requested_by=manager, confirm=True)
        assert len(stored_files()) == 3

    assert stored_files() == []
    assert not Removal.objects.exists()


def test_a_cleaned_run_opens_no_second_batch(exported: Any, manager: User) -> None:
    cleanup_batch(exported.batch.pk, requested_by=manager, confirm=True)

    assert runs_without_batch() == []


def test_roles_and_strangers(exported: Any, operator: User, stranger: User, manager: User) -> None:
    with pytest.raises(NotAllowed):
        cleanup_batch(exported.batch.pk, requested_by=operator, confirm=True)
    for batch_id, user in ((exported.batch.pk, stranger), (uuid4(), manager)):
        with pytest.raises(NotFound):
            cleanup_batch(batch_id, requested_by=user, confirm=True)
