"""Places that exist for one test, and a source that reads each of them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.server import ThreadedMotoServer

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Source, SourceKind
from ingestion.services.polling import poll_source
from ingestion.services.sources import save_source
from tests.data import imap_server, sftp_server

Make = Callable[..., Source]
BUCKET = "chegadas"


@pytest.fixture
def make_source(admin_user: User, organization: Organization, settings: Any) -> Make:
    """Set up a source through the service, with the fields a person would fill in."""
    settings.SOURCES_ALLOWED_HOSTS = {"127.0.0.1"}

    def make(kind: str, **said: Any) -> Source:
        common = {"name": kind, "minutes": "5", "enabled": "on"}
        return save_source(organization, by=admin_user, kind=kind, said=common | said)

    return make


@pytest.fixture
def root(tmp_path: Path, settings: Any, organization: Organization) -> Path:
    """The organization's own part of the watched folders."""
    settings.WATCHED_FOLDERS_ROOT = tmp_path / "watched"
    own = settings.WATCHED_FOLDERS_ROOT / organization.tenant_key
    own.mkdir(parents=True)
    return Path(own)


@pytest.fixture
def folder(make_source: Make, root: Path) -> Source:
    return make_source(SourceKind.FOLDER, path="", after="move", settle_seconds="0")


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    server.stop()


@pytest.fixture
def objects(s3_address: str) -> Any:
    """A bucket on a real S3 server of this machine; what earlier tests left is gone."""
    urlopen(Request(f"{s3_address}/moto-api/reset", method="POST")).close()
    client = boto3.client(
        "s3",
        endpoint_url=s3_address,
        region_name="us-east-1",
        aws_access_key_id="teste",
        aws_secret_access_key="segredo-de-teste",
    )
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def bucket(make_source: Make, objects: Any) -> Source:
    return make_source(
        SourceKind.BUCKET,
        endpoint=objects.meta.endpoint_url,
        region="us-east-1",
        bucket=BUCKET,
        key_prefix="notas/",
        access_key="teste",
        secret_key="segredo-de-teste",
    )


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[tuple[sftp_server.Server, Path]]:
    """An SFTP server, and the folder behind it."""
    root = tmp_path / "remote"
    (root / "lidos").mkdir(parents=True)
    with sftp_server.sftp_server(root) as server:
        yield server, root


@pytest.fixture
def sftp(make_source: Make, remote: tuple[sftp_server.Server, Path]) -> Source:
    return make_source(
        SourceKind.SFTP,
        host="127.0.0.1",
        port=str(remote[0].port),
        username=sftp_server.USER,
        password=sftp_server.PASSWORD,
        path="/",
        move_to="/lidos",
        settle_seconds="0",
    )


@pytest.fixture
def mailbox() -> Iterator[imap_server.Server]:
    with imap_server.imap_server() as server:
        yield server


@pytest.fixture
def mail(make_source: Make, mailbox: imap_server.Server) -> Source:
    return make_source(SourceKind.MAIL, **mail_fields(mailbox))


def mail_fields(mailbox: imap_server.Server, **other: str) -> dict[str, str]:
    return {
        "host": "127.0.0.1",
        "port": str(mailbox.port),
        "security": "plain",
        "username": imap_server.USER,
        "password": imap_server.PASSWORD,
        "mailbox": "INBOX",
        "senders": "",
        "days": "30",
        "move_to": "Lidas",
    } | other


@pytest.fixture
def poll() -> Callable[[Source], dict[str, Any]]:
    """Read a place now and give what the round counted, or how it was refused."""

    def read(source: Source) -> dict[str, Any]:
        result = poll_source(source.organization_id, source.pk, is_forced=True)
        assert result is not None
        return result

    return read
