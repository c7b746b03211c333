"""The commands are thin skins over the services, with their exit codes."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audits.exports.services import export_batch
from audits.models import Batch, ClosingRecord, Export
from conciliacontag.organizations.models import Organization, User


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def export_into(reviewed: Any, user: User, folder: Path) -> str:
    batch = str(reviewed.batch.pk)
    return run("export_batch", "--batch", batch, "--user", user.email, "--output", str(folder))


def test_an_exported_folder_verifies_offline(reviewed: Any, operator: User, tmp_path: Path) -> None:
    assert "revisão 1" in export_into(reviewed, operator, tmp_path)
    assert "Tudo confere" in run("verify_export", str(tmp_path / "results_manifest.json"))


@pytest.mark.parametrize("name", ["Results.csv", "Results_Corrigidos.csv", "results_manifest.json"])
def test_a_changed_byte_is_found(reviewed: Any, operator: User, tmp_path: Path, name: str) -> None:
    export_into(reviewed, operator, tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes().replace(b"sem nota", b"com nota").replace(b"77", b"78"))

    with pytest.raises(CommandError) as refused:
        run("verify_export", str(tmp_path / "results_manifest.json"))
    assert refused.value.returncode == 1


def test_command_and_service_give_the_same_artefact(
    reviewed: Any, operator: User, tmp_path: Path
) -> None:
    export, _ = export_batch(reviewed.batch.pk, requested_by=operator)
    batch = str(reviewed.batch.pk)

    said = json.loads(run("export_batch", "--batch", batch, "--user", operator.email, "--json"))

    assert (said["csv"]["sha256"], said["created"]) == (export.csv_sha256, False)
    assert said["manifest"] == export.manifest


def test_pending_cards_are_refused_with_code_4(review: Any, operator: User) -> None:
    with pytest.raises(CommandError, match="cards_pending") as refused:
        run("export_batch", "--batch", str(review.batch.pk), "--user", operator.email)

    assert refused.value.returncode == 4


def test_an_unknown_person_is_refused(review: Any) -> None:
    with pytest.raises(CommandError, match="ninguem@exemplo"):
        run("export_batch", "--batch", str(review.batch.pk), "--user", "ninguem@exemplo.com.br")


def test_opening_finds_the_batch_of_the_last_run(review: Any, organization: Organization) -> None:
    said = run("open_batch", "--organization", organization.tenant_key)

    assert said.strip() == str(review.batch.pk)
    assert Batch.objects.count() == 1


def test_cleaning_needs_a_yes(reviewed: Any, operator: User, manager: User) -> None:
    export_batch(reviewed.batch.pk, requested_by=operator)
    named = ("cleanup_batches", "--batch", str(reviewed.batch.pk), "--user", manager.email)

    with pytest.raises(CommandError, match="--yes") as refused:
        run(*named)
    assert refused.value.returncode == 4
    assert "Nada foi removido" in run(*named, "--dry-run")
    assert Export.objects.exists()

    assert "limpo, 3 arquivos" in run(*named, "--yes")
    assert ClosingRecord.objects.count() == 1


def test_old_batches_are_found_by_age(reviewed: Any, operator: User, manager: User) -> None:
    export_batch(reviewed.batch.pk, requested_by=operator)
    by_age = ("cleanup_batches", "--user", manager.email, "--yes", "--older-than")

    assert run(*by_age, "30d") == "Lotes a limpar: 0.\n"
    assert "limpo" in run(*by_age, "0")


def test_a_refused_clean_up_exits_with_4(reviewed: Any, manager: User) -> None:
    with pytest.raises(SystemExit) as ended:
        run(
            "cleanup_batches",
            "--batch",
            str(reviewed.batch.pk),
            "--user",
            manager.email,
            "--yes",
        )
    assert ended.value.code == 4
