"""Bytes arrive once."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from conciliacontag.database import EVERY, session
from conciliacontag.errors import DomainError, NotAllowed
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role
from conciliacontag.storage import open_stored
from ingestion.models import FileStatus, SourceFile
from ingestion.services.files import receive_file
from tests.conftest import make_organization


def send(organization: Organization, user: User | None, content: bytes = b"abc") -> Any:
    return receive_file(organization, uploader=user, filename="nota.xml", chunks=[content])


def test_original_bytes_are_stored_before_anything_else(operator: User) -> None:
    organization = Organization.objects.get(pk__in=operator.roles)

    file, created = send(organization, operator, b"conteudo")

    assert created
    assert file.status == FileStatus.UPLOADED
    with open_stored(file.storage_path) as stored:
        assert stored.read() == b"conteudo"
    assert file.storage_path.startswith(f"{organization.pk}/")


def test_the_same_bytes_give_the_first_file(operator: User, organization: Organization) -> None:
    first, created = send(organization, operator)
    again, created_again = receive_file(
        organization, uploader=operator, filename="outro nome.xml", chunks=[b"a", b"bc"]
    )

    assert (created, created_again) == (True, False)
    assert again == first
    assert AuditLog.objects.filter(action="file.received").count() == 1


def test_two_organizations_may_hold_the_same_bytes(
    organization: Organization, other_organization: Organization
) -> None:
    first, _ = send(organization, None)
    second, created = send(other_organization, None)

    assert created
    assert first != second


def test_a_viewer_may_not_send(person: Callable[..., User], organization: Organization) -> None:
    with pytest.raises(NotAllowed):
        send(organization, person(Role.VIEWER, organization))

    assert not SourceFile.objects.exists()


@pytest.mark.parametrize("name", [" ", "..", "nota\x00.xml", "a\r\nb.xml"])
def test_a_name_that_cannot_be_used_is_refused(organization: Organization, name: str) -> None:
    with pytest.raises(DomainError) as refusal:
        receive_file(organization, uploader=None, filename=name, chunks=[b"x"])

    assert refusal.value.code == "file_name"
    assert refusal.value.status == 422


def test_a_file_over_the_limit_leaves_nothing_behind(
    organization: Organization, settings: Any, tmp_path: Path
) -> None:
    settings.UPLOAD_MAX_BYTES = 10

    with pytest.raises(DomainError) as refusal:
        send(organization, None, b"x" * 11)

    assert refusal.value.code == "file_too_large"
    assert not list(tmp_path.rglob("arriving-*"))
    assert not SourceFile.objects.exists()


def test_many_senders_at_once_make_one_file(committed: None) -> None:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
    barrier = threading.Barrier(8)
    answers: list[tuple[SourceFile, bool]] = []

    def race() -> None:
        barrier.wait()
        answers.append(send(organization, None))
        connection.close()

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(created for _, created in answers) == [False] * 7 + [True]
    assert len({file.pk for file, _ in answers}) == 1
    with session(EVERY):
        assert SourceFile.objects.count() == 1
