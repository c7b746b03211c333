"""The dossier of an export proves itself in a folder far from the product."""

import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from audits.exports.bundle import dossier, stream_zip, write_folder
from audits.exports.services import export_batch
from audits.manifest_check import verify
from audits.models import Export, Verdict
from audits.services import decide_card
from audits.verifier import verifier
from conciliacontag.organizations.models import User
from conciliacontag.storage import remove
from tests.data.requests import body_of

Screen = Callable[[User], Client]
NAMES = [
    "LEIA-ME.txt",
    "Results.csv",
    "Results_Corrigidos.csv",
    "SHA256SUMS",
    "results_manifest.json",
    "revisoes/results_manifest.1.json",
    "verificar.pyz",
]


@pytest.fixture
def second(reviewed: Any, operator: User, auditor: User) -> Export:
    """The second revision of a batch that left once before."""
    export_batch(reviewed.batch.pk, requested_by=operator)
    decide_card(
        reviewed.card.pk,
        author=auditor,
        version=2,
        verdict=Verdict.CORRECT,
        corrections={"debito": "52878"},
    )
    return export_batch(reviewed.batch.pk, requested_by=operator)[0]


@pytest.fixture
def folder(second: Export, tmp_path: Path) -> Path:
    write_folder(dossier(second), tmp_path / "dossie")
    return tmp_path / "dossie"


def findings(folder: Path) -> str:
    return "\n".join(verify(folder).findings)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_dossier_has_every_file_and_its_hash(folder: Path) -> None:
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    checked = run(folder, "sha256sum", "--strict", "-c", "SHA256SUMS")

    assert names == NAMES
    assert (checked.returncode, checked.stdout.count(": OK")) == (0, 6)


def test_its_own_verifier_runs_in_a_bare_python(folder: Path) -> None:
    done = run(folder, sys.executable, "-I", "-S", "verificar.pyz")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "revisão 2" in done.stdout
    assert "A corrente de revisões está inteira: 2 de 2." in done.stdout
    assert "Tudo confere" in done.stdout


def test_its_own_verifier_finds_a_forgery(folder: Path) -> None:
    path = folder / "Results_Corrigidos.csv"
    path.write_bytes(path.read_bytes().replace(b"sem nota", b"com nota"))

    done = run(folder, sys.executable, "-I", "-S", "verificar.pyz", ".")

    assert done.returncode == 1
    assert "foi alterado" in done.stdout


@pytest.mark.parametrize("name", [name for name in NAMES if name != "SHA256SUMS"])
def test_a_missing_file_is_found(folder: Path, name: str) -> None:
    (folder / name).unlink()

    assert "não foi encontrado" in findings(folder)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "SHA256SUMS"])
def test_an_edited_file_is_found(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    assert f"{name} não é o que SHA256SUMS diz" in findings(folder)


def test_a_cut_manifest_is_found(folder: Path) -> None:
    path = folder / "results_manifest.json"
    path.write_bytes(path.read_bytes()[:-40])

    assert "não é um JSON legível" in findings(folder)


def test_a_swapped_revision_is_found_without_the_list_of_hashes(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()
    newest, first = folder / "results_manifest.json", folder / NAMES[5]
    first.write_bytes(newest.read_bytes())

    assert "SHA-256" in findings(folder) and "corrente" in findings(folder)


def test_a_forged_earlier_revision_is_found_without_the_list_of_hashes(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()
    first = folder / NAMES[5]
    first.write_bytes(first.read_bytes().replace(b"auditor", b"ninguem"))

    assert "revisão 1 alterada ou trocada" in findings(folder)


def test_a_zip_is_checked_as_it_is(second: Export, tmp_path: Path) -> None:
    path = tmp_path / "dossie.zip"
    path.write_bytes(b"".join(stream_zip(dossier(second), at=second.created_at)))

    assert verify(path).findings == []
    assert sorted(ZipFile(path).namelist()) == NAMES
    path.write_bytes(path.read_bytes()[:-200])
    assert "cortado ou danificado" in verify(path).findings[0]


def test_the_same_dossier_has_the_same_bytes(second: Export) -> None:
    first, again = (b"".join(stream_zip(dossier(second), at=second.created_at)) for _ in range(2))
    verifier.cache_clear()

    assert first == again
    assert sha256(verifier()).hexdigest() in ZipFile(BytesIO(first)).read("SHA256SUMS").decode()


def test_the_package_streams_over_http(second: Export, operator: User, screen: Screen) -> None:
    url = f"/v1/audits/{second.batch_id}/exports/2/package"
    answer = screen(operator).get(url)

    assert (answer.status_code, answer.streaming) == (200, True)
    assert answer["Content-Type"] == "application/zip"
    assert sorted(ZipFile(BytesIO(body_of(answer))).namelist()) == NAMES


def test_strangers_and_unknown_revisions_find_no_package(
    second: Export, operator: User, stranger: User, screen: Screen
) -> None:
    url = f"/v1/audits/{second.batch_id}/exports/{{}}/package"

    assert screen(stranger).get(url.format(2)).status_code == 404
    assert screen(operator).get(url.format(3)).status_code == 404


def test_a_package_with_a_lost_file_is_refused_before_it_begins(
    second: Export, operator: User, screen: Screen
) -> None:
    remove(second.csv_path)

    answer = screen(operator).get(f"/v1/audits/{second.batch_id}/exports/2/package")

    assert (answer.status_code, answer.json()["code"]) == (404, "artefact_missing")
