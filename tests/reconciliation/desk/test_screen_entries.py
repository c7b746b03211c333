"""What the desk's page is told of ledger entries."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.desk.models import Entry
from reconciliation.desk.standing import standing_of
from tests.data.rows import make_transaction

Screen = Callable[[User], Client]
DESK = "/admin/reconciliation/reconciliation/mesa/"
MONTH = "competencia=2026-10"


@pytest.fixture
def fee(organization: Organization) -> Transaction:
    return make_transaction(organization, "-1234.50", memo="TARIFA <b>", payee="Banco Azul")


def post(client: Client, line: Transaction, word: str, **body: Any) -> Any:
    said = {"version": standing_of(line).version, **body}
    return client.post(f"{DESK}{line.pk}/{word}/?{MONTH}", said, content_type="application/json")


def test_the_dialog_begins_with_what_is_proposed(
    fee: Transaction, auditor: User, screen: Screen
) -> None:
    told = screen(auditor).get(f"{DESK}{fee.pk}/lancar/?{MONTH}").json()

    assert told["posting"]["text"] == "D - TARIFA <b> | Banco Azul"
    assert (told["amount"], told["told"], told["accounts"]) == ("R$ 1.234,50", "", [])


def test_it_is_saved_told_shown_logged_and_undone(
    fee: Transaction, auditor: User, screen: Screen
) -> None:
    client, posting = screen(auditor), {"debit": " 4.1 ", "text": "<i>Tarifa</i>"}
    done = post(client, fee, "salvar", verdict="entry", posting=posting).json()
    assert (done["word"], done["told"]) == ("lançado", "Lançamento contábil criado: débito 4.1.")
    shown = client.get(f"{DESK}{fee.pk}/parte/?{MONTH}").json()["html"]
    assert "&lt;i&gt;Tarifa&lt;/i&gt;" in shown
    assert "procure uma, ou diga que não há" not in shown
    log = client.get(f"{DESK}registro/").content.decode()
    assert "criou o lançamento contábil (débito 4.1)" in log

    undone = post(client, fee, "desfazer").json()
    assert undone["state"] == "waiting"
    assert not Entry.objects.exists()


@pytest.mark.parametrize("posting", [None, "4.1", ["4.1"], {}, {"debit": "4.1", "credit": "4.1"}])
def test_what_no_ledger_takes_is_refused(
    fee: Transaction, auditor: User, screen: Screen, posting: Any
) -> None:
    answer = post(screen(auditor), fee, "salvar", verdict="entry", posting=posting)

    assert answer.status_code == 400
    assert not Entry.objects.exists()


def test_another_organizations_line_does_not_exist(
    other_organization: Organization, auditor: User, screen: Screen
) -> None:
    foreign = make_transaction(other_organization, "-1.00")
    assert screen(auditor).get(f"{DESK}{foreign.pk}/lancar/?{MONTH}").status_code == 404


def test_who_only_reads_is_offered_nothing_and_saves_nothing(
    fee: Transaction, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    shown = client.get(f"{DESK}{fee.pk}/parte/?{MONTH}").json()["html"]
    answer = post(client, fee, "salvar", verdict="entry", posting={"debit": "4.1"})

    assert 'data-act="enter"' not in shown
    assert answer.status_code == 403
