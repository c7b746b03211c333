"""Rules over HTTP, and by command."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.simulation import execute_simulation
from tests.data.rows import make_pair

Screen = Callable[[User], Client]
Save = Callable[..., Rule]
RULES = "/v1/admin/rules"
TEXT = "name: Não aceitar\nwhen: document_total == 1500\nthen: forbid\n"


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


def test_a_rule_is_written_tried_enabled_and_disabled(
    organization: Organization, manager: User, screen: Screen
) -> None:
    make_pair(organization)
    client = screen(manager)
    written = post(client, RULES, text=TEXT)
    place = written.json()["data"][0]["links"]["self"]
    asked = post(client, f"{place}/simulate")
    execute_simulation(organization.pk, asked.json()["id"])
    found = client.get(asked["Location"]).json()
    enabled = post(client, f"{place}/enable").json()
    disabled = post(client, f"{place}/disable").json()

    assert (written.status_code, asked.status_code) == (201, 202)
    assert (found["status"], found["progress"]["percent"]) == ("done", 100.0)
    assert found["counts"]["kinds"] == {"matched_to_unmatched": 1}
    assert (enabled["enabled_version"], enabled["run"]["force"]) == (1, True)
    assert disabled["enabled_version"] is None


def test_the_same_rule_again_answers_200(manager: User, screen: Screen) -> None:
    client = screen(manager)
    first, again = post(client, RULES, text=TEXT), post(client, RULES, text=TEXT)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_enabling_untried_is_a_conflict(manager: User, screen: Screen, save: Save) -> None:
    answer = post(screen(manager), f"{RULES}/{save('transaction_credit').pk}/enable")

    assert (answer.status_code, answer.json()["code"]) == (409, "rule_not_simulated")


def test_a_fault_tells_line_and_column(manager: User, screen: Screen) -> None:
    answer = post(screen(manager), RULES, text="name: a\nwhen: credit\nthen: accept")

    assert answer.status_code == 400
    fault = answer.json()["details"]["fields"]["text"][0]
    assert (fault["code"], fault["line"], fault["column"]) == ("condition_unknown_name", 2, 7)


def test_reading_is_for_all_and_writing_for_some(
    operator: User, screen: Screen, save: Save
) -> None:
    rule = save("transaction_credit")
    client = screen(operator)

    assert [row["name"] for row in client.get(RULES).json()["data"]] == ["Regra"]
    assert client.get(f"{RULES}/{rule.pk}").json()["definition"]["when"] == "transaction_credit"
    assert post(client, RULES, text=TEXT).status_code == 403
    for verb in ("simulate", "enable", "disable"):
        assert post(client, f"{RULES}/{rule.pk}/{verb}").status_code == 403
    assert client.delete(f"{RULES}/{rule.pk}").status_code == 403


def test_another_organizations_rule_is_not_found(
    stranger: User, screen: Screen, save: Save, simulate: Callable[..., RuleSimulation]
) -> None:
    rule = save("transaction_credit")
    tried = simulate(rule)
    client = screen(stranger)

    assert client.get(RULES).json()["data"] == []
    for address in (f"{RULES}/{rule.pk}", f"/v1/admin/simulations/{tried.pk}"):
        assert client.get(address).status_code == 404
    for verb in ("simulate", "enable", "disable"):
        assert post(client, f"{RULES}/{rule.pk}/{verb}").status_code == 404
    assert client.delete(f"{RULES}/{rule.pk}").status_code == 404


def test_many_rules_are_listed_in_as_many_queries_as_few(
    manager: User, screen: Screen, save: Save, django_assert_max_num_queries: Any
) -> None:
    client = screen(manager)
    for number in range(12):
        save(f"transaction_amount > {number}", name=f"r{number}")
    with django_assert_max_num_queries(14):
        assert len(client.get(RULES).json()["data"]) == 12
    with django_assert_max_num_queries(24):
        client.get("/admin/reconciliation/rule/")


def test_forgotten_twice_is_not_found_the_second_time(
    manager: User, screen: Screen, save: Save
) -> None:
    client, rule = screen(manager), save("transaction_credit")

    assert client.delete(f"{RULES}/{rule.pk}").status_code == 204
    assert client.delete(f"{RULES}/{rule.pk}").status_code == 404
    assert client.get(f"{RULES}/{uuid4()}").status_code == 404


def test_the_command_says_what_the_api_says(
    organization: Organization, manager: User, screen: Screen, save: Save
) -> None:
    make_pair(organization)
    rule = save("document_total == 1500", "forbid", "Não aceitar")
    out = StringIO()
    named = {"organization": organization.tenant_key, "rule": rule.name}
    call_command("simulate_rule", **named, json=True, stdout=out)
    said = json.loads(out.getvalue())
    told = screen(manager).get(said["links"]["self"]).json()

    assert said["counts"] == told["counts"]
    words = StringIO()
    call_command("simulate_rule", **named, period="2026-10", stdout=words)
    assert "Mudaria 1 linha: 1 de conciliada para sem par." in words.getvalue()


def test_the_command_names_what_there_is(organization: Organization, save: Save) -> None:
    save("transaction_credit", name="Aluguel")
    named = {"organization": organization.tenant_key}
    with pytest.raises(CommandError, match="“Aluguel”"):
        call_command("simulate_rule", **named, rule="Outra")
    with pytest.raises(CommandError, match="não é um mês"):
        call_command("simulate_rule", **named, rule="Aluguel", period="ontem")
