"""Rules change places one way, whoever asks: in the trail, and never over another's change."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from conciliacontag.errors import Conflict, InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.ordering import move_rule, order_of
from reconciliation.rules.services import enable_rule, forget_rule
from tests.data.requests import forgiven

Save = Callable[..., Rule]
Simulate = Callable[..., RuleSimulation]
Screen = Callable[[User], Client]


@pytest.fixture
def three(save: Save) -> list[Rule]:
    return [save(f"transaction_amount > {number}", name=name) for number, name in enumerate("abc")]


def names() -> str:
    return "".join(rule.name for rule in Rule.objects.kept())


def test_a_moved_rule_makes_the_others_give_way(three: list[Rule], manager: User) -> None:
    assert "".join(one.name for one in move_rule(three[2], place=1, user=manager)) == "cab"
    assert names() == "cab"
    move_rule(three[2], place=99, user=manager)
    assert names() == "abc"
    said = AuditLog.objects.filter(action="rule.moved").order_by("sequence").first()
    assert said is not None
    assert said.diff == {"name": "c", "from": 3, "to": 1}


def test_moved_twice_to_the_same_place_it_is_told_once(three: list[Rule], manager: User) -> None:
    seen = order_of(three)
    for _ in range(2):
        move_rule(three[0], place=2, user=manager, seen=seen)

    assert names() == "bac"
    assert AuditLog.objects.filter(action="rule.moved").count() == 1


def test_an_order_that_somebody_changed_is_not_changed_blindly(
    three: list[Rule], manager: User
) -> None:
    seen = order_of(three)
    move_rule(three[0], place=3, user=manager, seen=seen)
    with pytest.raises(Conflict, match="Outra pessoa"):
        move_rule(three[1], place=3, user=manager, seen=seen)

    assert names() == "bca"


def test_who_may_not_configure_moves_nothing(
    three: list[Rule], operator: User, stranger: User, manager: User
) -> None:
    for user in (operator, stranger):
        with pytest.raises(NotAllowed):
            move_rule(three[0], place=2, user=user)
    with pytest.raises(InvalidInput):
        move_rule(three[0], place=0, user=manager)
    forget_rule(three[0], user=manager)
    with pytest.raises(NotFound):
        move_rule(three[0], place=2, user=manager)
    assert names() == "bc"


def test_a_simulation_is_stale_once_the_rule_has_another_place(
    save: Save, simulate: Simulate, manager: User
) -> None:
    works, tried = save("transaction_credit", name="a"), save("transaction_amount > 1", name="b")
    simulate(works)
    enable_rule(works, user=manager)
    simulate(tried)
    move_rule(tried, place=1, user=manager)
    with pytest.raises(Conflict, match="a ordem delas"):
        enable_rule(tried, user=manager)

    simulate(tried)
    assert enable_rule(tried, user=manager)[0].is_enabled


def test_the_api_and_the_page_move_alike(
    three: list[Rule], organization: Organization, manager: User, stranger: User, screen: Screen
) -> None:
    client, place = screen(manager), f"/v1/admin/rules/{three[0].pk}/move"
    body: dict[str, Any] = {"place": 3, "seen": client.get("/v1/admin/rules").json()["order"]}
    answer = client.post(place, body, content_type="application/json")
    assert [row["name"] for row in answer.json()["data"]] == ["b", "c", "a"]
    assert client.post(place, {"place": 1, "seen": body["seen"]}).status_code == 409
    assert client.post(place, {"place": "x"}).status_code == 400
    assert screen(stranger).post(place, body).status_code == 404

    page = f"/admin/reconciliation/rule/{three[0].pk}/mover/"
    shown = forgiven(client.post(page, {"place": "1"}, follow=True)).content.decode()
    assert (names(), "é agora a 1ª" in shown) == ("abc", True)
    assert (
        "A primeira posição é a 1."
        in client.post(page, {"place": "-1"}, follow=True).content.decode()
    )
    assert screen(stranger).post(page, {"place": "2"}).status_code == 404
