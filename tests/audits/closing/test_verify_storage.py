"""What `verify_storage` finds: nothing when all is well, each kind of difference by its key."""

import os
import time
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from audits.exports.removals import carry_out_removals
from audits.exports.services import cleanup_batch
from audits.models import Batch, Evidence, Removal
from audits.rows import promise_removal
from audits.stored_check import CHANGED, MISSING, STRAY, Finding, check_storage, left_over
from conciliacontag.organizations.models import Organization, User


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_storage", *arguments, stdout=out)
    return out.getvalue()


def stored(key: str) -> Path:
    return Path(settings.FILES_ROOT) / key


def make_old(path: Path) -> None:
    before = time.time() - 7200
    os.utime(path, (before, before))


def test_all_is_well(reading: list[Batch]) -> None:
    assert list(check_storage()) == []
    assert "dizem o mesmo" in run()


def test_a_file_that_no_row_names(reading: list[Batch], organization: Organization) -> None:
    stray = f"{organization.pk}/2026/01/sobra.csv"
    stored(stray).parent.mkdir(parents=True, exist_ok=True)
    stored(stray).write_bytes(b"x")
    assert list(check_storage()) == []

    make_old(stored(stray))

    assert list(check_storage()) == [Finding(STRAY, stray)]
    promise_removal(organization.pk, stray)
    assert list(check_storage()) == []


def test_files_that_are_gone_or_were_changed(reading: list[Batch]) -> None:
    package = Evidence.objects.values_list("storage_path", flat=True).distinct().get()
    stored(package).unlink()
    stored(reading[0].original_path).write_bytes(b"changed")

    found = set(check_storage())
    assert found == {Finding(MISSING, package), Finding(CHANGED, reading[0].original_path)}
    assert set(check_storage(hashes=False)) == {Finding(MISSING, package)}
    with pytest.raises(CommandError) as refused:
        run()
    assert refused.value.returncode == 1


def test_the_initial_state_is_reached_again(
    organization: Organization, reading: list[Batch], manager: User
) -> None:
    assert left_over()["lotes"] == 3
    with pytest.raises(CommandError):
        run("--initial")
    for batch in reading:
        cleanup_batch(batch.pk, requested_by=manager, confirm=True)
    assert left_over().keys() == {"remoções", "arquivos guardados"}
    carry_out_removals()

    assert "estado inicial" in run("--initial")
    assert (left_over(), Removal.objects.exists()) == ({}, False)


def test_an_empty_install_is_in_its_initial_state(everything: None) -> None:
    assert not Path(settings.FILES_ROOT).exists()
    assert "estado inicial" in run("--initial")
