"""An export that slept through its lease leaves nothing behind, even after a clean-up."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from audits.exports.cleanup import carry_out_removals
from audits.exports.running import Overtaken
from audits.exports.services import (
    Claimed,
    claim,
    cleanup_batch,
    export_batch,
    failing_honestly,
    finish,
    write,
)
from audits.models import Export, ExportStatus, Removal
from audits.rows import NoBatch
from conciliacontag.organizations.models import User
from conciliacontag.storage import arriving, keep


@pytest.fixture
def sleeper(reviewed: Any, operator: User) -> Claimed:
    """An export whose lease ran out while its worker stood still."""
    claimed = claim(reviewed.batch.pk, operator, False, "")
    assert isinstance(claimed, Claimed)
    Export.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    return claimed


def stored_files() -> list[Path]:
    return [path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file()]


def wake(sleeper: Claimed) -> None:
    """It stood still right before it stored its file, and stores it now."""
    with pytest.raises((Overtaken, NoBatch)), failing_honestly(sleeper.export):
        with arriving([b"atrasado"], most=10) as late:
            keep(late.path, sleeper.export.csv_path)
        finish(sleeper)


def test_what_it_stores_too_late_leaves_again(
    sleeper: Claimed, reviewed: Any, manager: User
) -> None:
    export, created = export_batch(reviewed.batch.pk, requested_by=manager)
    carry_out_removals()
    wake(sleeper)
    carry_out_removals()

    kept = {Path(settings.FILES_ROOT) / key for key in (export.csv_path, export.manifest_path)}
    assert created
    assert set(stored_files()) == kept | {Path(settings.FILES_ROOT) / reviewed.batch.original_path}


def test_after_a_clean_up_as_well(sleeper: Claimed, reviewed: Any, manager: User) -> None:
    export_batch(reviewed.batch.pk, requested_by=manager)
    cleanup_batch(reviewed.batch.pk, requested_by=manager, confirm=True)
    carry_out_removals()
    wake(sleeper)
    carry_out_removals()

    assert stored_files() == [] and not Removal.objects.exists()


def test_an_export_that_stands_loses_nothing(reviewed: Any, operator: User) -> None:
    claimed = claim(reviewed.batch.pk, operator, False, "")
    assert isinstance(claimed, Claimed)
    with pytest.raises(KeyboardInterrupt), failing_honestly(claimed.export):
        write(claimed)
        finish(claimed)
        raise KeyboardInterrupt

    carry_out_removals()
    claimed.export.refresh_from_db()
    assert claimed.export.status == ExportStatus.DONE
    assert len(stored_files()) == 3
