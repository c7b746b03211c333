"""The last manifest of a cleaned batch: kept byte by byte, and given to who asks."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.exports.services import cleanup_batch, export_batch
from audits.models import ClosingRecord, Export
from conciliacontag.organizations.models import User
from conciliacontag.storage import open_stored, remove
from tests.data.requests import body_of, get

Screen = Callable[[User], Client]


@pytest.fixture
def export(reviewed: Any, manager: User) -> Export:
    return export_batch(reviewed.batch.pk, requested_by=manager)[0]


def clean(export: Export, manager: User) -> ClosingRecord:
    return cleanup_batch(export.batch_id, requested_by=manager, confirm=True)


def test_the_api_answers_the_bytes_that_were_hashed(
    export: Export, manager: User, screen: Screen
) -> None:
    with open_stored(export.manifest_path) as file:
        manifest = file.read()
    clean(export, manager)
    client = screen(manager)

    closing = get(client, f"/v1/audits/{export.batch_id}/cleanup").json()["closing"]
    answer = get(client, closing["manifest_url"])

    assert body_of(answer) == manifest
    assert sha256(manifest).hexdigest() == closing["manifest_sha256"]
    assert answer["Content-Type"] == "application/json"


def test_earlier_revisions_and_strangers_find_nothing(
    export: Export, manager: User, stranger: User, screen: Screen
) -> None:
    clean(export, manager)
    place = f"/v1/audits/{export.batch_id}/exports/%s/manifest"

    assert get(screen(manager), place % 2).status_code == 404
    assert get(screen(stranger), place % 1).status_code == 404


def test_the_page_of_the_record_gives_it(export: Export, manager: User, screen: Screen) -> None:
    closing, client = clean(export, manager), screen(manager)
    place = reverse("admin:audits_closingrecord_manifest", args=[closing.pk])

    page = get(client, reverse("admin:audits_closingrecord_change", args=[closing.pk]))

    assert place in page.content.decode()
    assert sha256(body_of(get(client, place))).hexdigest() == export.manifest_sha256


def test_a_lost_manifest_keeps_nobody_from_cleaning_up(
    export: Export, manager: User, screen: Screen
) -> None:
    remove(export.manifest_path)
    closing, client = clean(export, manager), screen(manager)
    place = reverse("admin:audits_closingrecord_manifest", args=[closing.pk])

    assert closing.manifest["batch_id"] == str(export.batch_id)
    assert get(client, place).status_code == 404
    page = get(client, reverse("admin:audits_closingrecord_change", args=[closing.pk]))
    assert place not in page.content.decode()


def test_lists_of_records_leave_manifests_where_they_are(export: Export, manager: User) -> None:
    clean(export, manager)

    assert {"manifest", "packed_manifest"} <= ClosingRecord.objects.get().get_deferred_fields()
