"""Run, batch, decisions, export, proof, clean-up: over HTTP and tasks, with real commits."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.conf import settings
from django.test import Client

from audits.manifest_proof import check_manifest
from audits.tasks import open_batch
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.audit_log import broken_links
from conciliacontag.organizations.models import AuditLog, Membership, Organization, User
from reconciliation.tasks import execute_run
from tests.conftest import make_organization
from tests.data.requests import body_of
from tests.data.rows import make_doubt, make_pair, make_transaction


@pytest.fixture
def client(committed: None) -> Client:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        user = User.objects.create(email="bruno@exemplo.com.br", name="Bruno")
        Membership.objects.create(user=user, organization=organization, role="manager")
        make_pair(organization)
        make_doubt(organization)
        make_transaction(organization, "-77.10", memo="ALUGUEL; SALA 2\nOUTUBRO")
        client = Client()
        client.force_login(user)
    return client


def post(client: Client, path: str, **body: Any) -> Any:
    answer = client.post(path, body, content_type="application/json")
    assert answer.status_code < 300, answer.content
    return answer.json()


def read(client: Client, path: str, **query: str) -> Any:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content
    return body_of(answer) if answer.streaming else answer.json()


def open_the_batch(client: Client) -> str:
    """What the worker does between the trigger and the first card."""
    run = post(client, "/v1/reconciliations/trigger")
    execute_run(run["organization_id"], run["id"])
    assert read(client, f"/v1/runs/{run['id']}")["matched"] == 1
    open_batch(run["organization_id"], run["id"])
    (batch,) = read(client, "/v1/batches")["data"]
    return str(batch["batch_id"])


def decide_everything(client: Client, batch: str) -> None:
    for listed in read(client, "/v1/audits", batch_id=batch)["data"]:
        card = read(client, f"/v1/audits/{listed['id']}")
        decision: dict[str, Any] = {"version": card["version"], "verdict": "no_document"}
        if card["candidates"]:
            chosen = card["candidates"][0]["document_id"]
            decision |= {"verdict": "accept", "document_id": chosen}
        post(client, f"/v1/audits/{card['id']}/decision", **decision)


def test_a_month_from_the_run_to_the_clean_up(client: Client) -> None:
    batch = open_the_batch(client)
    decide_everything(client, batch)
    files = {"Results.csv": read(client, f"/v1/audits/{batch}/original")}
    files["Results_Corrigidos.csv"] = read(client, "/api/audits/export", batch_id=batch)
    manifest = read(client, f"/v1/audits/{batch}/exports/1/manifest")

    def open_file(path: str) -> BinaryIO:
        return BytesIO(files[path])

    assert check_manifest(manifest, open_file) == []
    assert json.loads(manifest)["summary"]["resolved"] == 2
    assert post(client, "/v1/audits/cleanup", batch_id=batch, confirm=True)["status"] == "cleaned"
    assert [path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file()] == []
    check_trail(json.loads(manifest)["audit_head"])


def check_trail(head: str) -> None:
    """The log is whole, and the head that left with the manifest is one of its links."""
    with session(EVERY):
        organization = Organization.objects.get()
        assert list(broken_links(organization)) == []
        links = AuditLog.objects.chain(organization)
        assert links.filter(hash=head).exists()
        actions = list(links.values_list("action", flat=True))
    wanted = ["run.started", "run.finished", "batch.opened", "batch.exported", "batch.cleaned"]
    assert [action for action in actions if action in wanted] == wanted
    assert actions.count("card.decided") == 2
