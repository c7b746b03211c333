"""The list and the page of movements: bank, boletos and ledger, with what each of them tells."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from tests.data.rows import make_transaction

Screen = Callable[[User], Client]
LIST = "admin:ingestion_transaction_changelist"
BOLETO: dict[str, Any] = {
    "identifiers": {"our_number": "12345678901", "tax_id": "11444777000161"},
    "title_value": "100.00",
    "interest": "2.50",
    "fine": "0.00",
    "fee": "1.99",
    "due_on": "2026-09-10",
    "movement_name": "Liquidação",
}
ENTRY = {"counter_accounts": ["1.1.2", "3.1"], "account_name": "BANCOS", "entry": "778"}


@pytest.fixture
def client(organization: Organization, person: Callable[..., User], screen: Screen) -> Client:
    return screen(person(Role.VIEWER, organization))


def page(client: Client, row: Any) -> str:
    answer = client.get(reverse("admin:ingestion_transaction_change", args=[row.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_boleto_tells_its_title_and_its_charges(
    client: Client, organization: Organization
) -> None:
    row = make_transaction(organization, "100.51", source="boleto", metadata=BOLETO)
    shown = page(client, row)

    for text in ("Nosso número", "12345678901", "11.444.777/0001-61", "Valor do título"):
        assert text in shown
    for text in ("Juros", "R$ 2,50", "Tarifa", "R$ 1,99", "10/09/2026", "Liquidação"):
        assert text in shown
    assert "Multa" not in shown


def test_an_entry_of_the_ledger_says_that_it_is_no_money(
    client: Client, organization: Organization
) -> None:
    shown = page(client, make_transaction(organization, "10", source="ledger", metadata=ENTRY))

    assert "1.1.2, 3.1" in shown and "BANCOS" in shown and "778" in shown
    assert "não é dinheiro que entrou ou saiu" in shown


def test_a_pix_is_named_in_words(client: Client, organization: Organization) -> None:
    said = {"identifiers": {"e2e": "E18236120202610201015s0123456789"}}

    assert "Pix (EndToEndId)" in page(client, make_transaction(organization, "10", metadata=said))


def test_the_list_is_narrowed_by_source(client: Client, organization: Organization) -> None:
    make_transaction(organization, "1.11", memo="DO BANCO")
    make_transaction(organization, "2.22", memo="DO BOLETO", source="boleto")
    shown = client.get(reverse(LIST), {"source__exact": "boleto"}).content.decode()

    assert "DO BOLETO" in shown and "DO BANCO" not in shown
