"""The corrected file and its manifest leave once per revision."""

import csv
import json
from datetime import timedelta
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.conf import settings
from django.utils import timezone

from audits.exports.services import export_batch
from audits.manifest_proof import check_manifest
from audits.models import BatchStatus, Export, ExportStatus, Removal, Verdict
from audits.services import decide_card
from conciliacontag.errors import Busy, Conflict, NotAllowed, NotFound
from conciliacontag.organizations.audit_log import head
from conciliacontag.organizations.models import AuditLog, User
from conciliacontag.storage import open_stored


def content(key: str) -> bytes:
    with open_stored(key) as file:
        return file.read()


def package(export: Export) -> dict[str, bytes]:
    return {
        "Results.csv": content(export.batch.original_path),
        "Results_Corrigidos.csv": content(export.csv_path),
    }


def verify(export: Export, previous: bytes | None = None) -> list[str]:
    files = package(export)

    def open_file(path: str) -> BinaryIO:
        return BytesIO(files[path])

    return check_manifest(content(export.manifest_path), open_file, previous=previous)


def rows(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(raw.decode())))


def test_only_corrected_cells_differ(reviewed: Any, operator: User) -> None:
    export, created = export_batch(reviewed.batch.pk, requested_by=operator)

    before, after = (rows(file) for file in package(export).values())
    changed = {
        (line, name)
        for line, (old, new) in enumerate(zip(before, after, strict=True), 1)
        for name in old
        if old[name] != new[name]
    }
    assert created
    corrected = {(entry["line"], entry["field"]) for entry in export.manifest["corrections"]}
    assert changed == corrected == {(1, "situacao"), (2, "situacao")}


def test_the_manifest_proves_the_package(reviewed: Any, operator: User, auditor: User) -> None:
    export, _ = export_batch(reviewed.batch.pk, requested_by=operator)
    manifest = json.loads(content(export.manifest_path))

    assert verify(export) == []
    assert manifest == export.manifest
    assert manifest["summary"] == {"total": 2, "pending": 0, "resolved": 2, "reopened": 0}
    assert manifest["exported_by"] == operator.email
    assert {entry["author"] for entry in manifest["corrections"]} == {auditor.email}
    assert sha256(content(export.csv_path)).hexdigest() == export.csv_sha256


def test_the_manifest_carries_the_head_of_the_log(reviewed: Any, operator: User) -> None:
    before = head(reviewed.batch.organization)
    export, _ = export_batch(reviewed.batch.pk, requested_by=operator)

    assert export.manifest["audit_head"] == before


def test_the_batch_names_who_and_when(reviewed: Any, operator: User) -> None:
    export, _ = export_batch(reviewed.batch.pk, requested_by=operator)
    reviewed.batch.refresh_from_db()

    assert reviewed.batch.status == BatchStatus.EXPORTED
    assert (reviewed.batch.exported_by, reviewed.batch.exported_at) == (
        operator,
        export.finished_at,
    )


def test_a_repeat_is_the_same_artefact(reviewed: Any, operator: User, manager: User) -> None:
    first, _ = export_batch(reviewed.batch.pk, requested_by=operator)
    again, created = export_batch(reviewed.batch.pk, requested_by=manager)

    assert (again, created) == (first, False)
    assert again.requested_by == operator
    assert Export.objects.count() == 1
    assert AuditLog.objects.filter(action="batch.exported").count() == 1


def test_pending_cards_are_refused_unless_allowed(review: Any, operator: User) -> None:
    with pytest.raises(Conflict) as refused:
        export_batch(review.batch.pk, requested_by=operator)
    assert (refused.value.code, refused.value.details) == ("cards_pending", {"pending": 2})

    export, _ = export_batch(review.batch.pk, requested_by=operator, allow_pending=True)
    files = package(export)
    assert files["Results.csv"] == files["Results_Corrigidos.csv"]
    assert export.manifest["has_corrections"] is False


def test_a_decision_opens_the_next_revision(reviewed: Any, operator: User, auditor: User) -> None:
    first, _ = export_batch(reviewed.batch.pk, requested_by=operator)
    decide_card(
        reviewed.card.pk,
        author=auditor,
        version=2,
        verdict=Verdict.CORRECT,
        corrections={"debito": "52878"},
    )
    reviewed.batch.refresh_from_db()
    assert (reviewed.batch.status, reviewed.batch.revision) == (BatchStatus.READY, 2)
    assert reviewed.batch.exported_at is None

    second, created = export_batch(reviewed.batch.pk, requested_by=operator)
    assert created
    assert second.manifest["previous_manifest_sha256"] == first.manifest_sha256
    assert verify(second, previous=content(first.manifest_path)) == []


def test_a_changed_original_is_refused(reviewed: Any, operator: User) -> None:
    path = Path(settings.FILES_ROOT) / reviewed.batch.original_path
    path.write_bytes(path.read_bytes().replace(b"800.00", b"900.00"))

    with pytest.raises(Conflict) as refused:
        export_batch(reviewed.batch.pk, requested_by=operator)

    assert refused.value.code == "original_changed"
    assert Export.objects.get().status == ExportStatus.FAILED
    assert Removal.objects.count() == 2


def running(reviewed: Any, user: User, seconds: int) -> Export:
    return Export.objects.create(
        organization=reviewed.batch.organization,
        batch=reviewed.batch,
        revision=1,
        requested_by=user,
        csv_path="a/csv",
        manifest_path="a/manifest",
        locked_until=timezone.now() + timedelta(seconds=seconds),
    )


def test_a_running_export_is_named_by_who_and_since_when(
    reviewed: Any, operator: User, manager: User
) -> None:
    export = running(reviewed, manager, 60)

    with pytest.raises(Busy) as refused:
        export_batch(reviewed.batch.pk, requested_by=operator)

    assert refused.value.code == "export_in_progress"
    assert refused.value.details["who"] == manager.email
    assert refused.value.details["since"] == export.created_at.isoformat()


def test_a_dead_export_is_taken_over(reviewed: Any, operator: User, manager: User) -> None:
    dead = running(reviewed, manager, -1)

    export, created = export_batch(reviewed.batch.pk, requested_by=operator)

    dead.refresh_from_db()
    assert created and export.requested_by == operator
    assert dead.status == ExportStatus.FAILED
    assert set(Removal.objects.values_list("key", flat=True)) == {"a/csv", "a/manifest"}


def test_nobody_decides_while_an_export_runs(reviewed: Any, auditor: User, manager: User) -> None:
    running(reviewed, manager, 60)

    with pytest.raises(Busy):
        decide_card(
            reviewed.card.pk,
            author=auditor,
            version=2,
            verdict=Verdict.CORRECT,
            corrections={"debito": "1"},
        )


def test_viewers_and_strangers_export_nothing(reviewed: Any, stranger: User, person: Any) -> None:
    with pytest.raises(NotAllowed):
        export_batch(reviewed.batch.pk, requested_by=person("viewer", reviewed.batch.organization))
    with pytest.raises(NotFound):
        export_batch(reviewed.batch.pk, requested_by=stranger)
