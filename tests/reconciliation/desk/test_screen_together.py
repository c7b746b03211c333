"""The desk's page where a line is part of something larger: groups, joined lines, rules, news."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.desk.standing import standing_of
from reconciliation.models import Reconciliation
from reconciliation.rules.models import Rule
from tests.data.links import make_booking, make_group
from tests.data.rows import make_document, make_transaction

Screen = Callable[[User], Client]
MESA = "/admin/reconciliation/reconciliation/mesa/"


def save(client: Client, line: Transaction, **said: Any) -> Any:
    body = {"version": standing_of(line).version, "verdict": "accept", **said}
    address = f"{MESA}{line.pk}/salvar/?competencia=2026-10"
    return client.post(address, json.dumps(body), content_type="application/json")


def test_a_group_is_one_candidate_with_its_notes(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    notes = [make_document(organization, amount) for amount in ("600.00", "400.00")]
    line = make_transaction(organization, "1000.00")
    make_group(organization, notes, line, status="partial")
    page = screen(auditor).get(MESA, {"competencia": "2026-10"}).content.decode()

    assert page.count("data-candidate ") == 1
    assert "2 notas juntas" in page
    for note, amount in zip(notes, ("600,00", "400,00"), strict=True):
        assert f"{note} · R$ {amount}" in page
    said = save(screen(auditor), line, choices=[f"{note.pk}|" for note in notes]).json()
    assert said["state"] == "matched"


def test_cents_are_told_to_the_page_without_points(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    line = make_transaction(organization, "12345.67")
    make_booking(line, make_document(organization, "12345.67"), "12345.67", status="partial")
    page = screen(auditor).get(MESA, {"competencia": "2026-10"}).content.decode()

    assert 'data-left="1234567"' in page
    assert 'data-owed="1234567"' in page


def test_lines_to_join_are_offered_those_meant_first(
    organization: Organization, other_organization: Organization, auditor: User, screen: Screen
) -> None:
    note = make_document(organization, "1000.00")
    line = make_transaction(organization, "600.00")
    near = make_transaction(organization, "400.00", memo="OUTRO CLIENTE")
    meant = make_transaction(organization, "250.00", memo="MESMO CLIENTE")
    make_transaction(organization, "-400.00", memo="SAIDA")
    make_transaction(other_organization, "400.00", memo="DE FORA")
    make_booking(meant, note, "250.00", status="partial")
    asked = {"notas": str(note.pk), "faltam": "40000", "competencia": "2026-10"}
    said = screen(auditor).get(f"{MESA}{line.pk}/juntar/", asked).json()

    assert said["count"] == 2
    assert said["html"].index(str(meant.pk)) < said["html"].index(str(near.pk))
    assert "DE FORA" not in said["html"] and "SAIDA" not in said["html"]


def test_two_lines_are_booked_together(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    note = make_document(organization, "1000.00")
    lines = [make_transaction(organization, amount) for amount in ("600.00", "400.00")]
    chosen = {"choices": [f"{note.pk}|"], "lines": [str(lines[1].pk)]}
    said = save(screen(auditor), lines[0], **chosen).json()

    assert said["is_over"] is True
    assert Reconciliation.objects.matched().count() == 2


def test_what_is_left_is_said_and_the_line_stays(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    note, line = make_document(organization, "700.00"), make_transaction(organization, "1000.00")
    said = save(screen(auditor), line, choices=[f"{note.pk}|"]).json()
    page = screen(auditor).get(MESA, {"competencia": "2026-10"}).content.decode()

    assert said["told"] == f"Conciliado com {note}; restam R$ 300,00 no lançamento."
    assert said["word"] == "restam R$ 300,00"
    assert "Já conciliado em parte: <strong>restam R$ 300,00" in page


@pytest.mark.parametrize("body", [{"lines": ["x"]}, {"lines": "a"}, {"choices": [3]}])
def test_what_the_page_never_sends_is_refused(
    organization: Organization, auditor: User, screen: Screen, body: dict[str, Any]
) -> None:
    answer = save(screen(auditor), make_transaction(organization, "3.00"), **body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_rule_begins_with_words_side_and_party_and_leads_back(
    organization: Organization, manager: User, screen: Screen
) -> None:
    note = make_document(organization, "5.00")
    line = make_transaction(organization, "5.00", memo="PIX MERCADO 01/2026")
    back = f"{MESA}?competencia=2026-10&lancamento={line.pk}"
    address = f"/admin/reconciliation/rule/nova/{organization.pk}/"
    asked = {"lancamento": str(line.pk), "nota": str(note.pk), "voltar": back}
    form = screen(manager).get(address, asked).content.decode()
    when = (
        'transaction_credit and "PIX MERCADO" in transaction_memo'
        f' and document_party_id == "{note.receiver_cnpj}"'
    )
    assert escape(when) in form

    sent = {"name": "Mercado", "when": when, "decide": "accept", "voltar": back}
    answer = screen(manager).post(address, sent)
    assert (answer.status_code, answer["Location"]) == (302, back)
    assert Rule.objects.get().name == "Mercado"


@pytest.mark.parametrize("elsewhere", ["https://exemplo.com.br/admin/", "//exemplo.com.br", "/v1/"])
def test_a_rule_leads_back_to_no_other_site(
    organization: Organization, manager: User, screen: Screen, elsewhere: str
) -> None:
    address = f"/admin/reconciliation/rule/nova/{organization.pk}/"
    sent = {"name": "A", "when": "transaction_credit", "decide": "accept", "voltar": elsewhere}
    answer = screen(manager).post(address, sent)

    assert answer["Location"].startswith("/admin/reconciliation/rule/")


def test_lines_that_came_meanwhile_are_counted(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    make_transaction(organization, "3.00")
    asked = {"competencia": "2026-10", "desde": str(int(time.time()) - 60)}
    client = screen(auditor)
    assert client.get(f"{MESA}contagens/", asked).json()["fresh"] == 1
    later = asked | {"desde": str(int(time.time()) + 60)}
    assert client.get(f"{MESA}contagens/", later).json()["fresh"] == 0
    for odd in ("", "x", "9" * 40):
        assert client.get(f"{MESA}contagens/", asked | {"desde": odd}).json()["fresh"] == 0


def test_another_organizations_line_joins_nothing(
    other_organization: Organization, auditor: User, screen: Screen
) -> None:
    foreign = make_transaction(other_organization, "3.00")

    assert screen(auditor).get(f"{MESA}{foreign.pk}/juntar/").status_code == 404


def test_the_log_tells_every_line_of_a_link(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    note = make_document(organization, "1000.00")
    lines = [make_transaction(organization, text, memo=f"TED {text}") for text in ("600", "400")]
    save(screen(auditor), lines[0], choices=[f"{note.pk}|"], lines=[str(lines[1].pk)])
    page = screen(auditor).get(f"{MESA}registro/").content.decode()

    assert "TED 600" in page and "TED 400" in page
    assert "conciliou" in page
