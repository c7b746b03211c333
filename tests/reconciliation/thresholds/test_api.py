"""Thresholds and acceptances over HTTP and by command: the same answers from the same service."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.models import Reconciliation
from reconciliation.thresholds.models import Acceptance, Thresholds
from tests.data.requests import get, post

Api = Callable[..., Client]
Suggest = Callable[..., Transaction]
LIMITS, ACCEPTANCES = "/v1/thresholds", "/v1/desk/acceptances"
CHANGING = ("id", "asked_at", "carried_out_at", "together")


def put(client: Client, **said: Any) -> Any:
    return client.put(LIMITS, json.dumps(said), content_type="application/json")


def command(user: User, *arguments: str) -> str:
    out = StringIO()
    named = ("--organization", "empresa-1", "--from", "90", "--user", user.email)
    call_command("accept_proposals", *named, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def same(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in CHANGING}


def test_thresholds_are_read_and_set(api: Api, manager: User, organization: Organization) -> None:
    client = api(manager)
    before = get(client, LIMITS).json()
    after = put(client, accept_at="97.5", propose_at="40").json()

    assert (before["accept_at"], before["is_default"], before["set_by"]) == ("99.00", True, None)
    assert (after["accept_at"], after["propose_at"]) == ("97.50", "40.00")
    assert (after["is_default"], after["set_by"]) == (False, manager.email)
    assert get(client, LIMITS).json() == after


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"accept_at": "50", "propose_at": "30"}, 400),
        ({"accept_at": "90", "propose_at": "95"}, 400),
        ({"accept_at": "muito", "propose_at": "30"}, 400),
        ({"accept_at": "95.001", "propose_at": "30"}, 400),
        ({"accept_at": "1" * 400, "propose_at": "30"}, 400),
        ({"accept_at": None}, 400),
        ({}, 400),
    ],
)
def test_what_cannot_be_is_refused_in_portuguese(
    api: Api, manager: User, said: dict[str, Any], status: int
) -> None:
    answer = put(api(manager), **said)

    assert answer.status_code == status
    assert "fields" in answer.json()["details"]
    assert "valid" not in answer.json()["message"].lower().replace("inválid", "")
    assert not Thresholds.objects.exists()


def test_roles_are_asked(
    api: Api, auditor: User, operator: User, stranger: User, organization: Organization
) -> None:
    assert put(api(auditor), accept_at="90", propose_at="30").status_code == 403
    assert post(api(operator), ACCEPTANCES, points="90").status_code == 403
    other = {"organization_id": str(organization.pk)}
    assert put(api(stranger), accept_at="90", propose_at="30", **other).status_code == 403
    assert post(api(stranger), ACCEPTANCES, points="90", **other).status_code == 403
    assert get(api(stranger), f"{LIMITS}?organization_id={organization.pk}").status_code == 403
    assert api().get(LIMITS).status_code == 401


def test_the_consequence_of_a_threshold(api: Api, auditor: User, suggest: Suggest) -> None:
    suggest("1000.00", "97", witness="name")
    suggest("50.00", "96", "90")
    said = get(api(auditor), f"{LIMITS}/consequences?points=95&period=2026-10").json()

    assert (said["accepted"], said["amount"], said["witnessed"]) == (1, "1000.00", 1)
    assert said["left_out"] == {"close": 1}
    assert said["error"] == {"wrong": 0, "decided": 0, "share": None, "low": None, "high": None}
    assert [one["at_least"] for one in said["bands"]][:2] == ["99.00", "95.00"]
    assert [one["accepted"] for one in said["bands"]] == [0, 1, 0, 0, 0, 0]


def test_without_points_the_usual_ones_are_meant(api: Api, auditor: User) -> None:
    assert get(api(auditor), f"{LIMITS}/consequences").json()["at_least"] == "95.00"


@pytest.mark.parametrize("query", ["points=49", "points=x", "period=2026-13", "points=NaN"])
def test_nonsense_in_the_address_is_refused(api: Api, auditor: User, query: str) -> None:
    assert get(api(auditor), f"{LIMITS}/consequences?{query}").status_code == 400


def test_seen_confirmed_and_confirmed_again(api: Api, auditor: User, suggest: Suggest) -> None:
    line = suggest("1000.00", "97")
    client = api(auditor)
    seen = post(client, ACCEPTANCES, points="90", period="2026-10")
    address = f"{ACCEPTANCES}/{seen.json()['id']}"
    done = post(client, f"{address}/confirm").json()
    again = post(client, f"{address}/confirm").json()

    assert (seen.status_code, seen.json()["lines"]) == (201, [str(line.pk)])
    assert seen.json()["told"] == "1 linha, R$ 1.000,00"
    assert (done["booked"], done["booked_amount"], done["changed"]) == (1, "1000.00", 0)
    assert done == again == get(client, address).json()
    undone = post(client, f"/v1/desk/together/{done['together']}/undo").json()
    assert undone["decided"] == [str(line.pk)]


def test_another_organization_s_acceptance_is_not_there(
    api: Api, auditor: User, stranger: User, suggest: Suggest
) -> None:
    suggest("1000.00", "97")
    seen = post(api(auditor), ACCEPTANCES, points="90").json()
    address = f"{ACCEPTANCES}/{seen['id']}"

    assert get(api(stranger), address).status_code == 404
    assert post(api(stranger), f"{address}/confirm").status_code == 404
    assert not Reconciliation.objects.matched().exists()


def test_the_command_says_what_the_api_says(api: Api, auditor: User, suggest: Suggest) -> None:
    suggest("1000.00", "97")
    suggest("10.00", "96", "95")
    seen = post(api(auditor), ACCEPTANCES, points="90", period="2026-10").json()
    dry = json.loads(command(auditor, "--period", "2026-10", "--dry-run", "--json"))
    rows = Acceptance.objects.count()
    told = command(auditor, "--period", "2026-10", "--dry-run")
    done = json.loads(command(auditor, "--period", "2026-10", "--yes", "--json"))

    assert same(dry) == same(seen)
    assert rows == 1
    assert told == (
        "1 linha, R$ 1.000,00; 1 tem segundo candidato próximo e fica de fora. Nada foi gravado.\n"
    )
    assert (done["booked"], Reconciliation.objects.matched().count()) == (1, 1)


def test_the_command_asks_and_says_what_it_did(auditor: User, suggest: Suggest) -> None:
    suggest("1000.00", "97")
    with pytest.raises(CommandError, match="--yes"):
        command(auditor)
    booked = Reconciliation.objects.matched().exists()
    done = command(auditor, "--yes")
    again = command(auditor, "--yes")

    assert not booked
    assert done.startswith("Conciliado: 1 linha, R$ 1.000,00. Ato ")
    assert again == "Nada foi conciliado.\n"


@pytest.mark.parametrize("more", [("--period", "outubro"), ("--from", "49"), ("--from", "x")])
def test_the_command_refuses_in_portuguese(auditor: User, more: tuple[str, str]) -> None:
    with pytest.raises(CommandError) as refused:
        command(auditor, "--yes", *more)

    assert any(word in str(refused.value) for word in ("competência", "pontos"))


def test_who_may_not_decide_may_not_by_command(operator: User) -> None:
    with pytest.raises(CommandError) as refused:
        command(operator, "--yes")

    assert refused.value.returncode == 4
