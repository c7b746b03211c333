"""Exported batches leave when their organization's period has run out, and no others."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from audits.exports import retention
from audits.exports.cleanup import cleanup_batch
from audits.exports.retention import (
    Applied,
    apply_retention,
    clean_due,
    due_batches,
    retention_of,
    set_retention,
)
from audits.models import Batch, BatchStatus, ClosingRecord, Export, Retention
from audits.tasks import apply_retention as periodic
from conciliacontag.errors import InvalidInput, NotAllowed
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.sentences import tell


def days_later(days: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=True)


def told(action: str) -> list[str]:
    return [tell(act) for act in AuditLog.objects.filter(action=action).order_by("sequence")]


def test_a_period_is_set_once(organization: Organization, manager: User, admin_user: User) -> None:
    kept, created = set_retention(organization, days=7, user=manager)
    again, created_again = set_retention(organization, days=7, user=admin_user)

    assert (created, created_again, again) == (True, False, kept)
    assert retention_of(organization) == kept and kept is not None
    assert (kept.days, kept.changed_by) == (7, manager)
    assert told("retention.set") == [
        f"{manager.name} definiu em 7 dia(s) o prazo de guarda dos lotes exportados."
    ]


def test_a_period_is_changed_and_switched_off(
    organization: Organization, manager: User, admin_user: User
) -> None:
    set_retention(organization, days=7, user=manager)
    kept, _ = set_retention(organization, days=90, user=admin_user)

    assert kept is not None and (kept.days, kept.changed_by) == (90, admin_user)
    assert set_retention(organization, days=None, user=manager) == (None, True)
    assert set_retention(organization, days=None, user=manager) == (None, False)
    assert not Retention.objects.exists()
    changes = AuditLog.objects.filter(action__startswith="retention").order_by("sequence")
    assert [act.diff["days"] for act in changes] == [[None, 7], [7, 90], [90, None]]


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_impossible_periods_are_refused(
    organization: Organization, manager: User, days: int
) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_retention(organization, days=days, user=manager)

    assert refused.value.code == "retention_days"
    assert not Retention.objects.exists()


def test_only_who_may_clean_up_sets_it(
    organization: Organization, operator: User, auditor: User, stranger: User
) -> None:
    for user in (operator, auditor, stranger):
        with pytest.raises(NotAllowed):
            set_retention(organization, days=7, user=user)


def test_without_a_period_nothing_leaves(reading: list[Batch], organization: Organization) -> None:
    with days_later(5000):
        assert (apply_retention(), due_batches(organization)) == (Applied(0, 0), [])
    assert Batch.objects.count() == 3


def test_batches_leave_when_the_period_has_run_out(
    reading: list[Batch], organization: Organization, manager: User
) -> None:
    set_retention(organization, days=7, user=manager)
    with days_later(6.9):
        assert apply_retention() == Applied(0, 0)
    with days_later(7.1):
        assert [due.batch_id for due in due_batches(organization)] == [one.pk for one in reading]
        assert (apply_retention(), apply_retention()) == (Applied(3, 0), Applied(0, 0))

    assert not Batch.objects.exists()
    assert {one.closed_by for one in ClosingRecord.objects.all()} == {manager}
    act = AuditLog.objects.filter(action="batch.cleaned_by_retention").order_by("sequence")[0]
    assert act.actor is None
    assert tell(act) == (
        f"O sistema limpou o lote {reading[0].name} pelo prazo de guarda de 7 dia(s), "
        f"que {manager.name} definiu."
    )


@pytest.mark.parametrize("status", [BatchStatus.PENDING, BatchStatus.IN_REVIEW, BatchStatus.READY])
def test_batches_that_wait_for_people_stay(
    reading: list[Batch], organization: Organization, manager: User, status: str
) -> None:
    set_retention(organization, days=1, user=manager)
    Batch.objects.filter(pk=reading[1].pk).update(status=status)
    with days_later(1000):
        assert apply_retention() == Applied(2, 0)
        assert clean_due(organization.pk, reading[1].pk) is None

    assert Batch.objects.get() == reading[1]


def test_a_later_export_starts_the_period_anew(
    reading: list[Batch], organization: Organization, manager: User
) -> None:
    set_retention(organization, days=7, user=manager)
    Batch.objects.filter(pk=reading[0].pk).update(exported_at=timezone.now() + timedelta(days=5))
    with days_later(8):
        assert apply_retention() == Applied(2, 0)
    with days_later(12.5):
        assert apply_retention() == Applied(1, 0)


def test_one_that_fails_does_not_stop_the_others(
    reading: list[Batch], organization: Organization, manager: User
) -> None:
    set_retention(organization, days=7, user=manager)
    later = timezone.now() + timedelta(days=30)
    busy = Export.objects.create(
        organization=organization,
        batch=reading[0],
        revision=2,
        requested_by=manager,
        locked_until=later,
    )
    with days_later(8):
        assert apply_retention() == Applied(2, 1)
    busy.delete()
    with days_later(8):
        periodic()

    assert not Batch.objects.exists()


def test_one_company_keeps_nobody_elses_batches(
    reading: list[Batch], organization: Organization, other_organization: Organization, person: Any
) -> None:
    theirs = person("manager", other_organization)
    set_retention(other_organization, days=1, user=theirs)
    with days_later(100):
        assert apply_retention() == Applied(0, 0)
        assert retention.all_due(organization) == []

    assert Batch.objects.count() == 3


def test_whoever_was_faster_by_hand_is_named(
    reading: list[Batch], organization: Organization, manager: User, admin_user: User
) -> None:
    set_retention(organization, days=1, user=manager)
    cleanup_batch(reading[0].pk, requested_by=admin_user, confirm=True)
    with days_later(2):
        assert clean_due(organization.pk, reading[0].pk) is None

    assert ClosingRecord.objects.get().closed_by == admin_user
