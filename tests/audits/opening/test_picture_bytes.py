"""Only the image that is looked at leaves the storage, wherever its package lies."""

from collections.abc import Iterator
from io import BytesIO
from os import urandom
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from audits.evidence.images import find_evidence
from audits.evidence.pictures import picture_of
from audits.models import Batch, Evidence
from audits.opening_files import open_batch_from_file
from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import remove
from tests.data.answer_sheets import package, png, results, sheet
from tests.data.bucket import bytes_fetched, s3_bucket

MIB = 1024 * 1024


def tiff() -> bytes:
    written = BytesIO()
    Image.new("1", (30, 20)).save(written, "TIFF")
    return written.getvalue()


ROWS = [sheet("primeira.png", "", "A"), sheet("funda.png", "", "A"), sheet("lida.tif", "", "A")]
SHEETS = {
    "grande.jpg": urandom(3 * MIB),
    "turma/primeira.png": png(1),
    "outra.zip": package({"funda.png": png(2), "vazia.jpg": b"x"}),
    "maior.jpg": urandom(2 * MIB),
    "lida.tif": tiff(),
}


@pytest.fixture(params=["folder", "bucket"])
def fetched(request: Any, settings: Any) -> Iterator[list[int]]:
    """How much of objects was brought; a folder is read where it is."""
    if request.param == "folder":
        yield []
        return
    with s3_bucket(settings):
        yield bytes_fetched()


@pytest.fixture
def batch(fetched: list[int], organization: Organization, operator: User, tmp_path: Path) -> Batch:
    path = tmp_path / "i.zip"
    path.write_bytes(package(SHEETS))
    opened, _ = open_batch_from_file(
        organization.pk,
        [results(*ROWS)],
        filename="r.csv",
        layout="omr",
        images=path,
        opened_by=operator,
    )
    fetched.clear()
    return opened


def image(batch: Batch, name: str) -> Evidence:
    return find_evidence(batch.cards.select_related("batch").get(file_id=name))


def test_an_image_comes_without_its_package(batch: Batch, fetched: list[int]) -> None:
    assert picture_of(image(batch, "primeira.png")) == (png(1), "image/png")
    assert picture_of(image(batch, "funda.png")) == (png(2), "image/png")
    content, kind = picture_of(image(batch, "lida.tif"))

    assert (content[:4], kind) == (b"\x89PNG", "image/png")
    assert all(size < MIB for size in fetched)


def test_a_row_that_does_not_know_its_place_is_still_shown(batch: Batch) -> None:
    Evidence.objects.update(place=None)

    assert picture_of(image(batch, "funda.png")) == (png(2), "image/png")


def test_an_image_whose_package_is_gone_is_told_missing(batch: Batch) -> None:
    found = image(batch, "primeira.png")
    remove(found.storage_path)

    with pytest.raises(DomainError) as refused:
        picture_of(found)
    assert refused.value.code == "image_missing"
