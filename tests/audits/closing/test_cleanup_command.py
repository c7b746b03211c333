"""`manage.py cleanup_batches` shows its plan, then acts: one batch, by age, or by the periods."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from audits.exports.retention import set_retention
from audits.models import Batch, ClosingRecord, Export
from conciliacontag.organizations.models import Organization, User


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("cleanup_batches", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def days_later(days: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=True)


def test_the_plan_names_each_file_and_what_stays(reading: list[Batch], manager: User) -> None:
    said = run("--batch", str(reading[0].pk), "--user", manager.email, "--dry-run")

    assert f"{reading[0].pk} · Prova · Results_01PM.csv · Padaria Aurora Ltda" in said
    assert "  sai  Results_01PM.csv (" in said
    assert "  sai  results_manifest.json (" in said
    assert "  saem 1 cartão, 3 imagens, 1 exportação" in said
    assert "  fica prova.zip: outro lote também o usa" in said
    assert said.endswith("Nada foi removido.\n")
    assert Batch.objects.count() == 3


def test_the_plan_comes_before_the_act(reading: list[Batch], manager: User) -> None:
    said = run("--batch", str(reading[0].pk), "--user", manager.email, "--yes")

    assert said.index("  sai  ") < said.index("limpo, 3 arquivos")


def test_a_second_time_removes_nothing(reading: list[Batch], manager: User) -> None:
    named = ("--batch", str(reading[0].pk), "--user", manager.email, "--yes")
    run(*named)

    assert "nada foi removido" in run(*named)
    assert ClosingRecord.objects.count() == 1


def test_by_age_only_exported_ones(reading: list[Batch], manager: User) -> None:
    Batch.objects.filter(pk=reading[0].pk).update(status="in_review")
    by_age = ("--older-than", "7d", "--user", manager.email, "--yes")

    assert run(*by_age) == "Lotes a limpar: 0.\n"
    with days_later(8):
        assert "Lotes a limpar: 2." in run(*by_age)
    assert Batch.objects.get() == reading[0]


def test_by_period_needs_nobody(
    reading: list[Batch], organization: Organization, manager: User
) -> None:
    set_retention(organization, days=7, user=manager)
    with days_later(8):
        assert "Lotes a limpar: 3." in run("--dry-run")
        assert run("--yes").count("limpo, ") == 3
        assert run("--yes") == "Lotes a limpar: 0.\n"

    assert ClosingRecord.objects.filter(closed_by=manager).count() == 3


def test_of_one_organization_alone(
    reading: list[Batch],
    organization: Organization,
    other_organization: Organization,
    manager: User,
) -> None:
    set_retention(organization, days=7, user=manager)
    with days_later(8):
        other = run("--organization", other_organization.tenant_key, "--yes")
        own = run("--organization", organization.tenant_key, "--dry-run")

    assert other == "Lotes a limpar: 0.\n"
    assert "Lotes a limpar: 3." in own


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--older-than", "sempre", "--user", "a@b.com"), "não é um prazo"),
        (("--older-than", "7d"), "--user"),
        (("--batch", "x"), "--user"),
        (("--organization", "nenhuma"), "nenhuma"),
        (("--batch", "x", "--older-than", "7d", "--user", "a@b.com"), "not allowed"),
    ],
)
def test_unclear_calls_are_refused(
    everything: None, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        run(*arguments)


def test_one_that_fails_is_told_and_the_others_go(
    reading: list[Batch], organization: Organization, manager: User
) -> None:
    set_retention(organization, days=7, user=manager)
    Export.objects.create(
        organization=organization,
        batch=reading[0],
        revision=2,
        requested_by=manager,
        locked_until=timezone.now() + timedelta(days=30),
    )
    with days_later(8), pytest.raises(SystemExit) as ended:
        run("--yes")

    assert ended.value.code == 3
    assert Batch.objects.get() == reading[0]


def test_days_are_those_of_here(reading: list[Batch], manager: User, screen: Any) -> None:
    late = datetime(2026, 11, 4, 1, 30, tzinfo=UTC)  # half past ten at night, the day before
    Batch.objects.update(exported_at=late)

    said = run("--batch", str(reading[0].pk), "--user", manager.email, "--dry-run")
    page = screen(manager).get(reverse("admin:audits_batch_changelist")).content.decode()

    assert ", exportado em 03/11/2026" in said
    assert "03/11/2026 por Manager" in page and "04/11/2026 por" not in page
