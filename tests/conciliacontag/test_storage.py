"""Bytes at rest: keys, durability, links, removal."""

import os
import re
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.signing import BadSignature, SignatureExpired

from conciliacontag.storage import (
    arriving,
    chunks,
    drop_abandoned_arrivals,
    is_stored,
    keep,
    link,
    object_key,
    open_stored,
    read_link,
    remove,
    sha256_of,
)

KEY = re.compile(r"[0-9a-f-]{36}/\d{4}/\d{2}/[0-9a-f-]{36}_.+")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("nota.xml", "nota.xml"),
        ("Nota São João nº 1.xml", "Nota_São_João_nº_1.xml"),
        ("../../etc/passwd", "....etcpasswd"),
        ("<b>nota</b>.xml", "bnotab.xml"),
        ("", "arquivo"),
        ("..", "arquivo"),
    ],
)
def test_object_keys_keep_a_harmless_name(sent: str, kept: str) -> None:
    key = object_key(uuid4(), sent)

    assert KEY.fullmatch(key)
    assert key.rpartition("/")[2][37:] == kept


def test_a_long_name_fits_the_file_system_and_keeps_its_ending() -> None:
    name = object_key(uuid4(), "ã" * 1000 + ".xml").rpartition("/")[2]

    assert len(name.encode()) <= 255
    assert name.endswith(".xml")


def test_what_is_kept_is_read_back_and_hashed(tmp_path: Path) -> None:
    key = object_key(uuid4(), "a.txt")
    with arriving([b"abc", b"def"], most=10) as arrived:
        keep(arrived.path, key)
        digest = arrived.sha256

    assert not arrived.path.exists()
    assert sha256_of(key) == digest
    with open_stored(key) as stored:
        assert b"".join(chunks(stored)) == b"abcdef"


def test_removing_twice_is_no_error() -> None:
    key = object_key(uuid4(), "a.txt")
    with arriving(chunks(BytesIO(b"abc")), most=10) as arrived:
        keep(arrived.path, key)

    remove(key)
    remove(key)

    assert not is_stored(key)


def test_half_arrivals_of_killed_processes_go_after_a_day(settings: Any) -> None:
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    old, new = folder / "arriving-old", folder / "arriving-new"
    for path in (old, new):
        path.write_bytes(b"abc")
    os.utime(old, (0, 0))

    assert drop_abandoned_arrivals() == 1
    assert [path.name for path in folder.iterdir()] == ["arriving-new"]


def test_a_link_opens_for_an_hour_and_cannot_be_forged() -> None:
    with time_machine.travel("2026-11-01T12:00:00Z", tick=False) as clock:
        made = link("chave", filename="nota.xml")
        token = made["url"].rpartition("/")[2]
        assert read_link(token) == ("chave", "nota.xml")
        assert made["expires_at"].startswith("2026-11-01T13:00:00")
        clock.shift(3601)
        with pytest.raises(SignatureExpired):
            read_link(token)
    with pytest.raises(BadSignature):
        read_link(token[:-1] + ("a" if token[-1] != "a" else "b"))


def test_removal_takes_empty_folders_and_drafts_along(tmp_path: Path, settings: Any) -> None:
    organization = uuid4()
    first, second = object_key(organization, "a.txt"), object_key(organization, "b.txt")
    for key in (first, second):
        with arriving([b"abc"], most=10) as arrived:
            keep(arrived.path, key)
    root = Path(settings.FILES_ROOT)
    draft = (root / first).with_name(f".{Path(first).name}")
    draft.write_bytes(b"ab")

    remove(first)
    assert not draft.exists()
    assert is_stored(second)

    remove(second)
    remove(second)
    assert list(root.iterdir()) == []
