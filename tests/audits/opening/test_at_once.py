"""Several people send the same file at the same moment, and a process dies on the way."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone

from audits.evidence.files import files_of
from audits.exports.cleanup import carry_out_removals
from audits.models import Batch, Card, Evidence, Removal
from audits.opening_files import open_batch_from_file
from audits.receiving import received, store
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization, User
from tests.conftest import make_organization
from tests.data.answer_sheets import FIRST, package, png, results, sheet
from tests.data.at_once import at_once

AT_ONCE = 4
CONTENT = results(FIRST, *(sheet(f"f{number}.png", "A", "") for number in range(300)))


@pytest.fixture
def organization_id(committed: None) -> UUID:
    with session(EVERY):
        return make_organization("Escola Sol", 1).pk


@pytest.fixture
def images(tmp_path: Path) -> Path:
    path = tmp_path / "i.zip"
    path.write_bytes(package({"file1.png": png(), "f7.png": png()}))
    return path


def stored_files() -> Iterator[Path]:
    return (path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file())


def opened(organization_id: UUID, images: Path | None = None) -> tuple[Batch, bool]:
    return open_batch_from_file(
        organization_id, [CONTENT], filename="r.csv", layout="omr", images=images, opened_by=None
    )


def test_the_same_file_sent_at_once_is_one_batch(organization_id: UUID, images: Path) -> None:
    def send(_: User) -> tuple[UUID, bool]:
        batch, created = opened(organization_id, images)
        return batch.pk, created

    answers = at_once(send, [User() for _ in range(AT_ONCE)])

    assert len({pk for pk, _ in answers}) == 1
    assert sorted(created for _, created in answers) == [False, False, False, True]
    with session([organization_id]):
        batch = Batch.objects.get()
        assert (Card.objects.count(), Evidence.objects.count()) == (301, 2)
        assert {path.name for path in stored_files()} == {Path(k).name for k in files_of(batch)}
        assert not Removal.objects.exists()


def test_what_a_dead_process_left_goes_with_the_sweep(organization_id: UUID) -> None:
    with session([organization_id]):
        organization = Organization.objects.get()
    sent = received(organization, [CONTENT], filename="r.csv", most=1 << 20, actor=None)
    with sent as arrived:
        store(organization_id, arrived, "r.csv")  # and here it dies

    assert len(list(stored_files())) == 1
    with session([organization_id]):
        Removal.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    carry_out_removals()
    assert list(stored_files()) == []
    assert opened(organization_id)[1]
