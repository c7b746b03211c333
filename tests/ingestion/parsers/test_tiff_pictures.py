"""Scanned TIFF sheets become PNG in the limited child process."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from ingestion.parsers import pictures
from ingestion.parsers.model import ParseError
from ingestion.parsers.pictures import is_tiff, tiff_as_png
from ingestion.reading import list_archive, render_page
from tests.data.zips import Entry, archive


def tiff(size: tuple[int, int] = (30, 20), mode: str = "1", compression: str = "group4") -> bytes:
    written = BytesIO()
    Image.new(mode, size).save(written, "TIFF", compression=compression)
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content), formats=["PNG"])


@pytest.mark.parametrize(
    ("mode", "compression"), [("1", "group4"), ("L", "tiff_lzw"), ("RGB", "jpeg"), ("CMYK", "raw")]
)
def test_what_scanners_write_becomes_a_png(mode: str, compression: str) -> None:
    content = tiff(mode=mode, compression=compression)

    assert is_tiff(content)
    assert opened(tiff_as_png(content)).size == (30, 20)


def test_a_large_sheet_is_scaled_down() -> None:
    assert opened(tiff_as_png(tiff((4200, 100)))).size == (3000, 71)


def test_a_picture_with_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 599)

    with pytest.raises(ParseError) as refused:
        tiff_as_png(tiff())
    assert refused.value.code == "image_too_big"


@pytest.mark.parametrize("damage", [b"II*\0", tiff()[:40], b"MM\0*" + b"\xff" * 60])
def test_a_damaged_tiff_is_refused(damage: bytes) -> None:
    with pytest.raises(ParseError) as refused:
        tiff_as_png(damage)
    assert refused.value.code == "image_malformed"


def test_the_child_draws_a_tiff_in_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "imagens.zip"
    path.write_bytes(archive([Entry("a/folha.tif", tiff())]))

    assert [member.name for member in list_archive(path, path.name)] == ["a/folha.tif"]
    assert opened(render_page(path, 1, member="a/folha.tif")).size == (30, 20)
