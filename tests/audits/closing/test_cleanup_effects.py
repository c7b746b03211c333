"""A clean-up by period cut at every effect, with images; and clean-ups that meet others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError, connections
from django.utils import timezone

from audits.exports.cleanup import clean_batch
from audits.exports.removals import carry_out_removals
from audits.exports.retention import Applied, apply_retention, clean_due, set_retention
from audits.exports.services import export_batch
from audits.models import Batch, ClosingRecord, Evidence, Export, Removal
from conciliacontag.database import EVERY, session
from conciliacontag.errors import Busy, NotFound
from conciliacontag.organizations.models import AuditLog, Membership, Organization, User
from conciliacontag.storage import stored_keys
from conciliacontag.visibility import visible
from tests.conftest import make_organization
from tests.data.faults import failing

MOST_EFFECTS = 60
OpenAll = Callable[..., list[Batch]]


@pytest.fixture
def manager(committed: None) -> User:
    with session(EVERY):
        organization = make_organization("Colégio Aurora Ltda", 1)
        user = User.objects.create(email="bruno@exemplo.com.br", name="Bruno")
        Membership.objects.create(user=user, organization=organization, role="manager")
        user.roles = {organization.pk: "manager"}
        set_retention(organization, days=1, user=user)
    return user


def exported(open_all: OpenAll, user: User, *without: str) -> list[Batch]:
    with session(EVERY):
        organization = Organization.objects.get()
    batches = open_all(organization, user, *without)
    for batch in batches:
        export_batch(batch.pk, requested_by=user, allow_pending=True)
    return batches


def after_the_period() -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=2), tick=True)


@pytest.mark.parametrize("always", [False, True])
def test_a_clean_up_by_period_cut_anywhere_ends_as_an_uninterrupted_one(
    manager: User, open_all: OpenAll, always: bool
) -> None:
    for at in count(1):
        batches = exported(open_all, manager, "Manual")
        with after_the_period():
            with failing(at, always=always) as faults, suppress(OSError, OperationalError):
                apply_retention()
            check_whole_or_gone(batches)
            apply_retention()
            assert apply_retention() == Applied(0, 0)
            carry_out_removals()
        check_cleaned(at)
        if not faults.struck:
            break
    assert 8 < at < MOST_EFFECTS


def check_whole_or_gone(batches: list[Batch]) -> None:
    """A batch whose row is there has its files; a file without a row is promised to go."""
    with session(EVERY):
        left = Batch.objects.filter(pk__in=[batch.pk for batch in batches])
        stored, promised = set(stored_keys()), set(Removal.objects.values_list("key", flat=True))
        named = {key for batch in left for key in named_by(batch)}
        assert named <= stored - promised
        assert stored - promised == named


def named_by(batch: Batch) -> list[str]:
    exports = Export.objects.filter(batch=batch, status="done")
    sheets = Evidence.objects.filter(batch=batch).values_list("storage_path", flat=True)
    paths = [path for pair in exports.values_list("csv_path", "manifest_path") for path in pair]
    return [batch.original_path, *paths, *sheets]


def check_cleaned(records: int) -> None:
    with session(EVERY):
        assert not any(one.objects.exists() for one in (Batch, Evidence, Export, Removal))
        acts = AuditLog.objects.filter(action="batch.cleaned_by_retention")
        assert ClosingRecord.objects.count() == acts.count() == records
    assert list(Path(settings.FILES_ROOT).iterdir()) == []


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Start different works at the same instant; refusals are answers too."""
    barrier = Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        visible.set("")
        barrier.wait()
        try:
            return work()
        except (Busy, NotFound) as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def test_by_hand_and_by_period_at_once_there_is_one_record(
    manager: User, open_all: OpenAll
) -> None:
    (batch, *_) = exported(open_all, manager)

    def by_hand() -> bool:
        return clean_batch(batch.pk, requested_by=manager, confirm=True)[1]

    def by_period() -> bool:
        return clean_due(batch.organization_id, batch.pk) is not None

    with after_the_period():
        answers = at_once(by_hand, by_period, by_hand, by_period, by_hand, by_period)

    assert sorted(answers) == [False] * 5 + [True]
    with session(EVERY):
        assert ClosingRecord.objects.count() == 1
        assert AuditLog.objects.filter(action__startswith="batch.cleaned").count() == 1


def test_exporting_and_cleaning_at_once_leave_one_record_or_a_whole_batch(
    manager: User, open_all: OpenAll
) -> None:
    """The batch was exported, then opened for a second revision: either act may come first."""
    for batch in exported(open_all, manager):
        with session(EVERY):
            Batch.objects.filter(pk=batch.pk).update(revision=2)

        def export(batch: Batch = batch) -> Any:
            return export_batch(batch.pk, requested_by=manager, allow_pending=True)[0].revision

        def clean(batch: Batch = batch) -> Any:
            return clean_batch(batch.pk, requested_by=manager, confirm=True)[1]

        exporting, cleaning = at_once(export, clean)
        assert (exporting, cleaning) in [
            (2, "export_in_progress"),
            (2, True),
            ("not_found", True),
        ]
        with session(EVERY):
            gone = not Batch.objects.filter(pk=batch.pk).exists()
            assert ClosingRecord.objects.filter(batch_id=batch.pk).count() == int(gone)
            assert gone is (cleaning is True)
    carry_out_removals()
    check_nothing_strays()


def check_nothing_strays() -> None:
    with session(EVERY):
        named = {key for batch in Batch.objects.all() for key in named_by(batch)}
        assert not Removal.objects.exists()
    assert set(stored_keys()) == named
