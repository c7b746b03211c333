"""Export and clean-up over HTTP, by the paths of both prefixes."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from audits.models import Batch, Export
from conciliacontag.organizations.models import User
from tests.data.requests import body_of, get, post

Screen = Callable[[User], Client]
GOOD_IDS = ["batch-123", "test_batch_456", "abc123-def456", "BATCH_001"]
BAD_IDS = [
    "../etc/passwd",
    "~/secrets",
    "/etc/shadow",
    "batch/../other",
    "batch;rm -rf",
    "batch<script>",
    "batch|cat",
    "",
    "a" * 129,
    "lote\n",
]


def export(client: Client, batch: Any, **named: str) -> Any:
    return get(client, "/v1/audits/export", {"batch_id": str(batch), **named})


@pytest.mark.parametrize("prefix", ["/v1", "/api"])
def test_the_file_streams_under_its_name(
    reviewed: Any, operator: User, screen: Screen, prefix: str
) -> None:
    answer = screen(operator).get(
        f"{prefix}/audits/export",
        {"batch_id": str(reviewed.batch.pk)},
        headers={"Accept": "text/csv"},
    )

    assert (answer.status_code, answer.streaming) == (200, True)
    assert answer["Content-Type"].startswith("text/csv")
    assert 'filename="Results_Corrigidos.csv"' in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"
    content = body_of(answer)
    assert sha256(content).hexdigest() == Export.objects.get().csv_sha256


def test_a_repeat_says_so_and_keeps_author_and_moment(
    reviewed: Any, operator: User, manager: User, screen: Screen
) -> None:
    first = export(screen(operator), reviewed.batch.pk, format="json")
    again = export(screen(manager), reviewed.batch.pk, format="json")

    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    assert first.json()["exported_by"] == operator.email
    assert first.json()["manifest"]["summary"]["resolved"] == 2
    assert (first.json()["status"], Export.objects.count()) == ("exported", 1)


def test_pending_cards_are_a_409_unless_allowed(
    review: Any, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    refused = export(client, review.batch.pk)
    allowed = export(client, review.batch.pk, allow_pending="true")

    assert (refused.status_code, refused.json()["code"]) == (409, "cards_pending")
    assert allowed.status_code == 200


def test_the_clean_twin_and_the_files_of_a_revision(
    reviewed: Any, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    path = f"/v1/audits/{reviewed.batch.pk}/exports"
    created, repeated = post(client, path), post(client, path)

    assert (created.status_code, repeated.status_code) == (201, 200)
    assert created["Location"] == created.json()["csv"]["url"] == f"{path}/1/file"
    file = body_of(client.get(f"{path}/1/file"))
    manifest = body_of(client.get(f"{path}/1/manifest"))
    assert sha256(file).hexdigest() == created.json()["csv"]["sha256"]
    assert sha256(manifest).hexdigest() == created.json()["manifest_sha256"]
    assert get(client, f"{path}/2/file").status_code == 404


@pytest.mark.parametrize("batch", BAD_IDS)
def test_path_tricks_are_refused(operator: User, manager: User, screen: Screen, batch: str) -> None:
    answers = [
        export(screen(operator), batch),
        get(screen(operator), "/v1/audits", {"batch_id": batch or "%"}),
        post(screen(manager), "/v1/audits/cleanup", batch_id=batch, confirm=True),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert {answer.json()["code"] for answer in answers} == {"invalid_batch_id"}


@pytest.mark.parametrize("batch", GOOD_IDS)
def test_well_formed_names_of_no_batch_are_not_found(
    operator: User, screen: Screen, batch: str
) -> None:
    assert export(screen(operator), batch).status_code == 404


def test_clean_up_needs_confirmation(reviewed: Any, manager: User, screen: Screen) -> None:
    client, batch = screen(manager), str(reviewed.batch.pk)
    early = post(client, "/v1/audits/cleanup", batch_id=batch, confirm=True)
    export(client, batch)
    unconfirmed = post(client, "/v1/audits/cleanup", batch_id=batch, confirm=False)

    assert (early.status_code, early.json()["code"]) == (409, "not_exported")
    assert (unconfirmed.status_code, unconfirmed.json()["code"]) == (400, "confirmation_required")
    assert Batch.objects.exists()


def test_the_second_clean_up_removes_nothing(reviewed: Any, manager: User, screen: Screen) -> None:
    client, batch = screen(manager), str(reviewed.batch.pk)
    export(client, batch)
    first = post(client, "/v1/audits/cleanup", batch_id=batch, confirm=True)
    again = post(client, "/v1/audits/cleanup", batch_id=batch, confirm=True)

    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json()["status"], len(first.json()["removed"])) == ("cleaned", 3)
    assert again.json()["removed"] == []
    assert again["Idempotent-Replayed"] == "true"
    assert export(client, batch).status_code == 404


def test_history_outlives_the_card(reviewed: Any, manager: User, screen: Screen) -> None:
    client, card = screen(manager), reviewed.card.pk
    export(client, reviewed.batch.pk)
    post(client, "/v1/audits/cleanup", batch_id=str(reviewed.batch.pk), confirm=True)

    assert get(client, f"/v1/audits/{card}").status_code == 404
    assert len(client.get(f"/v1/audits/{card}/history").json()) == 1
