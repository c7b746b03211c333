"""`open_batch --file` opens as the service and the API do."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from audits.models import Batch, Removal
from conciliacontag.organizations.models import Organization, User
from tests.data.answer_sheets import FIRST, package, png, results, sheet
from tests.data.requests import forgiven

CONTENT = results(FIRST, sheet("limpo.png", "A", "B"))


def run(organization: Organization, *arguments: str) -> str:
    out = StringIO()
    named = ("--organization", organization.tenant_key)
    call_command("open_batch", *named, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Results_08PM.csv"
    path.write_bytes(CONTENT)
    return path


def test_a_dry_run_counts_and_keeps_nothing(organization: Organization, file: Path) -> None:
    told = run(organization, "--file", str(file), "--layout", "omr", "--dry-run")

    assert "Nada foi guardado. Results_08PM.csv: 2 linhas, 1 cartões" in told
    assert "multi 1; blank 1" in told
    assert not Batch.objects.exists() and not Removal.objects.exists()


def test_command_and_api_find_the_same_batch(
    organization: Organization, operator: User, screen: Callable[[User], Client], file: Path
) -> None:
    images = file.with_name("i.zip")
    images.write_bytes(package({"file1.png": png(), "nota.txt": b"n"}))
    arguments = ("--file", str(file), "--layout", "omr", "--images", str(images))
    (said,) = json.loads(run(organization, *arguments, "--user", operator.email, "--json"))
    body = {"file": SimpleUploadedFile("x.csv", CONTENT), "layout": "omr"}
    answer = forgiven(screen(operator).post("/v1/audits", body)).json()

    assert (said["created"], said["batch_id"]) == (True, answer["batch_id"])
    for name in ("rows", "total", "pending", "images", "left_out", "filename"):
        assert said[name] == answer[name]
    assert Batch.objects.get().opened_by == operator
    assert "já estava aberto" in run(organization, *arguments)


@pytest.mark.parametrize("is_named", [False, True])
def test_a_refused_file_exits_with_4_and_tells_every_line(
    organization: Organization, operator: User, file: Path, is_named: bool
) -> None:
    file.write_bytes(results(sheet("../a", "A", "B"), sheet("", "A", "B")))
    errors = StringIO()
    with pytest.raises(CommandError, match="csv_identifier_unsafe") as refused:
        call_command(
            "open_batch",
            organization=organization.tenant_key,
            file=file,
            layout="omr",
            user=operator.email if is_named else None,
            stderr=errors,
        )

    assert refused.value.returncode == 4
    assert "Linha 3" in errors.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--layout", "omr"],
        ["--dry-run"],
        ["--file", "/nao/existe.csv", "--layout", "omr"],
        ["--file", "/nao/existe.csv"],
    ],
)
def test_options_that_do_not_go_together_are_refused(
    organization: Organization, arguments: list[str]
) -> None:
    with pytest.raises(CommandError):
        run(organization, *arguments)
