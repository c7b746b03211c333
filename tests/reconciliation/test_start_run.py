"""Asking for a run, once or many times."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from conciliacontag.database import EVERY, session
from conciliacontag.errors import NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.visibility import visible
from reconciliation.models import Run
from reconciliation.services import start_run
from tests.conftest import make_organization
from tests.data.rows import make_document


def test_second_call_returns_the_same_run(operator: User, organization: Organization) -> None:
    first, created = start_run(organization, requested_by=operator)
    again, created_again = start_run(organization, requested_by=operator)

    assert (created, created_again) == (True, False)
    assert again == first
    assert AuditLog.objects.filter(action="run.started").count() == 1


def test_each_organization_has_its_own_run(
    organization: Organization, other_organization: Organization
) -> None:
    for each in (organization, other_organization):
        assert start_run(each, requested_by=None)[1]


@pytest.mark.parametrize("role", ["auditor", "viewer"])
def test_roles_that_do_not_send_are_refused(
    organization: Organization, person: Callable[..., User], role: str
) -> None:
    with pytest.raises(NotAllowed):
        start_run(organization, requested_by=person(role, organization))


def test_a_document_of_another_organization_is_not_found(
    organization: Organization, other_organization: Organization
) -> None:
    foreign = make_document(other_organization)

    with pytest.raises(NotFound):
        start_run(organization, requested_by=None, documents=[foreign.pk])
    assert not Run.objects.exists()


@pytest.mark.usefixtures("committed")
def test_eight_at_once_start_one_run() -> None:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
    barrier = Barrier(8)

    def start(_: int) -> bool:
        visible.set("")
        barrier.wait()
        try:
            return start_run(organization, requested_by=None)[1]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(start, range(8)))

    with session(EVERY):
        assert sorted(created) == [False] * 7 + [True]
        assert Run.objects.count() == 1
