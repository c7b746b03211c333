"""After the clean-up nothing is left of what came with a batch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

from audits.evidence.sending import add_image
from audits.exports.leaving import cleanup_preview
from audits.exports.removals import carry_out_removals
from audits.exports.services import cleanup_batch, export_batch
from audits.models import Batch, Card, Evidence, Sample, SecondReading, Verdict
from audits.services import decide_card, reopen_card
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import stored_keys
from tests.data.answer_sheets import png

# What stays on purpose: the trail, and the record of the clean-up.
STAYS = {"Decision", "ClosingRecord", "HistoricalCard", "HistoricalResponse"}


def everything_stored() -> dict[str, bytes]:
    root = Path(settings.FILES_ROOT)
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def left_in_tables() -> dict[str, int]:
    models = apps.get_app_config("audits").get_models()
    counts = {one.__name__: one._default_manager.count() for one in models}
    return {name: count for name, count in counts.items() if count and name not in STAYS}


def clean(batch: Batch, user: User) -> Any:
    closing = cleanup_batch(batch.pk, requested_by=user, confirm=True)
    carry_out_removals()
    return closing


def test_the_storage_is_as_before_the_upload(
    organization: Organization, manager: User, open_all: Callable[..., list[Batch]]
) -> None:
    (settings.FILES_ROOT / "de-outros").mkdir(parents=True)
    (settings.FILES_ROOT / "de-outros" / "nota.xml").write_bytes(b"<nfe/>")
    before = everything_stored()
    for batch in open_all(organization, manager):
        export_batch(batch.pk, requested_by=manager, allow_pending=True)
        clean(batch, manager)

    assert everything_stored() == before
    assert sorted(path.name for path in settings.FILES_ROOT.iterdir()) == ["de-outros"]
    assert left_in_tables() == {}
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


def test_an_empty_install_is_empty_again(reading: list[Batch], manager: User) -> None:
    for batch in reading:
        clean(batch, manager)

    assert (list(stored_keys()), left_in_tables()) == ([], {})
    assert list(settings.FILES_ROOT.iterdir()) == []


def test_shared_sheets_leave_with_the_last_batch(reading: list[Batch], manager: User) -> None:
    package = Evidence.objects.values_list("storage_path", flat=True).distinct().get()
    stayed = []
    for batch in reading:
        told = cleanup_preview(batch)
        clean(batch, manager)
        stayed.append((package in stored_keys(), [file.key for file in told.shared]))

    assert stayed == [(True, [package]), (True, [package]), (False, [])]


@pytest.fixture
def busy(reading: list[Batch], manager: User, auditor: User) -> Batch:
    """A batch that everything was done to: an image sent later, a second revision, a sample."""
    batch = reading[0]
    card = batch.cards.get()
    seen = card.raw_answers | {"input_path": "inputs/outra.png"}
    Card.objects.filter(pk=card.pk).update(raw_answers=seen)
    add_image(card.pk, sent_by=manager, chunks=[png(9)], which="input_path")
    corrections = {"q1": "A", "q2": "B"}
    said: dict[str, Any] = {"author": auditor, "verdict": Verdict.CORRECT}
    decide_card(card.pk, version=1, corrections=corrections, **said)
    reopen_card(card.pk, author=manager, version=2)
    decide_card(card.pk, version=3, corrections={"q1": "C", "q2": "D"}, **said)
    export_batch(batch.pk, requested_by=manager)
    sample = Sample.objects.create(
        organization=batch.organization,
        batch=batch,
        seed=7,
        percent="50",
        population=1,
        drawn_by=manager,
    )
    SecondReading.objects.create(
        organization=batch.organization, sample=sample, card=card, first_author=auditor
    )
    batch.refresh_from_db()
    return batch


def test_the_preview_tells_exactly_what_leaves(busy: Batch, manager: User) -> None:
    told, before = cleanup_preview(busy), everything_stored()
    closing = clean(busy, manager)
    gone = before.keys() - everything_stored().keys()

    root = str(settings.FILES_ROOT)
    assert {f"{root}/{file.key}" for file in told.files} == gone
    assert all(len(before[f"{root}/{file.key}"]) == file.size for file in told.files)
    assert [file.name for file in told.files if file.kind == "images"] == ["outra.png"]
    assert [file["key"] for file in closing.removed] == [file.key for file in told.files]
    assert not Card.objects.filter(batch=busy.pk).exists()


def test_figures_of_samples_go_into_the_record(busy: Batch, manager: User) -> None:
    counts = clean(busy, manager).counts

    assert counts["sampling"] == [
        {"seed": 7, "percent": "50.00", "population": 1, "drawn": 1, "read": 0, "disagreed": 0}
    ]
    assert (counts["samples"], counts["second_readings"], counts["images"]) == (1, 1, 4)
    assert (counts["decisions"], counts["exports"], counts["revisions"]) == (3, 2, 2)
