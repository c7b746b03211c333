"""Export and clean-up cut at every effect, then asked for again: the end is always the same."""

from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from audits.exports.cleanup import carry_out_removals
from audits.exports.services import cleanup_batch, export_batch
from audits.models import Batch, Card, ClosingRecord, Decision, Export, Removal, Verdict
from audits.services import decide_card
from audits.sweeping import close_dead_exports
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import AuditLog, Membership, Organization, User
from conciliacontag.storage import open_stored
from tests.conftest import make_organization
from tests.data.faults import failing

MOST_EFFECTS = 60
Review = Any


@pytest.fixture
def manager(committed: None) -> User:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        user = User.objects.create(email="bruno@exemplo.com.br", name="Bruno")
        Membership.objects.create(user=user, organization=organization, role="manager")
    user.roles = {organization.pk: "manager"}
    return user


def decided(make_review: Any, manager: User) -> Review:
    with session(EVERY):
        review = make_review(Organization.objects.get())
        cards = [review.card.pk, review.lonely_card.pk]
    for card in cards:
        decide_card(card, author=manager, version=1, verdict=Verdict.NO_DOCUMENT)
    return review


def stored_files() -> set[str]:
    root = Path(settings.FILES_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def later() -> Any:
    """When every lease and every grace has passed."""
    return time_machine.travel(timezone.now() + timedelta(hours=2), tick=True)


def acts(action: str) -> int:
    return AuditLog.objects.filter(action=action).count()


def forget_export(review: Review) -> None:
    with session(EVERY):
        Export.objects.all().delete()
        Removal.objects.all().delete()
        Batch.objects.update(status="ready", exported_at=None, exported_by=None)
        review.batch.refresh_from_db()
    for path in stored_files() - {review.batch.original_path}:
        (Path(settings.FILES_ROOT) / path).unlink()


@pytest.mark.parametrize("always", [False, True])
def test_an_export_cut_anywhere_ends_as_an_uninterrupted_one(
    make_review: Any, manager: User, always: bool
) -> None:
    review = decided(make_review, manager)
    for at in count(1):
        before = exported_count()
        with failing(at, always=always) as faults, suppress(OSError, OperationalError):
            export_batch(review.batch.pk, requested_by=manager)
        with later():
            close_dead_exports()
            export, _ = export_batch(review.batch.pk, requested_by=manager)
            again, created = export_batch(review.batch.pk, requested_by=manager)
            carry_out_removals()
        assert (again, created) == (export, False)
        check_exported(review, export, before)
        if not faults.struck:
            break
        forget_export(review)
    assert 8 < at < MOST_EFFECTS


def exported_count() -> int:
    with session(EVERY):
        return acts("batch.exported")


def check_exported(review: Review, export: Export, acts_before: int) -> None:
    with open_stored(export.csv_path) as file:
        assert file.read().count(b'"sem nota"') == 2
    with session(EVERY):
        assert Export.objects.filter(status="done").get() == export
        assert not Export.objects.filter(status="running").exists()
        assert acts("batch.exported") == acts_before + 1
        assert not Removal.objects.exists()
    kept = {review.batch.original_path, export.csv_path, export.manifest_path}
    assert stored_files() == kept


@pytest.mark.parametrize("always", [False, True])
def test_a_clean_up_cut_anywhere_ends_as_an_uninterrupted_one(
    make_review: Any, manager: User, always: bool
) -> None:
    for at in count(1):
        review = decided(make_review, manager)
        export_batch(review.batch.pk, requested_by=manager)
        with failing(at, always=always) as faults, suppress(OSError, OperationalError):
            cleanup_batch(review.batch.pk, requested_by=manager, confirm=True)
        check_whole_or_gone(review)
        cleanup_batch(review.batch.pk, requested_by=manager, confirm=True)
        cleanup_batch(review.batch.pk, requested_by=manager, confirm=True)
        carry_out_removals()
        check_cleaned(at)
        if not faults.struck:
            break
    assert 8 < at < MOST_EFFECTS


def check_whole_or_gone(review: Review) -> None:
    """Nothing half done: the rows are all there with their files, or there are no rows."""
    with session(EVERY):
        if Batch.objects.exists():
            assert Card.objects.count() == 2
            assert Export.objects.filter(status="done").count() == 1
            assert len(stored_files()) == 3


def check_cleaned(rounds: int) -> None:
    with session(EVERY):
        left = [model.objects.count() for model in (Batch, Card, Export, Removal)]
        assert left == [0, 0, 0, 0]
        assert ClosingRecord.objects.count() == acts("batch.cleaned") == rounds
        assert Decision.objects.count() == 2 * rounds
    assert stored_files() == set()
