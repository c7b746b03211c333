"""The same promises kept by a bucket, on a real S3 server of this machine."""

import hashlib
import urllib.request
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from conciliacontag.storage import (
    arriving,
    chunks,
    is_stored,
    keep,
    link,
    local_copy,
    local_part,
    object_key,
    open_stored,
    remove,
)
from tests.data.bucket import bytes_fetched, s3_bucket


@pytest.fixture
def bucket(settings: Any) -> Iterator[Any]:
    with s3_bucket(settings) as client:
        yield client


def store(content: bytes) -> str:
    key = object_key(uuid4(), "nota São João.xml")
    with arriving([content], most=100) as arrived:
        keep(arrived.path, key, {"uploaded-by": "ana"})
    return key


def test_bytes_come_back_and_know_who_sent_them(bucket: Any) -> None:
    key = store(b"conteudo")

    with open_stored(key) as stored:
        assert b"".join(chunks(stored)) == b"conteudo"
    assert bucket.head_object(Bucket="originais", Key=key)["Metadata"] == {"uploaded-by": "ana"}


def test_readers_get_a_path_of_this_machine(bucket: Any) -> None:
    with local_copy(store(b"conteudo")) as path:
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(b"conteudo").digest()
    assert not path.exists()


def test_a_link_opens_the_object_for_an_hour(bucket: Any) -> None:
    made = link(store(b"conteudo"), filename="nota.xml")

    with urllib.request.urlopen(made["url"]) as answer:
        assert answer.read() == b"conteudo"
        assert "attachment" in answer.headers["Content-Disposition"]
    assert "X-Amz-Expires=3600" in made["url"]


def test_removing_twice_is_no_error(bucket: Any) -> None:
    key = store(b"conteudo")

    remove(key)
    remove(key)

    assert not is_stored(key)


def test_a_part_of_an_object_comes_alone(bucket: Any) -> None:
    key = store(b"0123456789")
    fetched = bytes_fetched()

    with local_part(key, 3, 4) as (path, begins):
        assert (path.read_bytes(), begins) == (b"3456", 0)
    with local_part(key, 8, 4) as (path, begins):
        assert path.read_bytes() == b"89"
    assert fetched == [4, 2]


@pytest.mark.parametrize("start", [0, 100])
def test_a_part_of_what_is_gone_is_not_found(bucket: Any, start: int) -> None:
    key = store(b"0123456789") if start else "fora.zip"

    with pytest.raises(FileNotFoundError), local_part(key, start, 4):
        pytest.fail("nothing is there")
