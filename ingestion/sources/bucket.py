"""Objects below a prefix of an S3 bucket; nothing there is ever changed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import boto3
from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session

from ingestion.sources.model import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    Access,
    Checked,
    Gone,
    Item,
    Known,
    SourceRefused,
    is_unfinished,
)
from ingestion.sources.network import refuse_inside

CHUNK = 1024 * 1024
ABSENT = {"404", "NoSuchKey", "412", "PreconditionFailed"}
WORDS = {
    "403": "a chave de acesso não tem permissão",
    "AccessDenied": "a chave de acesso não tem permissão",
    "InvalidAccessKeyId": "a chave de acesso não existe",
    "SignatureDoesNotMatch": "a chave secreta não confere",
    "NoSuchBucket": "o bucket não existe",
    "PermanentRedirect": "o bucket fica em outra região",
    "AuthorizationHeaderMalformed": "o bucket fica em outra região",
}
PATIENCE = Config(
    signature_version="s3v4",
    connect_timeout=CONNECT_SECONDS,
    read_timeout=ANSWER_SECONDS,
    retries={"total_max_attempts": 2},
    s3={"addressing_style": "path"},
)


class PlainConnection(AWSHTTPConnection):
    """Looks whom it reached before it says anything."""

    def _new_conn(self) -> Any:
        return judged(self, super()._new_conn())


class SecureConnection(AWSHTTPSConnection):
    """Looks whom it reached before it says anything."""

    def _new_conn(self) -> Any:
        return judged(self, super()._new_conn())


class PlainPool(AWSHTTPConnectionPool):
    ConnectionCls = PlainConnection


class SecurePool(AWSHTTPSConnectionPool):
    ConnectionCls = SecureConnection


def judged(connection: Any, line: Any) -> Any:
    try:
        refuse_inside(connection.host, line.getpeername()[0])
    except SourceRefused:
        line.close()
        raise
    return line


class JudgedSession(URLLib3Session):
    """The library's HTTP, that never talks to an address inside; proxies are not asked."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**(named | {"proxies": {}}))
        self._manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


class Bucket:
    """Objects whose key starts with the prefix; each version of an object is read once."""

    def __init__(self, access: Access) -> None:
        self.counts: Counter[str] = Counter()
        self.name: str = access.settings["bucket"]
        self.prefix: str = access.settings["key_prefix"]
        self.endpoint: str = access.settings["endpoint"]
        self.client = make_client(access)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self.client.close()

    def pages(self, known: Known) -> Iterator[list[Item]]:
        paginator = self.client.get_paginator("list_objects_v2")
        with self.translated():
            for page in paginator.paginate(Bucket=self.name, Prefix=self.prefix):
                yield [
                    self.item(entry["Key"], entry["ETag"], entry["Size"])
                    for entry in page.get("Contents", [])
                    if is_file(entry["Key"])
                ]

    def find(self, key: str) -> Item:
        """The object of this key as it is now.

        Raises:
            Gone: there is none.
        """
        with self.translated(key):
            said = self.client.head_object(Bucket=self.name, Key=key)
        return self.item(key, said["ETag"], said["ContentLength"])

    def item(self, key: str, etag: str, size: int) -> Item:
        return Item(f"{key}\0{etag}\0{size}", key, etag, size)

    def read(self, item: Item) -> Iterator[bytes]:
        with self.translated(item.name):
            asked = {"Bucket": self.name, "Key": item.name, "IfMatch": item.place}
            yield from self.client.get_object(**asked)["Body"].iter_chunks(CHUNK)

    def settle(self, item: Item, refusal: str) -> None:
        """Nothing: objects stay where they are."""

    def check(self) -> Checked:
        with self.translated():
            said = self.client.list_objects_v2(Bucket=self.name, Prefix=self.prefix, MaxKeys=100)
        count = sum(is_file(entry["Key"]) for entry in said.get("Contents", []))
        more = " ou mais" if said.get("IsTruncated") else ""
        return Checked(f"O bucket pode ser lido. Objetos com este prefixo: {count}{more}.")

    @contextmanager
    def translated(self, key: str = "") -> Iterator[None]:
        """Say the library's failures in our words."""
        try:
            yield
        except ClientError as fault:
            code = str(fault.response.get("Error", {}).get("Code", ""))
            if key and code in ABSENT:
                raise Gone(key) from fault
            why = WORDS.get(code, f"o serviço respondeu {code}")
            raise SourceRefused(
                f"O bucket {self.name} não pôde ser lido: {why}. Confira os dados e teste de novo."
            ) from fault
        except (BotoCoreError, OSError) as fault:
            # The library wraps whatever it did not expect, our own refusal among it.
            cause = getattr(fault, "kwargs", {}).get("error")
            if isinstance(cause, SourceRefused):
                raise cause from fault
            raise SourceRefused(
                f"O serviço do bucket {self.name} não atendeu. Confira o endereço e tente de novo."
            ) from fault


def make_client(access: Access) -> Any:
    """A client with the source's own keys; those of the server are never used."""
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=access.settings["endpoint"] or None,
        region_name=access.settings["region"],
        aws_access_key_id=access.settings["access_key"],
        aws_secret_access_key=access.secrets["secret_key"],
        config=PATIENCE,
    )
    client._endpoint.http_session = JudgedSession(
        timeout=(CONNECT_SECONDS, ANSWER_SECONDS), max_pool_connections=2
    )
    return client


def is_file(key: str) -> bool:
    """Not the marker of a folder, nor something still being written under another name."""
    name = key.rpartition("/")[2]
    return bool(name) and not is_unfinished(name)
