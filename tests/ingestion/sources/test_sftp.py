"""An SFTP server: no password before its key is confirmed, each file once."""

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import paramiko
import pytest

from conciliacontag.organizations.models import AuditLog, User
from ingestion.models import Source, SourceFile, SourceKind
from ingestion.services.sources import check_source, confirm_host
from tests.data.sftp_server import USER, Server, sftp_server

Poll = Callable[[Source], dict[str, Any]]
Remote = tuple[Server, Path]


@pytest.fixture
def confirmed(sftp: Source, admin_user: User) -> Source:
    shown = check_source(sftp, by=admin_user)
    return confirm_host(sftp, shown.fingerprint, by=admin_user)


def test_the_first_test_shows_the_key_and_sends_no_password(
    sftp: Source, remote: Remote, admin_user: User, poll: Poll
) -> None:
    shown = check_source(sftp, by=admin_user)

    assert shown.fingerprint == remote[0].host_key.fingerprint
    assert shown.fingerprint in shown.message
    assert poll(sftp)["code"] == "host_key_unconfirmed"
    assert remote[0].gate.tried == []


def test_a_confirmed_server_is_read_and_files_move(
    confirmed: Source, remote: Remote, poll: Poll
) -> None:
    for name in ("nota.xml", "b.xml.filepart"):
        (remote[1] / name).write_bytes(b"<a/>")
    (remote[1] / "atalho.xml").symlink_to("/etc/hostname")
    (remote[1] / "lidos" / "nota.xml").write_bytes(b"de antes")

    assert [poll(confirmed)["counts"] for _ in range(2)] == [{"received": 1}, {}]
    assert {path.name for path in (remote[1] / "lidos").iterdir()} == {"nota.xml", "nota (2).xml"}
    assert SourceFile.objects.get().size == 4


def test_another_key_than_the_confirmed_one_is_refused(
    confirmed: Source, remote: Remote, poll: Poll
) -> None:
    remote[0].gate.tried.clear()
    remote[0].host_key = paramiko.ECDSAKey.generate()

    result = poll(confirmed)

    assert result["code"] == "host_key_changed"
    assert remote[0].host_key.fingerprint in result["error"]
    assert remote[0].gate.tried == []


def test_a_wrong_password_is_said(confirmed: Source, remote: Remote, poll: Poll) -> None:
    confirmed.settings["username"] = "outro"
    confirmed.save()

    assert poll(confirmed)["code"] == "credentials_refused"


@pytest.mark.parametrize("setting", ["path", "move_to"])
def test_a_folder_that_is_missing_is_said(
    confirmed: Source, remote: Remote, poll: Poll, setting: str
) -> None:
    (remote[1] / "nota.xml").write_bytes(b"<a/>")
    confirmed.settings[setting] = "/nada"
    confirmed.save()

    assert [poll(confirmed)["code"] for _ in range(2)] == ["folder_missing"] * 2
    confirmed.settings[setting] = {"path": "/", "move_to": "/lidos"}[setting]
    confirmed.save()
    assert poll(confirmed)["counts"] == ({"received": 1} if setting == "path" else {})
    assert (remote[1] / "lidos" / "nota.xml").exists()


def test_a_young_file_waits(confirmed: Source, remote: Remote, poll: Poll) -> None:
    (remote[1] / "nota.xml").write_bytes(b"<a/>")
    confirmed.settings["settle_seconds"] = 60
    confirmed.save()

    assert poll(confirmed)["counts"] == {"waiting": 1}


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A server that takes a key instead of a password."""
    key = paramiko.RSAKey.generate(2048)
    written = StringIO()
    key.write_private_key(written, password="da-chave")
    with sftp_server(tmp_path, key) as server:
        yield server, written.getvalue()


@pytest.mark.parametrize(("word", "code"), [("da-chave", ""), ("errada", "private_key_unreadable")])
def test_a_private_key_opens_too(
    make_source: Callable[..., Source],
    keyed: tuple[Server, str],
    admin_user: User,
    poll: Poll,
    word: str,
    code: str,
) -> None:
    source = make_source(
        SourceKind.SFTP,
        host="127.0.0.1",
        port=str(keyed[0].port),
        username=USER,
        password=word,
        private_key=keyed[1],
        path=".",
        settle_seconds="0",
    )
    confirm_host(source, check_source(source, by=admin_user).fingerprint, by=admin_user)

    assert poll(source).get("code", "") == code
    assert "PRIVATE" not in str(list(AuditLog.objects.values_list("diff", flat=True)))
