"""Exporting twice, at once, with open cards, in somebody's name: what each of them answers."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audits.exports.running import Lease, Overtaken
from audits.exports.services import export_batch
from audits.models import Batch, BatchStatus, Export, ExportStatus, Verdict
from audits.services import decide_card
from conciliacontag.errors import Conflict
from conciliacontag.organizations.models import AuditLog, User
from conciliacontag.storage import remove
from tests.data.requests import body_of, forgiven, get, post

Screen = Callable[[User], Client]
Api = Callable[..., Client]


def running(batch: Batch, user: User) -> Export:
    return Export.objects.create(
        organization=batch.organization,
        batch=batch,
        revision=1,
        requested_by=user,
        locked_until=timezone.now() + timedelta(seconds=60),
    )


def ask(client: Client, batch: Any, prefix: str = "/v1", **named: str) -> Any:
    return get(client, f"{prefix}/audits/export", {"batch_id": str(batch.pk), **named})


@pytest.mark.parametrize("prefix", ["/v1", "/api"])
def test_a_second_export_at_once_is_a_409_with_who_and_since(
    reviewed: Any, operator: User, manager: User, screen: Screen, prefix: str
) -> None:
    export = running(reviewed.batch, manager)
    client = screen(operator)
    answers = [
        ask(client, reviewed.batch, prefix),
        post(client, f"{prefix}/audits/{reviewed.batch.pk}/exports"),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    for said in (answer.json() for answer in answers):
        assert said["code"] == "export_in_progress"
        assert manager.name in said["message"]
        assert said["details"]["who"] == manager.email
        assert said["details"]["since"] == export.created_at.isoformat()


def test_a_replay_keeps_first_author_and_moment_until_a_decision(
    reviewed: Any, operator: User, manager: User, auditor: User, screen: Screen
) -> None:
    first = ask(screen(operator), reviewed.batch, format="json").json()
    again = ask(screen(manager), reviewed.batch, format="json")
    assert (again.json(), again["Idempotent-Replayed"]) == (first, "true")

    changed = {"debito": "52878"}
    card = reviewed.card.pk
    decide_card(card, author=auditor, version=2, verdict=Verdict.CORRECT, corrections=changed)
    reviewed.batch.refresh_from_db()
    assert reviewed.batch.status == BatchStatus.READY
    later = ask(screen(manager), reviewed.batch, format="json").json()

    assert (later["exported_by"], later["revision"]) == (manager.email, 2)
    assert later["exported_at"] != first["exported_at"]
    assert "52878" in {entry["after"] for entry in later["manifest"]["corrections"]}


def test_the_same_idempotency_key_is_answered_once(
    reviewed: Any, operator: User, screen: Screen
) -> None:
    client, url = screen(operator), f"/v1/audits/{reviewed.batch.pk}/exports"
    first, again = (
        client.post(url, {}, "application/json", headers={"Idempotency-Key": "um"}) for _ in "ab"
    )

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    assert Export.objects.count() == 1


def test_open_cards_leave_only_when_somebody_says_so_and_it_is_told(
    review: Any, operator: User, screen: Screen
) -> None:
    refused = ask(screen(operator), review.batch)
    assert (refused.status_code, refused.json()["details"]["pending"]) == (409, 2)

    said = ask(screen(operator), review.batch, allow_pending="true", format="json").json()

    assert said["manifest"]["pending_allowed"] is True
    logged = AuditLog.objects.get(action="batch.exported")
    assert (logged.diff["allow_pending"], logged.diff["pending"]) == (True, 2)
    assert logged.actor == operator


def test_a_decided_batch_logs_no_open_cards(reviewed: Any, operator: User) -> None:
    export, _ = export_batch(reviewed.batch.pk, requested_by=operator, allow_pending=True)

    assert export.manifest["pending_allowed"] is False
    assert "allow_pending" not in AuditLog.objects.get(action="batch.exported").diff


def test_whom_a_program_names_stands_in_manifest_and_log(
    reviewed: Any, operator: User, api: Api, screen: Screen
) -> None:
    url = f"/v1/audits/export?batch_id={reviewed.batch.pk}&format=json"
    named = {"X-Audit-User": "auditor@sala1"}
    assert forgiven(screen(operator).get(url, headers=named)).status_code == 400

    said = api(operator).get(url, headers=named).json()

    assert said["manifest"]["on_behalf_of"] == "auditor@sala1"
    assert AuditLog.objects.get(action="batch.exported").diff["on_behalf_of"] == "auditor@sala1"
    assert said["exported_by"] == operator.email


def test_the_head_of_a_large_manifest_points_at_the_file(
    reviewed: Any, operator: User, screen: Screen
) -> None:
    export, _ = export_batch(reviewed.batch.pk, requested_by=operator)
    whole = export.manifest
    head = {key: said for key, said in whole.items() if key not in ("items", "corrections")}
    Export.objects.update(manifest=head)

    said = ask(screen(operator), reviewed.batch, format="json").json()
    export.refresh_from_db()

    assert (said["manifest"], said["manifest_complete"]) == (head, False)
    file = screen(operator).get(said["manifest_url"])
    assert json.loads(body_of(file)) == whole


def test_a_lost_original_is_refused(reviewed: Any, operator: User) -> None:
    remove(reviewed.batch.original_path)

    with pytest.raises(Conflict) as refused:
        export_batch(reviewed.batch.pk, requested_by=operator)

    assert refused.value.code == "original_missing"
    assert Export.objects.get().status == ExportStatus.FAILED


def test_who_lost_the_lease_writes_no_further(reviewed: Any, operator: User) -> None:
    export = running(reviewed.batch, operator)
    lease = Lease(export)
    lease.renew()
    Export.objects.update(status=ExportStatus.FAILED)

    with pytest.raises(Overtaken):
        lease.renew()
