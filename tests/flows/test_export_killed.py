"""A process that is killed while it exports leaves nothing behind and holds nobody up for long."""

from pathlib import Path

import pytest
from django.conf import settings as site
from django.db.models import F

from audits.exports.bundle import dossier, write_folder
from audits.exports.cleanup import carry_out_removals
from audits.exports.services import export_batch
from audits.manifest_check import verify
from audits.models import Batch, Export, ExportStatus
from conciliacontag.database import EVERY, session
from conciliacontag.errors import Busy
from conciliacontag.organizations.models import Membership, User
from tests.conftest import make_organization
from tests.data.killing import kill_after, start_call
from tests.data.reviewed_batches import export_as, open_reviewed

ROWS, QUESTIONS, EVERY_TENTH = 40_000, 40, 10
MEBIBYTE = 1024 * 1024


@pytest.fixture
def manager(committed: None) -> User:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        user = User.objects.create(email="bruno@exemplo.com.br", name="Bruno")
        Membership.objects.create(user=user, organization=organization, role="manager")
    user.roles = {organization.pk: "manager"}
    return user


@pytest.fixture
def batch(manager: User) -> Batch:
    with session(EVERY):
        organization = manager.memberships.get().organization
    return open_reviewed(organization, manager, rows=ROWS, questions=QUESTIONS, every=EVERY_TENTH)


def written() -> int:
    """Mebibytes of the corrected file that the process has on disk."""
    sizes = [path.stat().st_size for path in Path(site.FILE_UPLOAD_TEMP_DIR).glob("export-*")]
    return sum(sizes) // MEBIBYTE


def stored_files() -> set[str]:
    root = Path(site.FILES_ROOT)
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    return found | {path.name for path in Path(site.FILE_UPLOAD_TEMP_DIR).iterdir()}


def test_an_export_killed_in_the_middle_is_made_by_the_next(
    batch: Batch, manager: User, tmp_path: Path
) -> None:
    assert kill_after(1, written, start_call(export_as, batch.pk, manager.pk, data=tmp_path)) > 0
    with pytest.raises(Busy) as refused:
        export_batch(batch.pk, requested_by=manager)
    assert refused.value.code == "export_in_progress", "the lease of the dead must be respected"

    with session(EVERY):
        Export.objects.update(locked_until=F("created_at"))
    export, created = export_batch(batch.pk, requested_by=manager)
    carry_out_removals()

    with session(EVERY):
        batch.refresh_from_db()
        states = sorted(Export.objects.values_list("status", flat=True))
        assert (created, states) == (True, [ExportStatus.DONE, ExportStatus.FAILED])
        assert stored_files() == {batch.original_path, export.csv_path, export.manifest_path}
        write_folder(dossier(export), tmp_path / "dossie")
    assert "items" not in export.manifest
    assert export.manifest["corrected_cells"] == 3 * ROWS // EVERY_TENTH
    assert verify(tmp_path / "dossie").findings == []
