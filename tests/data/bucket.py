"""A bucket on a real S3 server of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from conciliacontag.storage import storage

NAME = "originais"


@contextmanager
def s3_bucket(settings: Any) -> Iterator[Any]:
    """Let everything be stored in a new bucket; a client of it, to look from outside."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = {"endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1"}
    keys = {"access_key": "teste", "secret_key": "segredo-de-teste"}
    client = boto3.client(
        "s3", aws_access_key_id="teste", aws_secret_access_key="segredo-de-teste", **access
    )
    client.create_bucket(Bucket=NAME)
    settings.S3 = {"bucket_name": NAME, **access, **keys}
    storage.cache_clear()
    yield client
    storage.cache_clear()
    server.stop()


def bytes_fetched() -> list[int]:
    """The size of each answer that brings an object from now on."""
    sizes: list[int] = []
    events = storage().bucket.meta.client.meta.events  # type: ignore[attr-defined]
    events.register(
        "after-call.s3.GetObject", lambda parsed, **_: sizes.append(parsed.get("ContentLength", 0))
    )
    return sizes
