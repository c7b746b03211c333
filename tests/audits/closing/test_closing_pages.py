"""The screens of a clean-up: what would leave, what stays afterwards, how long batches are kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from audits.exports.retention import set_retention
from audits.exports.services import cleanup_batch, export_batch
from audits.models import Batch, ClosingRecord, Retention, Verdict
from audits.services import decide_card
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from tests.conftest import company, make_person
from tests.data.file_batches import make_answers
from tests.data.ground import Layer, Made

Screen = Callable[[User], Client]


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def cleaned(below: Made) -> Made:
    """Sixty lines with a doubt each, all decided; the seventh with a reason."""
    organization = below["organization"]
    manager = make_person(Role.MANAGER, organization)
    auditor = make_person(Role.AUDITOR, organization)
    batch = make_answers(organization, *[("AB", "A", "C")] * 60)
    for card in batch.cards.order_by("line"):
        note = "borrão na folha" if card.line == 7 else ""
        said: dict[str, Any] = {
            "author": auditor,
            "version": 1,
            "verdict": Verdict.CORRECT,
            "note": note,
        }
        decide_card(card.pk, corrections={"q1": "B"}, **said)
    export_batch(batch.pk, requested_by=manager)
    closed = cleanup_batch(batch.pk, requested_by=manager, confirm=True)
    return {"manager": manager, "auditor": auditor, "closed": closed}


@pytest.fixture
def layers(request: pytest.FixtureRequest, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    return (company, cleaned) if "closed" in request.fixturenames else layers


@pytest.fixture
def closed(standing: Made, organization: Organization) -> ClosingRecord:
    record: ClosingRecord = standing["closed"]
    return record


def test_the_batch_page_says_what_would_leave(
    reading: list[Batch], manager: User, screen: Screen
) -> None:
    said = shown(screen(manager), f"/admin/audits/batch/{reading[0].pk}/change/")

    assert "Saem:</strong> 3 arquivos (" in said
    assert "Results_Corrigidos.csv</span> da revisão 1" in said
    assert "prova.zip</span>, que outro lote usa" in said
    assert "Esta empresa não tem prazo de guarda: nada sai sozinho." in said
    assert "digite o nome do lote: Prova · Results_01PM.csv" in said


def test_a_batch_that_was_not_exported_offers_no_clean_up(
    reading: list[Batch], manager: User, screen: Screen
) -> None:
    Batch.objects.filter(pk=reading[0].pk).update(status="in_review")
    said = shown(screen(manager), f"/admin/audits/batch/{reading[0].pk}/change/")

    assert "Só um lote exportado pode ser limpo" in said
    assert "cleanup-name" not in said


def test_who_may_not_clean_up_is_not_shown_it(
    reading: list[Batch], auditor: User, screen: Screen
) -> None:
    said = shown(screen(auditor), f"/admin/audits/batch/{reading[0].pk}/change/")

    assert "Limpar este lote" not in said


def test_the_name_has_to_be_typed(reading: list[Batch], manager: User, screen: Screen) -> None:
    client, batch = screen(manager), reading[0]
    path = f"/admin/audits/batch/{batch.pk}/limpar/"
    client.post(path, {"name": "Prova"})
    assert Batch.objects.count() == 3

    answer = client.post(path, {"name": batch.name}, follow=True)

    assert Batch.objects.count() == 2
    assert f"{manager.name} limpou o lote {batch.name}." in answer.content.decode()


def test_who_decided_line_7_when_and_why(
    closed: ClosingRecord, auditor: User, manager: User, screen: Screen
) -> None:
    path = f"/admin/audits/closingrecord/{closed.pk}/change/"
    said = shown(screen(auditor), f"{path}?linha=7")

    assert f"{auditor.name} corrigiu os campos (Q1: AB → B)" in said
    assert "Motivo: borrão na folha" in said
    assert f"{timezone.localtime():%d/%m/%Y}" in said
    assert "1 decisão, página 1 de 1" in said
    assert closed.manifest_sha256 in said
    assert f"{manager.name} limpou o lote {closed.name}." in said


def test_decisions_come_in_pages(closed: ClosingRecord, auditor: User, screen: Screen) -> None:
    client, path = screen(auditor), f"/admin/audits/closingrecord/{closed.pk}/change/"
    first, second = shown(client, path), shown(client, f"{path}?pagina=2")

    assert "60 decisões, página 1 de 2" in first
    assert first.count("<tr><td>") - second.count("<tr><td>") == 40
    for strange in ("?linha=%C2%B2", "?linha=99999999999999", "?linha=0", "?pagina=x", "?linha=x"):
        shown(client, path + strange)


def test_a_record_of_another_company_is_not_found(
    closed: ClosingRecord, stranger: User, screen: Screen
) -> None:
    path = f"/admin/audits/closingrecord/{closed.pk}/change/"

    assert screen(stranger).get(path).status_code in (302, 404)
    assert closed.name not in shown(screen(stranger), "/admin/audits/closingrecord/")


def test_the_list_of_what_was_closed(closed: ClosingRecord, auditor: User, screen: Screen) -> None:
    said = shown(screen(auditor), "/admin/audits/closingrecord/?q=Simulado")

    assert closed.name in said


def test_the_period_is_set_and_switched_off_on_its_page(
    reading: list[Batch], organization: Organization, manager: User, screen: Screen
) -> None:
    client, path = screen(manager), f"/admin/audits/retention/{organization.pk}/definir/"
    assert "Sem prazo: nada sai sozinho." in shown(client, "/admin/audits/retention/")
    client.post(path, {"days": "7"})
    kept = Retention.objects.get()

    assert (kept.days, kept.changed_by) == (7, manager)
    assert "<strong>7 dias</strong> depois de exportado" in shown(
        client, "/admin/audits/retention/"
    )
    client.post(path, {"days": "7", "never": "1"})
    assert not Retention.objects.exists()


def test_what_leaves_next_is_warned_of(
    reading: list[Batch], organization: Organization, manager: User, screen: Screen
) -> None:
    set_retention(organization, days=7, user=manager)
    client = screen(manager)
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=True):
        client.force_login(manager)
        said = shown(client, "/admin/audits/retention/")

    assert "3 lotes já passaram do prazo e saem na próxima madrugada" in said
    assert reading[0].name in said


@pytest.mark.parametrize("days", ["", "0", "sete", "²", "9999999999", "-3"])
def test_what_is_no_period_changes_nothing(
    organization: Organization, manager: User, screen: Screen, days: str
) -> None:
    path = f"/admin/audits/retention/{organization.pk}/definir/"
    answer: Any = screen(manager).post(path, {"days": days}, follow=True)

    assert "O prazo de guarda vai de 1 a 36500 dias" in answer.content.decode()
    assert not Retention.objects.exists()


def test_small_roles_and_strangers_set_no_period(
    organization: Organization, operator: User, stranger: User, screen: Screen
) -> None:
    path = f"/admin/audits/retention/{organization.pk}/definir/"

    assert "Definir prazo" not in shown(screen(operator), "/admin/audits/retention/")
    screen(operator).post(path, {"days": "1"})
    assert screen(stranger).post(path, {"days": "1"}).status_code == 404
    assert screen(operator).get(path).status_code == 405
    assert not Retention.objects.exists()
