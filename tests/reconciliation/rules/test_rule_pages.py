"""Pages of rules: listed with their figures, written, simulated, enabled, suggested."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Run
from reconciliation.rules.form import EXAMPLES, condition_fault, form_of, text_of
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.reading import read_rules
from reconciliation.services import refuse_matches
from tests.data.requests import forgiven
from tests.data.rows import make_pair, make_transaction

Screen = Callable[[User], Client]
Save = Callable[..., Rule]
LIST = "/admin/reconciliation/rule/"
FIELDS = {"name": "Não aceitar", "when": "document_total == 1500", "decide": "forbid"}


@pytest.fixture
def client(manager: User, screen: Screen) -> Client:
    return screen(manager)


def shown(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer
    return unescape(answer.content.decode())


def send(client: Client, path: str, **fields: Any) -> Any:
    return forgiven(client.post(path, fields, follow=True))


@pytest.mark.parametrize("key", list(EXAMPLES))
def test_the_examples_are_rules(key: str) -> None:
    assert condition_fault(EXAMPLES[key]) is None
    read = read_rules(text_of(EXAMPLES[key]))[0].definition
    assert form_of(read) == EXAMPLES[key]


def test_an_empty_list_offers_three_rules(client: Client, organization: Organization) -> None:
    page = shown(client, LIST)

    assert all(form.name in page for form in EXAMPLES.values())
    page = shown(client, f"{LIST}nova/{organization.pk}/", como="tarifa")
    assert '"TARIFA" in transaction_memo' in page
    assert "dias do vencimento ao lançamento" in page


def test_a_rule_is_written_simulated_and_enabled_by_buttons(
    client: Client,
    organization: Organization,
    simulate: Callable[..., RuleSimulation],
) -> None:
    make_pair(organization)
    send(client, f"{LIST}nova/{organization.pk}/", **FIELDS)
    rule = Rule.objects.get()
    place = f"{LIST}{rule.pk}/"
    assert "Ligar</button>" not in shown(client, f"{place}change/")
    assert "Simulação pedida." in send(client, f"{place}simular/").content.decode()
    simulate(rule)
    page = shown(client, f"{place}change/")
    assert "Mudaria 1 linha: 1 de conciliada para sem par." in page
    assert "05/10/2026</a> · R$ 1.500,00" in page
    assert "Ligar</button>" in page

    send(client, f"{place}ligar/")
    rule.refresh_from_db()
    assert rule.is_enabled
    assert Run.objects.count() == 1
    listed = shown(client, LIST)
    assert "Ligada" in listed and f"de {rule.created_by.name}" in listed
    send(client, f"{place}desligar/")
    send(client, f"{place}esquecer/")
    assert "Não aceitar" not in shown(client, LIST)


def test_a_fault_of_the_condition_is_placed_in_its_field(
    client: Client, organization: Organization
) -> None:
    fields = {**FIELDS, "when": "transaction_credit\r\nand total > 3", "points": "mil"}
    answer = send(client, f"{LIST}nova/{organization.pk}/", **fields)
    page = unescape(answer.content.decode())

    assert answer.status_code == 422
    assert "Condição, linha 2, coluna 5: o nome “total” não existe" in page
    assert "“points” é um número inteiro" in page
    assert "and total > 3" in page  # what was typed is still there
    assert not Rule.objects.exists()


def test_yaml_takes_the_place_of_the_fields(client: Client, organization: Organization) -> None:
    one = "- {name: %s, when: transaction_credit, then: accept}\n"
    path = f"{LIST}nova/{organization.pk}/"
    answer = send(client, path, text="".join(one % name for name in ("a", "b", "ç: x")))
    assert answer.status_code == 422
    assert "Linha 3, coluna" in answer.content.decode()
    send(client, path, text=one % "a" + one % "b")

    assert [rule.name for rule in Rule.objects.kept()] == ["a", "b"]


def test_editing_writes_the_next_version(client: Client, save: Save) -> None:
    rule = save("transaction_credit", name="Antes")
    place = f"{LIST}{rule.pk}/editar/"
    assert "transaction_credit" in shown(client, place)
    send(client, place, name="Depois", when="not transaction_credit", decide="propose", note="Sim")

    rule.refresh_from_db()
    assert rule.name == "Depois"
    assert list(rule.versions.values_list("number", "note")) == [(2, "Sim"), (1, "")]


def test_a_suggestion_is_shown_used_or_forgotten(
    client: Client, organization: Organization, auditor: User
) -> None:
    for number in range(3):
        line = make_transaction(organization, "-35.00", memo=f"TARIFA PACOTE {number}")
        refuse_matches(line, user=auditor, reason="")
    page = shown(client, LIST)
    assert "3 vezes, nunca diferente" in page
    assert "o histórico sem números é “TARIFA PACOTE” e o dinheiro saiu da conta" in page
    used = page.partition("?sugestao=")[2][:64]
    form = shown(client, f"{LIST}nova/{organization.pk}/", sugestao=used)
    assert 'transaction_text == "TARIFA PACOTE"' in form
    send(client, f"{LIST}esquecer/{organization.pk}/{used}/")

    assert "nunca diferente" not in shown(client, LIST)


def test_the_page_of_a_rule_tells_its_condition_in_words(client: Client, save: Save) -> None:
    rule = save("transaction_credit and (pair_booked or document_total > 5)")
    page = shown(client, f"{LIST}{rule.pk}/change/")

    assert page.index("Todas valem:") < page.index("Uma destas vale:")
    assert "<li>o total da nota é maior que R$ 5,00</li>" in page
    assert "<dt>Ninguém contradisse</dt><dd>sem histórico</dd>" in page


def test_who_only_reads_sees_no_buttons_and_is_refused(
    operator: User, screen: Screen, organization: Organization, save: Save
) -> None:
    rule, client = save("transaction_credit"), screen(operator)
    page = shown(client, f"{LIST}{rule.pk}/change/")

    assert "Simular</button>" not in page
    assert client.get(f"{LIST}nova/{organization.pk}/").status_code == 403
    assert client.get(f"{LIST}{rule.pk}/editar/").status_code == 403
    send(client, f"{LIST}{rule.pk}/esquecer/")
    assert Rule.objects.kept().count() == 1


def test_another_company_is_not_there(
    stranger: User, screen: Screen, organization: Organization, save: Save
) -> None:
    rule, client = save("transaction_credit"), screen(stranger)
    for path in (f"{rule.pk}/change/", f"{rule.pk}/editar/", f"nova/{organization.pk}/"):
        assert client.get(LIST + path).status_code == 404
    assert client.post(f"{LIST}{rule.pk}/simular/").status_code == 404


def test_html_in_a_name_stays_text(client: Client, save: Save) -> None:
    rule = save("transaction_credit", name="<script>x</script>")

    for path in (LIST, f"{LIST}{rule.pk}/change/", f"{LIST}{rule.pk}/editar/"):
        assert "<script>x" not in client.get(path).content.decode()
