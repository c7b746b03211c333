"""Nothing is opened unscanned while somebody asked for scanning."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audits.evidence.sending import add_image
from audits.models import Batch, Evidence, Removal
from audits.opening_files import open_batch_from_file
from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import AuditLog, Organization, User
from tests.data.answer_sheets import FIRST, package, png, results
from tests.data.clamd_server import EICAR, Scanner, scanner

CONTENT = results(FIRST)


@pytest.fixture
def clamd(settings: Any) -> Iterator[Scanner]:
    with scanner() as server:
        settings.CLAMAV_SOCKET = server.address
        yield server


def opened(
    organization: Organization, user: User, content: bytes = CONTENT, images: Path | None = None
) -> Batch:
    batch, _ = open_batch_from_file(
        organization.pk, [content], filename="r.csv", layout="omr", images=images, opened_by=user
    )
    return batch


def stored_files(settings: Any) -> list[Path]:
    return [path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file()]


def test_clean_files_are_scanned_and_opened(
    organization: Organization, operator: User, clamd: Scanner, tmp_path: Path
) -> None:
    path = tmp_path / "i.zip"
    path.write_bytes(package({"file1.png": png()}))

    assert opened(organization, operator, images=path).evidence.count() == 1
    assert clamd.heard == 2


def test_an_infected_file_or_package_leaves_only_a_trace(
    organization: Organization, operator: User, clamd: Scanner, tmp_path: Path, settings: Any
) -> None:
    path = tmp_path / "i.zip"
    path.write_bytes(package({"file1.png": png() + EICAR}))
    for given in ({"content": CONTENT + EICAR}, {"images": path}):
        with pytest.raises(DomainError) as refused:
            opened(organization, operator, **given)
        assert (refused.value.code, refused.value.status) == ("file_infected", 422)

    assert not Batch.objects.exists() and not Removal.objects.exists()
    assert stored_files(settings) == []
    assert AuditLog.objects.filter(action="file.infected").count() == 2


def test_a_scanner_that_is_down_refuses_for_now(
    organization: Organization, operator: User, settings: Any
) -> None:
    settings.CLAMAV_SOCKET = "127.0.0.1:1"
    with pytest.raises(DomainError) as refused:
        opened(organization, operator)

    assert (refused.value.code, refused.value.status) == ("scanner_down", 503)
    assert not Batch.objects.exists() and stored_files(settings) == []


def test_a_single_image_is_scanned_as_well(
    organization: Organization, operator: User, settings: Any
) -> None:
    card = opened(organization, operator).cards.get()
    with scanner() as server:
        settings.CLAMAV_SOCKET = server.address
        with pytest.raises(DomainError) as refused:
            add_image(card.pk, sent_by=operator, chunks=[png() + EICAR])
        add_image(card.pk, sent_by=operator, chunks=[png()])

    assert refused.value.code == "file_infected"
    assert Evidence.objects.get().size == len(png())
