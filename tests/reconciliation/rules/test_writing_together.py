"""Two people write one rule: neither writes over what he has not seen."""

from collections.abc import Callable
from html import unescape
from unicodedata import normalize

import pytest
from django.test import Client

from conciliacontag.errors import Conflict, InvalidInput, NotFound
from conciliacontag.organizations.models import Organization, User
from reconciliation.rules.models import Rule, RuleVersion
from reconciliation.rules.services import forget_rule, save_rules

Save = Callable[..., Rule]
Screen = Callable[[User], Client]
TEXT = "name: 'Regra'\nwhen: 'transaction_amount > {amount}'\nthen: accept"


def amounts() -> list[str]:
    rows = RuleVersion.objects.order_by("number")
    return [row.definition["when"].rpartition(" ")[2] for row in rows]


def test_a_version_nobody_saw_is_not_written_over(
    organization: Organization, manager: User, save: Save
) -> None:
    rule = save("transaction_amount > 1")
    save_rules(organization, TEXT.format(amount=2), user=manager, rule=rule, seen=1)
    with pytest.raises(Conflict, match="guardou a versão 2") as caught:
        save_rules(organization, TEXT.format(amount=3), user=manager, rule=rule, seen=1)

    assert (caught.value.code, amounts()) == ("rule_changed", ["1", "2"])
    save_rules(organization, TEXT.format(amount=3), user=manager, rule=rule, seen=2)
    assert amounts() == ["1", "2", "3"]


def test_the_same_words_twice_are_no_conflict(
    organization: Organization, manager: User, save: Save
) -> None:
    rule = save("transaction_amount > 1")
    for _ in range(2):
        save_rules(organization, TEXT.format(amount=2), user=manager, rule=rule, seen=1)

    assert amounts() == ["1", "2"]


def test_a_rule_that_was_forgotten_meanwhile_gets_no_version(
    organization: Organization, manager: User, save: Save
) -> None:
    rule = save("transaction_amount > 1")
    forget_rule(rule, user=manager)
    with pytest.raises(NotFound):
        save_rules(organization, TEXT.format(amount=2), user=manager, rule=rule)

    assert amounts() == ["1"]


def test_the_form_tells_of_the_other_and_keeps_what_was_typed(
    manager: User, save: Save, screen: Screen
) -> None:
    rule = save("transaction_amount > 1")
    client, place = screen(manager), f"/admin/reconciliation/rule/{rule.pk}/editar/"
    assert 'name="seen" value="1"' in client.get(place).content.decode()
    save("transaction_amount > 2")
    fields = {"name": "Regra", "when": "transaction_amount > 3", "decide": "accept", "seen": "1"}
    answer = client.post(place, fields)
    page = unescape(answer.content.decode())

    assert (answer.status_code, amounts()) == (422, ["1", "2"])
    assert "guardou a versão 2" in page
    assert "transaction_amount > 3" in page
    assert 'name="seen" value="2"' in page
    client.post(place, fields | {"seen": "2"})
    assert amounts() == ["1", "2", "3"]


def test_the_api_takes_the_version_that_was_seen(
    organization: Organization, manager: User, save: Save, screen: Screen
) -> None:
    save("transaction_amount > 1")
    client, asked = screen(manager), {"text": TEXT.format(amount=2), "version": 0}
    answer = client.post("/v1/admin/rules", asked, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (409, "rule_changed")
    answer = client.post("/v1/admin/rules", asked | {"version": 1}, content_type="application/json")
    assert (answer.status_code, amounts()) == (201, ["1", "2"])
    two = "- {name: a, when: transaction_credit, then: accept}\n"
    with pytest.raises(InvalidInput):
        save_rules(organization, two + two.replace("a,", "b,"), user=manager, seen=1)


def test_accents_in_two_characters_are_letters(organization: Organization, manager: User) -> None:
    composed = "name: Aluguéis\nwhen: '\"Salão\" in transaction_memo'\nthen: accept"
    rule = save_rules(organization, normalize("NFD", composed), user=manager)[0][0]

    assert rule.name == "Aluguéis"
    assert rule.versions.get().definition["when"] == '"Salão" in transaction_memo'
