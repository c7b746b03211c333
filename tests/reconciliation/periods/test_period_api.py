"""A month over HTTP, by command and on the screen: the same answers from the same service."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.models import Run
from reconciliation.periods.models import Closing
from tests.data.requests import get, post
from tests.data.rows import make_document, make_doubt, make_transaction

Screen = Callable[[User], Client]
Pair = tuple[Document, Transaction]
MONTH = "/v1/periods/2026-10"
PAGE = "/admin/reconciliation/closing/mes/"


def test_an_open_month_tells_what_it_waits_for(
    organization: Organization, operator: User, screen: Screen, reconcile: Callable[..., Run]
) -> None:
    make_doubt(organization)
    reconcile(organization)
    said = get(screen(operator), MONTH).json()

    assert (said["status"], said["closings"], said["changes"]) == ("open", [], [])
    item = next(one for one in said["checklist"] if one["code"] == "proposals")
    assert (item["count"], item["severity"]) == (1, "open")
    listed = screen(operator).get(item["page"])
    assert listed.context["total"]["count"] == 1


def test_closing_twice_answers_the_same(
    pair: Pair, organization: Organization, manager: User, screen: Screen
) -> None:
    client = screen(manager)
    first = post(client, f"{MONTH}/close", reason="Conferido")
    again = post(client, f"{MONTH}/close", reason="Conferido")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert first.json()["closed_by"] == manager.email


def test_reopening_twice_answers_the_same(closed: Closing, manager: User, screen: Screen) -> None:
    client = screen(manager)
    answers = [post(client, f"{MONTH}/reopen", reason="Faltou nota") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["is_in_force"] is False


def test_what_came_late_is_listed(
    closed: Closing, organization: Organization, operator: User, screen: Screen
) -> None:
    note = make_document(organization, "88.00")
    said = get(screen(operator), MONTH).json()

    assert (said["status"], said["checklist"]) == ("closed", [])
    (change,) = said["changes"]
    assert change["document_id"] == str(note.pk)
    assert change["message"].startswith("Chegou depois do fechamento")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "reason_required"),
        ({"reason": "x" * 513}, 400, "reason_required"),
        ({"reason": "Conferido", "accept_open": "talvez"}, 400, "invalid"),
    ],
)
def test_bad_input_is_refused(
    manager: User, screen: Screen, body: dict[str, Any], status: int, code: str
) -> None:
    answer = post(screen(manager), f"{MONTH}/close", **body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("period", ["2026-13", "outubro", "2026-10-01"])
def test_what_is_no_month_is_refused(manager: User, screen: Screen, period: str) -> None:
    answer = post(screen(manager), f"/v1/periods/{period}/close", reason="Conferido")

    assert answer.status_code == 400
    assert "period" in answer.json()["details"]["fields"]


@pytest.mark.parametrize("word", ["close", "reopen"])
def test_the_role_and_the_company_are_checked(
    closed: Closing,
    organization: Organization,
    operator: User,
    stranger: User,
    screen: Screen,
    word: str,
) -> None:
    named = {"reason": "x", "organization_id": str(organization.pk)}
    answers = [post(screen(user), f"{MONTH}/{word}", **named) for user in (operator, stranger)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[1].json()["code"] == "organization_mismatch"
    seen = get(screen(stranger), MONTH, {"organization_id": str(organization.pk)})
    assert seen.status_code == 403
    assert get(screen(stranger), MONTH).json()["closings"] == []


def test_a_decision_in_a_closed_month_is_a_clear_409(
    closed: Closing, pair: Pair, manager: User, screen: Screen
) -> None:
    row = pair[1].reconciliations.get()
    client = screen(manager)
    answer = client.post(f"/admin/reconciliation/reconciliation/{row.pk}/desfazer/", follow=True)

    assert "está fechado: nada dele pode mudar" in answer.content.decode()
    row.refresh_from_db()
    assert row.status == "matched"


def command(user: User, *arguments: str) -> str:
    out = StringIO()
    named = ("--organization", "empresa-1", "--period", "2026-10", "--user", user.email)
    call_command("close_period", *named, *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_the_api_says(
    pair: Pair, organization: Organization, manager: User, screen: Screen
) -> None:
    assert "2026-10 está aberto." in command(manager)
    said = json.loads(command(manager, "--reason", "Conferido", "--json"))

    assert said == post(screen(manager), f"{MONTH}/close", reason="Conferido").json()
    assert "já estava fechado" in command(manager, "--reason", "De novo")
    assert "está aberto de novo" in command(manager, "--reason", "Faltou", "--reopen")


def test_the_command_refuses_with_4(organization: Organization, operator: User) -> None:
    with pytest.raises(CommandError) as refusal:
        command(operator, "--reason", "Conferido")
    assert refusal.value.returncode == 4


def test_the_page_closes_and_opens_again(
    pair: Pair, organization: Organization, manager: User, screen: Screen
) -> None:
    client = screen(manager)
    form = {"empresa": organization.tenant_key, "competencia": "2026-10", "reason": "Conferido"}
    assert "Fechar outubro de 2026" in client.get(f"{PAGE}?competencia=2026-10").content.decode()
    closed = client.post(f"{PAGE}fechar/", form, follow=True).content.decode()
    note = make_document(organization)
    seen = client.get(PAGE).content.decode()
    opened = client.post(f"{PAGE}reabrir/", form | {"reason": "Faltou"}, follow=True)

    assert "Outubro de 2026 está fechado" in closed
    assert "1 registro deste mês chegou depois do fechamento" in seen
    assert str(note.pk) in seen
    assert "e reaberto em" in opened.content.decode()
    row = Closing.objects.get()
    assert (
        "Nada: o mês fechou limpo."
        in client.get(f"/admin/reconciliation/closing/{row.pk}/change/").content.decode()
    )
    assert "Reaberto" in client.get("/admin/reconciliation/closing/").content.decode()


def test_a_refused_closing_keeps_what_was_typed(
    organization: Organization, manager: User, screen: Screen
) -> None:
    make_transaction(organization, "-900.00", memo="PIX ENVIADO")
    client = screen(manager)
    form = {"empresa": organization.tenant_key, "competencia": "2026-10", "reason": "Tudo visto"}
    told = client.post(f"{PAGE}fechar/", form, follow=True).content.decode()

    assert "1 pendência em aberto neste mês." in told
    assert 'value="Tudo visto"' in told
    assert "Tudo visto" not in client.get(PAGE).content.decode()


def test_the_page_keeps_others_out(
    closed: Closing, organization: Organization, stranger: User, operator: User, screen: Screen
) -> None:
    form = {"empresa": organization.tenant_key, "competencia": "2026-10", "reason": "x"}
    assert screen(stranger).post(f"{PAGE}reabrir/", form).status_code == 404
    told = screen(operator).post(f"{PAGE}reabrir/", form, follow=True).content.decode()

    assert "Seu papel nesta empresa não permite esta ação" in told
    assert (
        screen(stranger).get(f"/admin/reconciliation/closing/{closed.pk}/change/").status_code
        == 404
    )
    assert Closing.objects.get().is_in_force
