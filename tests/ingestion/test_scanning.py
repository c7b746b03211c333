"""Malware stays out, and nothing is read unscanned while somebody asked for scanning."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from conciliacontag.antivirus import ScannerDown, TooLargeToScan, find_signature
from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.storage import is_stored, remove
from ingestion.models import FileStatus, SourceFile
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from ingestion.services.scanning import drop_infected
from tests.data.clamd_server import EICAR, SIGNATURE, Scanner, scanner
from tests.data.files import invoices, xml
from tests.data.requests import forgiven

NOWHERE = "127.0.0.1:1"


@pytest.fixture
def clamd(settings: Any) -> Iterator[Scanner]:
    with scanner() as server:
        settings.CLAMAV_SOCKET = server.address
        yield server


def receive(organization: Organization, content: bytes, name: str = "nota.xml") -> SourceFile:
    file, _ = receive_file(organization, uploader=None, filename=name, chunks=[content])
    return file


def test_a_scanner_says_clean_or_names_what_it_found(clamd: Scanner) -> None:
    assert find_signature([b"limpo", b"", b"mesmo"]) == ""
    assert find_signature([EICAR[:30], EICAR[30:]]) == SIGNATURE


def test_a_stream_that_is_too_long_is_no_silence(clamd: Scanner) -> None:
    clamd.most = 1000

    with pytest.raises(TooLargeToScan):
        find_signature(b"x" * 100_000 for _ in range(50))


@pytest.mark.parametrize("answer", ["lstat() failed. ERROR", "what?"])
def test_an_answer_nobody_knows_is_no_permission(clamd: Scanner, answer: str) -> None:
    clamd.answer = answer

    with pytest.raises(ScannerDown):
        find_signature([b"x"])


@pytest.mark.parametrize("address", [NOWHERE, "/nowhere/clamd.sock", "tcp://127.0.0.1:1"])
def test_nobody_there_is_down(settings: Any, address: str) -> None:
    settings.CLAMAV_SOCKET = address

    with pytest.raises(ScannerDown):
        find_signature([b"x"])


def test_without_a_scanner_nothing_waits(seller: Organization, send: Callable[..., Any]) -> None:
    file = send(xml(invoices(1)[0]))

    assert (file.status, file.scanned_at) == (FileStatus.PROCESSED, None)


def test_a_clean_file_is_read(clamd: Scanner, send: Callable[..., SourceFile]) -> None:
    file = send(xml(invoices(1)[0]))

    assert (file.status, file.new, clamd.heard) == (FileStatus.PROCESSED, 1, 1)
    assert file.scanned_at is not None


def test_an_infected_file_leaves_nothing_but_the_trail(
    clamd: Scanner, organization: Organization, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        receive(organization, EICAR)

    assert (refusal.value.code, refusal.value.status) == ("file_infected", 422)
    assert SIGNATURE in refusal.value.message
    assert not SourceFile.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert AuditLog.objects.get(action="file.infected").diff["signature"] == SIGNATURE


def test_what_the_scanner_takes_no_stream_of_is_refused(
    clamd: Scanner, organization: Organization
) -> None:
    clamd.most = 10

    with pytest.raises(InvalidInput) as refusal:
        receive(organization, b"x" * 1000)

    assert refusal.value.code == "file_not_scannable"


def test_while_the_scanner_is_down_a_file_waits_without_using_up_attempts(
    seller: Organization, settings: Any
) -> None:
    settings.CLAMAV_SOCKET = NOWHERE
    file = receive(seller, xml(invoices(1)[0]))

    for _ in range(5):
        process_file(seller.pk, file.pk)

    file.refresh_from_db()
    assert (file.status, file.attempts, file.scanned_at) == (FileStatus.UPLOADED, 0, None)
    assert file.waits_for_scan
    with scanner() as server:
        settings.CLAMAV_SOCKET = server.address
        process_file(seller.pk, file.pk)
    file.refresh_from_db()
    assert (file.status, file.new) == (FileStatus.PROCESSED, 1)


@pytest.fixture
def waiting(seller: Organization, settings: Any) -> SourceFile:
    """An infected file that arrived while the scanner was down."""
    settings.CLAMAV_SOCKET = NOWHERE
    return receive(seller, EICAR)


def test_what_turns_out_infected_later_leaves_the_storage(
    waiting: SourceFile, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with scanner() as server, django_capture_on_commit_callbacks(execute=True):
        settings.CLAMAV_SOCKET = server.address
        process_file(waiting.organization_id, waiting.pk)

    path = waiting.storage_path
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code) == (FileStatus.FAILED, "file_infected")
    assert (waiting.storage_path, is_stored(path)) == ("", False)
    assert waiting.problems.get().code == "file_infected"


def test_a_removal_that_was_interrupted_is_made_up_for(waiting: SourceFile, settings: Any) -> None:
    path = waiting.storage_path
    with scanner() as server:
        settings.CLAMAV_SOCKET = server.address
        process_file(waiting.organization_id, waiting.pk)
    assert is_stored(path)

    assert (drop_infected(), drop_infected()) == (1, 0)
    assert not is_stored(path)


def test_what_a_killed_worker_left_unscanned_is_kept_out(
    waiting: SourceFile, settings: Any
) -> None:
    SourceFile.objects.update(status=FileStatus.PROCESSING, attempts=1)

    with scanner() as server:
        settings.CLAMAV_SOCKET = server.address
        process_file(waiting.organization_id, waiting.pk)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code) == (FileStatus.FAILED, "file_infected")


def test_a_file_without_bytes_is_not_asked_about_forever(
    waiting: SourceFile, settings: Any
) -> None:
    remove(waiting.storage_path)

    with scanner() as server:
        settings.CLAMAV_SOCKET = server.address
        process_file(waiting.organization_id, waiting.pk)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code) == (FileStatus.FAILED, "bytes_missing")


@pytest.mark.parametrize(("most", "content"), [(10, b"<a/>" * 9), (99, EICAR)])
def test_what_is_clean_when_it_comes_again_is_read(
    clamd: Scanner, seller: Organization, settings: Any, most: int, content: bytes
) -> None:
    settings.CLAMAV_SOCKET = NOWHERE
    file = receive(seller, content)
    settings.CLAMAV_SOCKET, clamd.most = clamd.address, most
    process_file(seller.pk, file.pk)
    drop_infected()
    clamd.answer, clamd.most = "OK", 1000

    again = receive(seller, content, "de novo.xml")

    assert (again.pk, again.status, again.error_code) == (file.pk, FileStatus.UPLOADED, "")
    assert (again.filename, is_stored(again.storage_path)) == ("de novo.xml", True)
    assert again.scanned_at is not None
    assert receive(seller, content).storage_path == again.storage_path


def test_the_api_refuses_what_is_infected(
    clamd: Scanner, operator: User, api: Callable[..., Client]
) -> None:
    body = {"file": SimpleUploadedFile("nota.xml", EICAR)}

    answer = forgiven(api(operator).post("/v1/uploads", body))

    assert (answer.status_code, answer.json()["code"]) == (422, "file_infected")


def test_the_api_says_that_a_file_waits_for_its_scan(
    operator: User, api: Callable[..., Client], settings: Any
) -> None:
    settings.CLAMAV_SOCKET = NOWHERE

    answer = api(operator).post("/v1/uploads", {"file": SimpleUploadedFile("a.xml", b"<a/>")})

    assert (answer.status_code, answer.json()["waits_for_scan"]) == (201, True)
    assert "antivírus" in answer.json()["message"]


@pytest.mark.skipif(not shutil.which("clamd"), reason="clamd is not installed")
def test_a_real_clamd_finds_the_test_file(tmp_path: Path, settings: Any) -> None:
    signatures = tmp_path / "signatures"
    signatures.mkdir()
    (signatures / "eicar.ndb").write_text(f"Eicar-Own:0:*:{EICAR[:60].hex()}\n")
    socket = tmp_path / "clamd.sock"
    (tmp_path / "clamd.conf").write_text(
        f"DatabaseDirectory {signatures}\nLocalSocket {socket}\nForeground yes\nUser root\n"
    )
    daemon = subprocess.Popen(["clamd", "--config-file", str(tmp_path / "clamd.conf")])
    try:
        until = time.monotonic() + 30
        while not socket.exists() and time.monotonic() < until:
            time.sleep(0.1)
        settings.CLAMAV_SOCKET = str(socket)

        assert find_signature([b"limpo"]) == ""
        assert find_signature([EICAR]).startswith("Eicar-Own")
    finally:
        daemon.terminate()
        daemon.wait()
