"""The same promises kept by a bucket, on a real S3 server of this machine."""

import hashlib
import urllib.request
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from conciliacontag.storage import (
    arriving,
    chunks,
    is_stored,
    keep,
    link,
    local_copy,
    object_key,
    open_stored,
    remove,
    storage,
)


@pytest.fixture
def bucket(settings: Any) -> Iterator[Any]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = {"endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1"}
    keys = {"access_key": "teste", "secret_key": "segredo-de-teste"}
    client = boto3.client(
        "s3", aws_access_key_id="teste", aws_secret_access_key="segredo-de-teste", **access
    )
    client.create_bucket(Bucket="originais")
    settings.S3 = {"bucket_name": "originais", **access, **keys}
    storage.cache_clear()
    yield client
    storage.cache_clear()
    server.stop()


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
