"""Batches, cards and decisions over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audits.models import Decision
from conciliacontag.organizations.models import Organization, User
from tests.data.requests import get, post
from tests.data.rows import make_doubt

Screen = Callable[[User], Client]


def test_the_list_counts_what_the_filters_let_through(
    reviewed: Any, auditor: User, screen: Screen
) -> None:
    client = screen(auditor)
    whole = client.get("/v1/audits", {"batch_id": str(reviewed.batch.pk)}).json()
    narrowed = client.get("/v1/audits", {"status": "pending"}).json()

    assert [card["line"] for card in whole["data"]] == [1, 2]
    assert (whole["total"], whole["resolved"], whole["pending"]) == (2, 2, 0)
    assert (narrowed["total"], narrowed["data"]) == (0, [])


def test_a_card_shows_candidates_and_evidence(review: Any, auditor: User, screen: Screen) -> None:
    card = screen(auditor).get(f"/v1/audits/{review.card.pk}").json()

    assert card["candidates"][0]["evidence"][0]["factor"] == "amount"
    assert card["raw_answers"]["valor"] == "800.00"
    assert {row["corrected_value"] for row in card["responses"]} == {None}


def test_deciding_answers_the_card(review: Any, auditor: User, screen: Screen) -> None:
    answer = post(
        screen(auditor),
        f"/v1/audits/{review.card.pk}/decision",
        version=1,
        verdict="accept",
        document_id=str(review.documents[0].pk),
        corrections={"debito": "52878"},
        note="ok",
    )

    assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (
        200,
        "resolved",
        2,
    )
    corrected = [row for row in answer.json()["responses"] if row["corrected_value"]]
    assert {row["field"] for row in corrected} == {"situacao", "debito"}


def test_a_stale_version_is_a_409_with_who(
    reviewed: Any, manager: User, auditor: User, screen: Screen
) -> None:
    answer = post(
        screen(manager),
        f"/v1/audits/{reviewed.card.pk}/decision",
        version=1,
        corrections={"debito": "1"},
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "card_changed")
    assert answer.json()["details"]["who"] == auditor.name


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"version": 0},
        {"version": 1},
        {"version": 1, "verdict": "maybe"},
        {"version": 1, "verdict": "reopen"},
        {"version": 1, "verdict": "accept"},
        {"version": 1, "corrections": {"q99": "A"}},
        {"version": 1, "corrections": {"debito": "X"}},
        {"version": 1, "corrections": "debito"},
        {"version": 1, "verdict": "accept", "document_id": "../etc"},
    ],
)
def test_wrong_input_is_a_clear_400(
    review: Any, auditor: User, screen: Screen, body: dict[str, Any]
) -> None:
    answer = post(screen(auditor), f"/v1/audits/{review.card.pk}/decision", **body)

    assert answer.status_code == 400
    assert answer.json()["details"]["fields"]
    assert not Decision.objects.exists()


def test_reopening_and_reading_the_history(reviewed: Any, auditor: User, screen: Screen) -> None:
    client = screen(auditor)
    path = f"/v1/audits/{reviewed.card.pk}"
    answer = post(client, f"{path}/reopen", version=2, note="enganei-me")
    told = client.get(f"{path}/history").json()

    assert (answer.status_code, answer.json()["status"]) == (200, "reopened")
    assert [sentence["verdict"] for sentence in told] == ["accept", "reopen"]
    assert told[0]["why"] == "confirmado por telefone"
    assert told[0]["who"] == auditor.name
    change = next(change for change in told[0]["changes"] if change["field"] == "situacao")
    assert (change["before"], change["after"]) == ("", "conciliado")
    assert "Situação: vazio → conciliado" in told[0]["text"]


def test_batches_carry_their_counters(review: Any, auditor: User, screen: Screen) -> None:
    client = screen(auditor)
    (listed,) = client.get("/v1/batches").json()["data"]
    one = client.get(f"/v1/batches/{review.batch.pk}").json()

    assert listed == one
    assert (one["status"], one["cards"], one["open_cards"]) == ("pending", 2, 2)
    assert client.get("/v1/batches", {"status": "exported"}).json()["data"] == []


def test_a_page_of_cards_costs_the_same_for_any_length(
    organization: Organization,
    auditor: User,
    screen: Screen,
    make_review: Any,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(6):
        make_doubt(organization, "21.00")
    make_review(organization)
    client = screen(auditor)

    with django_assert_max_num_queries(13):
        assert len(client.get("/v1/audits").json()["data"]) == 8


PATHS = (
    ("get", "/v1/audits/{card}"),
    ("get", "/v1/audits/{card}/history"),
    ("post", "/v1/audits/{card}/decision"),
    ("post", "/v1/audits/{card}/reopen"),
    ("post", "/v1/audits/{card}/undo"),
    ("post", "/v1/audits/{card}/skip"),
    ("post", "/v1/audits/{card}/note"),
    ("post", "/v1/audits/{card}/alike"),
    ("get", "/v1/audits/{card}/history?field=situacao"),
    ("get", "/v1/batches/{batch}"),
    ("get", "/v1/audits/export?batch_id={batch}"),
    ("post", "/v1/audits/{batch}/exports"),
    ("get", "/v1/audits/{batch}/original"),
    ("get", "/v1/audits/{batch}/exports/1/file"),
    ("get", "/v1/audits/{batch}/exports/1/manifest"),
    ("post", "/v1/audits/cleanup"),
)


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_foreign_rows_do_not_exist(
    reviewed: Any, stranger: User, operator: User, screen: Screen, method: str, path: str
) -> None:
    screen(operator).get("/v1/audits/export", {"batch_id": str(reviewed.batch.pk)})
    address = path.format(card=reviewed.card.pk, batch=reviewed.batch.pk)
    body = {
        "version": 2,
        "corrections": {"debito": "1"},
        "note": "x",
        "batch_id": str(reviewed.batch.pk),
        "confirm": True,
    }
    call = getattr(screen(stranger), method)
    answer = (
        call(address, body, content_type="application/json") if method == "post" else call(address)
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_lists_show_nothing_foreign(reviewed: Any, stranger: User, screen: Screen) -> None:
    client = screen(stranger)

    assert client.get("/v1/audits").json()["data"] == client.get("/v1/batches").json()["data"] == []
    by_batch = client.get("/v1/audits", {"batch_id": str(reviewed.batch.pk)})
    assert by_batch.json()["total"] == 0


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("admin", {"export", "cleanup"}),
        ("manager", {"decision", "reopen", "export", "cleanup"}),
        ("operator", {"export"}),
        ("auditor", {"decision", "export"}),
        ("viewer", set()),
    ],
)
def test_each_role_may_what_the_table_says(
    reviewed: Any, person: Any, screen: Screen, role: str, allowed: set[str]
) -> None:
    client = screen(person(role, reviewed.batch.organization))
    card, batch = f"/v1/audits/{reviewed.card.pk}", str(reviewed.batch.pk)
    calls: dict[str, Callable[[], Any]] = {
        "decision": lambda: post(client, f"{card}/decision", version=9, corrections={"debito": ""}),
        "reopen": lambda: post(client, f"{card}/reopen", version=9),
        "export": lambda: get(client, "/v1/audits/export", {"batch_id": batch}),
        "cleanup": lambda: post(client, "/v1/audits/cleanup", batch_id=batch, confirm=True),
    }
    passed = {name for name, call in calls.items() if call().status_code != 403}

    assert passed == allowed
